"""`suspend: true`: the resource is left alone until it is taken back."""

from tests.support.operator_environment import OperatorEnvironment, condition


def suspend_running(place: OperatorEnvironment) -> tuple[str, str, str]:
    """Have a job created and then suspend its resource; returns service principal, resource and job."""
    principal = place.world.create_service_principal().id
    name = place.apply_job(principal, pollInterval="30s")
    job = place.wait_ready(name)["status"]["job"]["id"]
    place.change_job(name, suspend=True)
    found = place.wait_condition(name, "Ready", "Unknown", reason="Suspended")
    assert "neither reads nor writes" in condition(found, "Ready")["message"]
    assert not condition(found, "Reconciling")
    return principal, name, job


def wait_while_others_are_polled(place: OperatorEnvironment) -> None:
    """Let so much time pass that a resource with the shortest interval is polled three times."""
    principal = place.world.create_service_principal().id
    place.wait_ready(place.apply_job(principal, pollInterval="30s"))
    place.wait_polls(principal)


def test_from_the_start_nothing_is_asked_of_graph(swift_workplace: OperatorEnvironment) -> None:
    principal = swift_workplace.world.create_service_principal().id
    name = swift_workplace.apply_job(principal, suspend=True, pollInterval="30s")
    swift_workplace.wait_condition(name, "Ready", "Unknown", reason="Suspended")
    wait_while_others_are_polled(swift_workplace)
    assert swift_workplace.calls(principal) == []


def test_later_the_job_is_neither_read_nor_put_right(swift_workplace: OperatorEnvironment) -> None:
    principal, name, job = suspend_running(swift_workplace)
    calls = swift_workplace.calls(principal)
    swift_workplace.world.act(job, "pause")
    wait_while_others_are_polled(swift_workplace)
    assert swift_workplace.calls(principal) == calls
    assert swift_workplace.job(name)["status"]["job"]["schedule"]["state"] == "Active"


def test_deletion_only_lets_go(swift_workplace: OperatorEnvironment) -> None:
    principal, name, job = suspend_running(swift_workplace)
    calls = swift_workplace.calls(principal)
    swift_workplace.delete_job(name)
    swift_workplace.wait_gone(name)
    assert swift_workplace.world.job(job).schedule_state == "Active"
    assert swift_workplace.calls(principal) == calls


def test_its_end_puts_right_what_happened_meanwhile(swift_workplace: OperatorEnvironment) -> None:
    _, name, job = suspend_running(swift_workplace)
    swift_workplace.world.act(job, "pause")
    swift_workplace.change_job(name, suspend=False)
    swift_workplace.wait_ready(name)
    assert swift_workplace.world.job(job).schedule_state == "Active"
    swift_workplace.wait_event(name, "DriftCorrected")
