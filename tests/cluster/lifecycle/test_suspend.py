"""`suspend: true`: the resource is left alone until the field is removed."""

from tests.support.operator_environment import OperatorEnvironment, condition


def suspend_running(environment: OperatorEnvironment) -> tuple[str, str, str]:
    """Have a job created and then suspend its resource; return service principal, resource and job."""
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, pollInterval="30s")
    job = environment.wait_ready(name)["status"]["job"]["id"]
    environment.change_job(name, suspend=True)
    found = environment.wait_condition(name, "Ready", "Unknown", reason="Suspended")
    assert "neither reads nor writes" in condition(found, "Ready")["message"]
    assert not condition(found, "Reconciling")
    return principal, name, job


def wait_while_others_are_polled(environment: OperatorEnvironment) -> None:
    """Wait until a resource with the shortest interval was polled three times."""
    principal = environment.simulator.create_service_principal().id
    environment.wait_ready(environment.apply_job(principal, pollInterval="30s"))
    environment.wait_polls(principal)


def test_a_resource_suspended_from_the_start_asks_nothing_of_graph(fast_environment: OperatorEnvironment) -> None:
    principal = fast_environment.simulator.create_service_principal().id
    name = fast_environment.apply_job(principal, suspend=True, pollInterval="30s")
    fast_environment.wait_condition(name, "Ready", "Unknown", reason="Suspended")
    wait_while_others_are_polled(fast_environment)
    assert fast_environment.calls(principal) == []


def test_a_suspended_resource_neither_reads_nor_corrects_its_job(fast_environment: OperatorEnvironment) -> None:
    principal, name, job = suspend_running(fast_environment)
    calls = fast_environment.calls(principal)
    fast_environment.simulator.act(job, "pause")
    wait_while_others_are_polled(fast_environment)
    assert fast_environment.calls(principal) == calls
    assert fast_environment.job(name)["status"]["job"]["schedule"]["state"] == "Active"


def test_the_deletion_of_a_suspended_resource_leaves_the_job(fast_environment: OperatorEnvironment) -> None:
    principal, name, job = suspend_running(fast_environment)
    calls = fast_environment.calls(principal)
    fast_environment.delete_job(name)
    fast_environment.wait_gone(name)
    assert fast_environment.simulator.job(job).schedule_state == "Active"
    assert fast_environment.calls(principal) == calls


def test_the_end_of_a_suspension_corrects_what_happened_meanwhile(fast_environment: OperatorEnvironment) -> None:
    _, name, job = suspend_running(fast_environment)
    fast_environment.simulator.act(job, "pause")
    fast_environment.change_job(name, suspend=False)
    fast_environment.wait_ready(name)
    assert fast_environment.simulator.job(job).schedule_state == "Active"
    fast_environment.wait_event(name, "DriftCorrected")
