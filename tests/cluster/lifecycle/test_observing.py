"""managementPolicy Observe on a real API server: Graph's journal shows reads only."""

from tests.support.operator_environment import OperatorEnvironment, condition


def test_an_observer_says_what_it_would_do_and_does_nothing(fast_environment: OperatorEnvironment) -> None:
    environment = fast_environment
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal).id
    name = environment.apply_job(
        principal, managementPolicy="Observe", schedule={"state": "Active"}, pollInterval="30s"
    )
    found = environment.wait_condition(name, "Drifted", reason="Drifted")
    assert f"would start job {job}" in condition(found, "Drifted")["message"]
    assert condition(found, "Ready")["reason"] == "Observed"
    assert condition(found, "Applied")["status"] == "False"
    assert found["status"]["effective"]["managementPolicy"] == "Observe"
    assert found["status"]["job"]["id"] == job
    assert "finalizers" not in found["metadata"]
    environment.wait_polls(principal)
    assert environment.writes(principal) == []
    environment.wait_reasons(name, ["JobAdopted", "Drifted"])


def test_an_observer_without_a_job_waits_for_one_and_creates_none(fast_environment: OperatorEnvironment) -> None:
    environment = fast_environment
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, managementPolicy="Observe", pollInterval="30s")
    found = environment.wait_condition(name, "Ready", "False", reason="NoJobToObserve")
    assert "would create a job from template scim" in condition(found, "Drifted")["message"]
    assert not condition(found, "Stalled")
    job = environment.simulator.create_job(principal, started=True).id
    assert environment.wait_ready(name)["status"]["job"]["id"] == job
    assert environment.writes(principal) == []


def test_an_observer_may_observe_a_job_that_another_resource_manages(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    manager = environment.apply_job(principal)
    job = environment.wait_ready(manager)["status"]["job"]["id"]
    before = environment.writes(principal)
    found = environment.wait_ready(environment.apply_job(principal, managementPolicy="Observe"))
    assert found["status"]["job"]["id"] == job
    environment.annotate(manager, requested_at="now")  # reconciles again, with the observer beside it
    environment.wait_polls(principal, count=1)
    assert not condition(environment.job(manager), "Stalled")
    assert environment.writes(principal) == before


def test_an_older_observer_that_begins_to_manage_does_not_take_the_job_from_its_manager(
    environment: OperatorEnvironment,
) -> None:
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=True).id
    watching = environment.apply_job(principal, name="older", managementPolicy="Observe", deletionPolicy="Delete")
    environment.wait_ready(watching)
    manager = environment.apply_job(principal, name="newer")
    assert environment.wait_ready(manager)["status"]["job"]["id"] == job
    environment.change_job(watching, managementPolicy="Manage")
    message = environment.wait_stalled(watching, "Conflict")
    assert f"Job {job} belongs to SynchronizationJob {environment.namespace}/{manager}" in message
    environment.annotate(manager, requested_at="now")  # reconciles again, with the other's change beside it
    environment.wait_polls(principal, count=1)
    assert condition(environment.job(manager), "Ready")["status"] == "True"
    environment.delete_job(watching)
    environment.wait_gone(watching)
    assert environment.writes(principal) == []
    assert environment.simulator.job(job).schedule_state == "Active"


def test_a_change_to_manage_and_back_keeps_the_job_and_its_origin(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal).id
    name = environment.apply_job(principal, managementPolicy="Observe", schedule={"state": "Active"})
    environment.wait_condition(name, "Drifted")
    environment.change_job(name, managementPolicy="Manage")
    found = environment.wait(name, lambda found: found["metadata"].get("finalizers"), "it is managed")
    found = environment.wait_ready(name)
    assert (found["status"]["job"]["id"], found["status"]["origin"]) == (job, "Adopted")
    assert environment.writes(principal) == ["startJob"]
    environment.change_job(name, managementPolicy="Observe")
    found = environment.wait_condition(name, "Drifted", "False")
    assert "finalizers" not in found["metadata"]
    assert (found["status"]["job"]["id"], found["status"]["origin"]) == (job, "Adopted")
    assert environment.writes(principal) == ["startJob"]


def test_the_deletion_of_an_observer_leaves_the_job(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=True).id
    name = environment.apply_job(principal, managementPolicy="Observe", deletionPolicy="Delete")
    environment.wait_ready(name)
    environment.delete_job(name)
    environment.wait_gone(name)
    assert environment.writes(principal) == []
    assert environment.simulator.job(job).schedule_state == "Active"


def test_an_observer_that_is_applied_again_during_a_pass_inherits_nothing(environment: OperatorEnvironment) -> None:
    former, principal = (environment.simulator.create_service_principal().id for _ in range(2))
    environment.simulator.create_job(former, started=True)
    job = environment.simulator.create_job(principal, started=True).id
    name = environment.apply_job(former, managementPolicy="Observe", pollInterval="30s")
    environment.wait_ready(name)
    environment.annotate(name, requested_at="1")
    held = environment.simulator.hold("listJobs", "after", service_principal=former)
    environment.annotate(name, requested_at="2")
    held.wait_held()
    environment.delete_job(name)
    environment.wait_gone(name)
    environment.apply_job(principal, name=name, managementPolicy="Observe")
    held.release()
    status = environment.wait_ready(name)["status"]
    assert status["job"]["id"] == job
    assert status["servicePrincipalId"] == principal
    assert "lastHandledReconcileAt" not in status
