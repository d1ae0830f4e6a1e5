"""managementPolicy Observe on a real API server: Graph's journal shows reads only."""

from tests.support.operator_environment import OperatorEnvironment, condition


def test_it_says_what_it_would_do_and_does_nothing(swift_workplace: OperatorEnvironment) -> None:
    place = swift_workplace
    principal = place.world.create_service_principal().id
    job = place.world.create_job(principal).id
    name = place.apply_job(principal, managementPolicy="Observe", schedule={"state": "Active"}, pollInterval="30s")
    found = place.wait_condition(name, "Drifted", reason="Drifted")
    assert f"would start job {job}" in condition(found, "Drifted")["message"]
    assert condition(found, "Ready")["reason"] == "Observed"
    assert condition(found, "Applied")["status"] == "False"
    assert found["status"]["effective"]["managementPolicy"] == "Observe"
    assert found["status"]["job"]["id"] == job
    assert "finalizers" not in found["metadata"]
    place.wait_polls(principal)
    assert place.writes(principal) == []
    place.wait_reasons(name, ["JobAdopted", "Drifted"])


def test_without_a_job_it_waits_for_one_and_creates_none(swift_workplace: OperatorEnvironment) -> None:
    place = swift_workplace
    principal = place.world.create_service_principal().id
    name = place.apply_job(principal, managementPolicy="Observe", pollInterval="30s")
    found = place.wait_condition(name, "Ready", "False", reason="NoJobToObserve")
    assert "would create a job from template scim" in condition(found, "Drifted")["message"]
    assert not condition(found, "Stalled")
    job = place.world.create_job(principal, started=True).id
    assert place.wait_ready(name)["status"]["job"]["id"] == job
    assert place.writes(principal) == []


def test_it_may_watch_a_job_that_another_resource_manages(workplace: OperatorEnvironment) -> None:
    principal = workplace.world.create_service_principal().id
    manager = workplace.apply_job(principal)
    job = workplace.wait_ready(manager)["status"]["job"]["id"]
    before = workplace.writes(principal)
    found = workplace.wait_ready(workplace.apply_job(principal, managementPolicy="Observe"))
    assert found["status"]["job"]["id"] == job
    workplace.annotate(manager, requested_at="now")  # looks again, with the observer beside it
    workplace.wait_polls(principal, count=1)
    assert not condition(workplace.job(manager), "Stalled")
    assert workplace.writes(principal) == before


def test_an_older_observer_that_is_to_manage_does_not_take_the_job_from_who_does(
    workplace: OperatorEnvironment,
) -> None:
    principal = workplace.world.create_service_principal().id
    job = workplace.world.create_job(principal, started=True).id
    watching = workplace.apply_job(principal, name="older", managementPolicy="Observe", deletionPolicy="Delete")
    workplace.wait_ready(watching)
    manager = workplace.apply_job(principal, name="newer")
    assert workplace.wait_ready(manager)["status"]["job"]["id"] == job
    workplace.change_job(watching, managementPolicy="Manage")
    message = workplace.wait_stalled(watching, "Conflict")
    assert f"Job {job} belongs to SynchronizationJob {workplace.namespace}/{manager}" in message
    workplace.annotate(manager, requested_at="now")  # looks again, with the other's wish beside it
    workplace.wait_polls(principal, count=1)
    assert condition(workplace.job(manager), "Ready")["status"] == "True"
    workplace.delete_job(watching)
    workplace.wait_gone(watching)
    assert workplace.writes(principal) == []
    assert workplace.world.job(job).schedule_state == "Active"


def test_to_manage_and_back_the_job_and_its_origin_stay(workplace: OperatorEnvironment) -> None:
    principal = workplace.world.create_service_principal().id
    job = workplace.world.create_job(principal).id
    name = workplace.apply_job(principal, managementPolicy="Observe", schedule={"state": "Active"})
    workplace.wait_condition(name, "Drifted")
    workplace.change_job(name, managementPolicy="Manage")
    found = workplace.wait(name, lambda found: found["metadata"].get("finalizers"), "it is managed")
    found = workplace.wait_ready(name)
    assert (found["status"]["job"]["id"], found["status"]["origin"]) == (job, "Adopted")
    assert workplace.writes(principal) == ["startJob"]
    workplace.change_job(name, managementPolicy="Observe")
    found = workplace.wait_condition(name, "Drifted", "False")
    assert "finalizers" not in found["metadata"]
    assert (found["status"]["job"]["id"], found["status"]["origin"]) == (job, "Adopted")
    assert workplace.writes(principal) == ["startJob"]


def test_deleting_it_only_lets_go(workplace: OperatorEnvironment) -> None:
    principal = workplace.world.create_service_principal().id
    job = workplace.world.create_job(principal, started=True).id
    name = workplace.apply_job(principal, managementPolicy="Observe", deletionPolicy="Delete")
    workplace.wait_ready(name)
    workplace.delete_job(name)
    workplace.wait_gone(name)
    assert workplace.writes(principal) == []
    assert workplace.world.job(job).schedule_state == "Active"
