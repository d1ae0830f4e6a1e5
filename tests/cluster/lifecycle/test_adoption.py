"""Which job becomes ours: adopted, named, refused, or left to another resource."""

from tests.support.operator_environment import OperatorEnvironment, condition, open_twins


class TestOneJobThatNobodyClaims:
    def test_it_is_adopted_and_left_as_it_is_when_no_state_is_wanted(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal().id
        job = swift_workplace.world.create_job(principal, "scim")
        name = swift_workplace.apply_job(principal, pollInterval="30s")
        found = swift_workplace.wait_ready(name)
        swift_workplace.wait_polls(principal)
        assert found["status"]["job"]["id"] == job.id
        assert found["status"]["origin"] == "Adopted"
        assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
        assert condition(found, "Ready")["reason"] == "Paused"
        assert swift_workplace.writes(principal) == []
        swift_workplace.wait_reasons(name, ["JobAdopted"])

    def test_a_running_one_is_not_paused_when_no_state_is_wanted(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        swift_workplace.world.create_job(principal, started=True)
        found = swift_workplace.wait_ready(swift_workplace.apply_job(principal))
        swift_workplace.wait_polls(principal)
        assert found["status"]["job"]["schedule"]["state"] == "Active"
        assert "scheduleState" not in found["status"]["effective"]
        assert swift_workplace.writes(principal) == []

    def test_it_is_started_when_the_spec_says_active(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        job = workplace.world.create_job(principal)
        workplace.wait_ready(workplace.apply_job(principal, schedule={"state": "Active"}))
        assert workplace.writes(principal) == ["startJob"]
        assert workplace.world.job(job.id).schedule_state == "Active"

    def test_it_is_adopted_by_adopt_only_too_as_soon_as_there_is_one(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal().id
        name = swift_workplace.apply_job(principal, adoptionPolicy="AdoptOnly", pollInterval="30s")
        message = swift_workplace.wait_stalled(name, "NoJobToAdopt")
        assert principal in message
        assert "template scim" in message
        assert "AdoptOnly forbids to create one" in message
        assert "set AdoptOrCreate" in message
        job = swift_workplace.world.create_job(principal)
        assert swift_workplace.wait_ready(name)["status"]["job"]["id"] == job.id
        assert swift_workplace.writes(principal) == []

    def test_one_of_another_template_is_not_meant(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal(templates=["scim", "zendesk"]).id
        other = workplace.world.create_job(principal, "zendesk")
        found = workplace.wait_ready(workplace.apply_job(principal))
        assert found["status"]["origin"] == "Created"
        assert found["status"]["job"]["id"] != other.id


class TestSeveralJobs:
    def test_none_is_taken_and_all_are_named(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        jobs = [workplace.world.create_job(principal) for _ in range(2)]
        name = workplace.apply_job(principal)
        message = workplace.wait_stalled(name, "SeveralJobs")
        assert all(job.id in message for job in jobs)
        assert "Set spec.jobId" in message
        assert workplace.writes(principal) == []

    def test_the_one_in_job_id_is_taken_then(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        _, meant = [workplace.world.create_job(principal) for _ in range(2)]
        name = workplace.apply_job(principal)
        workplace.wait_stalled(name, "SeveralJobs")
        workplace.change_job(name, jobId=meant.id)
        found = workplace.wait_ready(name)
        assert found["status"]["job"]["id"] == meant.id
        assert not condition(found, "Stalled")
        workplace.wait_reasons(name, ["SeveralJobs", "JobAdopted"])


class TestAJobThatAnotherResourceHolds:
    def test_a_second_resource_with_the_template_is_told_who_holds_it(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        first = workplace.apply_job(principal)
        held = workplace.wait_ready(first)["status"]["job"]["id"]
        message = workplace.wait_stalled(workplace.apply_job(principal), "Conflict")
        assert f"SynchronizationJob {workplace.namespace}/{first} has job {held}" in message
        assert "Delete one of the two" in message
        assert workplace.writes(principal).count("createJob") == 1

    def test_a_second_resource_that_names_it_is_told_whose_it_is(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        first = workplace.apply_job(principal)
        held = workplace.wait_ready(first)["status"]["job"]["id"]
        message = workplace.wait_stalled(workplace.apply_job(principal, jobId=held), "Conflict")
        assert f"Job {held} belongs to SynchronizationJob {workplace.namespace}/{first}" in message

    def test_it_is_taken_over_once_the_other_has_let_go(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        first = swift_workplace.apply_job(principal, deletionPolicy="Retain")
        held = swift_workplace.wait_ready(first)["status"]["job"]["id"]
        second = swift_workplace.apply_job(principal, pollInterval="30s")
        swift_workplace.wait_stalled(second, "Conflict")
        swift_workplace.delete_job(first)
        found = swift_workplace.wait_ready(second)
        assert found["status"]["job"]["id"] == held
        assert found["status"]["origin"] == "Adopted"

    def test_another_template_on_the_same_service_principal_is_no_conflict(
        self, workplace: OperatorEnvironment
    ) -> None:
        principal = workplace.world.create_service_principal(templates=["scim", "zendesk"]).id
        names = [workplace.apply_job(principal, template=template) for template in ("scim", "zendesk")]
        held = {workplace.wait_ready(name)["status"]["job"]["templateId"] for name in names}
        assert held == {"scim", "zendesk"}
        assert workplace.writes(principal).count("createJob") == 2

    def test_it_is_so_over_namespaces_too(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        with open_twins(workplace) as (one, two):
            older = one.apply_job(principal)
            held = one.wait_ready(older)["status"]["job"]["id"]
            message = two.wait_stalled(two.apply_job(principal, name="newer"), "Conflict")
            assert f"SynchronizationJob {one.namespace}/{older} has job {held}" in message
            one.change_job(older, deletionPolicy="Retain")
            one.wait_ready(older)
            one.delete_job(older)
            assert two.wait_ready("newer")["status"]["job"]["id"] == held


class TestJobId:
    def test_it_names_one_of_several(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        meant, _ = [workplace.world.create_job(principal) for _ in range(2)]
        found = workplace.wait_ready(workplace.apply_job(principal, jobId=meant.id))
        assert found["status"]["job"]["id"] == meant.id
        assert found["status"]["origin"] == "Adopted"
        assert workplace.writes(principal) == []

    def test_one_that_does_not_exist_is_waited_for_and_then_told(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        name = swift_workplace.apply_job(principal, jobId="scim.0123.unknown")
        waiting = swift_workplace.wait_shown(name, "Reconciling", reason="JobNotFound")
        assert condition(waiting, "Ready")["status"] == "False"
        message = swift_workplace.wait_stalled(name, "JobNotFound")
        assert f"Service principal {principal} has no job scim.0123.unknown" in message
        assert "apply it with the right id" in message
        assert swift_workplace.writes(principal) == []

    def test_another_than_the_one_held_is_refused_and_the_mirror_goes_on(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal(templates=["scim", "zendesk"]).id
        name = swift_workplace.apply_job(principal, pollInterval="30s")
        held = swift_workplace.wait_ready(name)["status"]["job"]["id"]
        other = swift_workplace.world.create_job(principal, "zendesk")
        before = swift_workplace.writes(principal)
        swift_workplace.change_job(name, jobId=other.id)
        message = swift_workplace.wait_stalled(name, "JobIdMismatch")
        assert f"spec.jobId is {other.id}, but this resource holds job {held}" in message
        assert "Delete the resource" in message
        swift_workplace.world.override(held, set={"status.countSuccessiveCompleteFailures": 7})
        seen = swift_workplace.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 7,
            "the mirror goes on",
        )
        assert seen["status"]["job"]["id"] == held
        assert swift_workplace.writes(principal) == before

    def test_the_one_held_may_be_named_later(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        name = workplace.apply_job(principal)
        held = workplace.wait_ready(name)["status"]["job"]["id"]
        before = workplace.writes(principal)
        workplace.change_job(name, jobId=held)
        found = workplace.wait_ready(name)
        assert found["status"]["job"]["id"] == held
        assert found["status"]["origin"] == "Created"
        assert workplace.writes(principal) == before
