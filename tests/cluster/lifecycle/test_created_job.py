"""Which job is the one that a create made: Graph may show another template, less than the whole job, or nothing."""

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition

NEVER = {"seconds": 1e9, "hides": ["list", "get"]}


class TestOtherTemplate:
    @pytest.fixture
    def environment(self, own_environment: OperatorEnvironment) -> OperatorEnvironment:
        """Graph answers creates, and shows jobs, as it does for cloud sync."""
        own_environment.simulator.switch(shown_template="ADDCInPassthrough")
        return own_environment

    def test_the_template_that_graph_answers_with_is_that_of_the_job(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal)
        found = environment.wait_ready(name)
        assert found["status"]["job"]["templateId"] == "ADDCInPassthrough"
        assert environment.writes(principal) == ["createJob", "startJob"]

    def test_the_job_of_a_lost_answer_is_known_by_its_id(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.simulator.fault("close", operation="createJob", point="after", service_principal=principal)
        name = environment.apply_job(principal)
        environment.wait_ready(name)
        assert environment.writes(principal) == ["createJob", "startJob"]
        assert environment.job(name)["status"]["origin"] == "Created"

    def test_a_second_resource_creates_no_second_job(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.wait_ready(environment.apply_job(principal))
        second = environment.apply_job(principal)
        environment.wait_stalled(second, "Conflict")
        assert environment.writes(principal) == ["createJob", "startJob"]


class TestThinAnswer:
    def test_a_create_answered_with_an_id_only_is_read_again_at_once_and_started(
        self, own_environment: OperatorEnvironment
    ) -> None:
        own_environment.simulator.switch(create_answer="thin")
        principal = own_environment.simulator.create_service_principal().id
        own_environment.wait_ready(own_environment.apply_job(principal))
        assert own_environment.calls(principal)[:4] == ["listJobs", "createJob", "listJobs", "startJob"]

    @pytest.mark.parametrize("absent", ["schedule", "status"])
    def test_a_job_without_schedule_or_status_is_not_called_ready(
        self, fast_environment: OperatorEnvironment, absent: str
    ) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        environment.simulator.override(job, remove=[absent])
        name = environment.apply_job(principal, schedule={"state": "Active"})
        unknown = environment.wait_condition(name, "Ready", "Unknown", reason="StateUnknown")
        assert condition(unknown, "Applied")["status"] == "False"
        assert absent in condition(unknown, "Ready")["message"]
        environment.simulator.override(job)
        environment.wait_ready(name)


class TestNeverShown:
    def test_a_job_that_never_shows_is_created_once_and_stalls_with_its_id(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal(creation=NEVER).id
        name = environment.apply_job(principal, pollInterval="30s")
        environment.wait_condition(name, "Ready", "Unknown", reason="NotShownYet")
        message = environment.wait_stalled(name, "JobNeverShown")
        [create] = environment.simulator.journal(operation="createJob", service_principal=principal)
        assert create.job is not None
        assert create.job in message
        environment.wait_polls(principal)
        assert environment.writes(principal).count("createJob") == 1
        environment.simulator.hide(create.job)
        environment.wait_ready(name)

    def test_a_job_that_was_created_again_is_told_with_the_one_that_went(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal().id
        gone = environment.simulator.create_job(principal, started=True).id
        name = environment.apply_job(principal, pollInterval="30s")
        environment.wait_ready(name)
        environment.simulator.act(gone, "delete")
        told = environment.wait_event(name, "JobReplaced")
        assert gone in told["message"]
        found = environment.wait(name, lambda found: "lastDrift" in found["status"], "lastDrift names the lost job")
        assert found["status"]["lastDrift"]["differences"] == [{"field": "jobId", "wanted": gone}]
