"""Which job a resource holds: adopted, named, refused, or left to another resource."""

from tests.support.operator_environment import OperatorEnvironment, condition, open_two_namespaces


class TestUnclaimedJob:
    def test_an_unclaimed_job_is_adopted_as_it_is_when_the_spec_names_no_state(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        job = fast_environment.simulator.create_job(principal, "scim")
        name = fast_environment.apply_job(principal, pollInterval="30s")
        found = fast_environment.wait_ready(name)
        fast_environment.wait_polls(principal)
        assert found["status"]["job"]["id"] == job.id
        assert found["status"]["origin"] == "Adopted"
        assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
        assert condition(found, "Ready")["reason"] == "Paused"
        assert fast_environment.writes(principal) == []
        fast_environment.wait_reasons(name, ["JobAdopted"])

    def test_a_running_job_is_not_paused_when_the_spec_names_no_state(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        fast_environment.simulator.create_job(principal, started=True)
        found = fast_environment.wait_ready(fast_environment.apply_job(principal))
        fast_environment.wait_polls(principal)
        assert found["status"]["job"]["schedule"]["state"] == "Active"
        assert "scheduleState" not in found["status"]["effective"]
        assert fast_environment.writes(principal) == []

    def test_an_adopted_job_is_started_when_the_spec_says_active(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal)
        environment.wait_ready(environment.apply_job(principal, schedule={"state": "Active"}))
        assert environment.writes(principal) == ["startJob"]
        assert environment.simulator.job(job.id).schedule_state == "Active"

    def test_adopt_only_adopts_a_job_as_soon_as_there_is_one(self, fast_environment: OperatorEnvironment) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        name = fast_environment.apply_job(principal, adoptionPolicy="AdoptOnly", pollInterval="30s")
        message = fast_environment.wait_stalled(name, "NoJobToAdopt")
        assert principal in message
        assert "template scim" in message
        assert "AdoptOnly forbids to create one" in message
        assert "set AdoptOrCreate" in message
        job = fast_environment.simulator.create_job(principal)
        assert fast_environment.wait_ready(name)["status"]["job"]["id"] == job.id
        assert fast_environment.writes(principal) == []

    def test_a_job_of_another_template_is_not_adopted(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal(templates=["scim", "zendesk"]).id
        other = environment.simulator.create_job(principal, "zendesk")
        found = environment.wait_ready(environment.apply_job(principal))
        assert found["status"]["origin"] == "Created"
        assert found["status"]["job"]["id"] != other.id


class TestSeveralJobs:
    def test_none_of_several_jobs_is_adopted_and_all_are_listed(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        jobs = [environment.simulator.create_job(principal) for _ in range(2)]
        name = environment.apply_job(principal)
        message = environment.wait_stalled(name, "SeveralJobs")
        assert all(job.id in message for job in jobs)
        assert "Set spec.jobId" in message
        assert environment.writes(principal) == []

    def test_the_job_in_job_id_is_adopted_out_of_several(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        _, meant = [environment.simulator.create_job(principal) for _ in range(2)]
        name = environment.apply_job(principal)
        environment.wait_stalled(name, "SeveralJobs")
        environment.change_job(name, jobId=meant.id)
        found = environment.wait_ready(name)
        assert found["status"]["job"]["id"] == meant.id
        assert not condition(found, "Stalled")
        environment.wait_reasons(name, ["SeveralJobs", "JobAdopted"])


class TestClaimedJob:
    def test_a_second_resource_with_the_template_names_the_holder_of_the_job(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal().id
        first = environment.apply_job(principal)
        held = environment.wait_ready(first)["status"]["job"]["id"]
        message = environment.wait_stalled(environment.apply_job(principal), "Conflict")
        assert f"SynchronizationJob {environment.namespace}/{first} has job {held}" in message
        assert f"set deletionPolicy: Retain on {environment.namespace}/" in message
        assert "then delete that one" in message
        assert environment.writes(principal).count("createJob") == 1

    def test_a_second_resource_that_names_the_job_names_its_holder(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        first = environment.apply_job(principal)
        held = environment.wait_ready(first)["status"]["job"]["id"]
        message = environment.wait_stalled(environment.apply_job(principal, jobId=held), "Conflict")
        assert f"Job {held} belongs to SynchronizationJob {environment.namespace}/{first}" in message

    def test_a_claimed_job_is_adopted_once_the_other_resource_has_let_go(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        first = fast_environment.apply_job(principal, deletionPolicy="Retain")
        held = fast_environment.wait_ready(first)["status"]["job"]["id"]
        second = fast_environment.apply_job(principal, pollInterval="30s")
        fast_environment.wait_stalled(second, "Conflict")
        fast_environment.delete_job(first)
        found = fast_environment.wait_ready(second)
        assert found["status"]["job"]["id"] == held
        assert found["status"]["origin"] == "Adopted"

    def test_another_template_on_the_same_service_principal_is_no_conflict(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal(templates=["scim", "zendesk"]).id
        names = [environment.apply_job(principal, template=template) for template in ("scim", "zendesk")]
        held = {environment.wait_ready(name)["status"]["job"]["templateId"] for name in names}
        assert held == {"scim", "zendesk"}
        assert environment.writes(principal).count("createJob") == 2

    def test_a_job_claimed_in_another_namespace_is_a_conflict_too(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        with open_two_namespaces(environment) as (one, two):
            older = one.apply_job(principal)
            held = one.wait_ready(older)["status"]["job"]["id"]
            message = two.wait_stalled(two.apply_job(principal, name="newer"), "Conflict")
            assert f"SynchronizationJob {one.namespace}/{older} has job {held}" in message
            one.change_job(older, deletionPolicy="Retain")
            one.wait_ready(older)
            one.delete_job(older)
            assert two.wait_ready("newer")["status"]["job"]["id"] == held


class TestJobId:
    def test_job_id_selects_one_of_several_jobs(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        meant, _ = [environment.simulator.create_job(principal) for _ in range(2)]
        found = environment.wait_ready(environment.apply_job(principal, jobId=meant.id))
        assert found["status"]["job"]["id"] == meant.id
        assert found["status"]["origin"] == "Adopted"
        assert environment.writes(principal) == []

    def test_a_job_id_that_does_not_exist_is_waited_for_and_then_reported(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        name = fast_environment.apply_job(principal, jobId="scim.0123.unknown")
        waiting = fast_environment.wait_shown(name, "Reconciling", reason="JobNotFound")
        assert condition(waiting, "Ready")["status"] == "False"
        message = fast_environment.wait_stalled(name, "JobNotFound")
        assert f"Service principal {principal} has no job scim.0123.unknown" in message
        assert "apply it with the right id" in message
        assert fast_environment.writes(principal) == []

    def test_a_job_id_other_than_the_held_one_is_refused_while_the_mirror_goes_on(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal(templates=["scim", "zendesk"]).id
        name = fast_environment.apply_job(principal, pollInterval="30s")
        held = fast_environment.wait_ready(name)["status"]["job"]["id"]
        other = fast_environment.simulator.create_job(principal, "zendesk")
        before = fast_environment.writes(principal)
        fast_environment.change_job(name, jobId=other.id)
        message = fast_environment.wait_stalled(name, "JobIdMismatch")
        assert f"spec.jobId is {other.id}, but this resource holds job {held}" in message
        assert "Delete the resource" in message
        fast_environment.simulator.override(held, set={"status.countSuccessiveCompleteFailures": 7})
        seen = fast_environment.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 7,
            "the mirror goes on",
        )
        assert seen["status"]["job"]["id"] == held
        assert fast_environment.writes(principal) == before

    def test_the_id_of_the_held_job_may_be_set_later(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal)
        held = environment.wait_ready(name)["status"]["job"]["id"]
        before = environment.writes(principal)
        environment.change_job(name, jobId=held)
        found = environment.wait_ready(name)
        assert found["status"]["job"]["id"] == held
        assert found["status"]["origin"] == "Created"
        assert environment.writes(principal) == before
