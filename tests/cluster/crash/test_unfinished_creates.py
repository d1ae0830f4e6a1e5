"""While the result of a create is unknown, no other job is created and the resource is not released."""

from datetime import timedelta

import pytest

from tests.cluster.crash.cases import BOUND, LONG, Case, apply, holds_a_job, new_case, wait_until_simulated
from tests.cluster.crash.slow_cases import SlowCases
from tests.support.operator_environment import OperatorEnvironment, condition


class TestHiddenJob:
    @pytest.mark.parametrize("which", ["seen_late", "lost_and_seen_late"])
    def test_a_job_hidden_for_its_first_14_minutes_is_not_created_again(
        self, slow_cases: SlowCases, which: str
    ) -> None:
        case: Case = getattr(slow_cases, which)
        case.assert_one_job_by_one_post()

    def test_an_old_job_hidden_for_4_minutes_is_not_created_again(self, slow_cases: SlowCases) -> None:
        case, simulator = slow_cases.settled, slow_cases.settled.environment.simulator
        job_id = case.settle()["status"]["job"]["id"]
        wait_until_simulated(case.environment, case.creates()[0].world_time + BOUND + timedelta(seconds=1))
        simulator.hide(job_id, seconds=240)
        shown_again = simulator.now() + timedelta(seconds=240)
        missed = case.environment.wait_condition(case.name, "Ready", "Unknown", reason="JobMissing")
        assert condition(missed, "Reconciling")["status"] == "True"
        wait_until_simulated(case.environment, shown_again)
        case.assert_one_job_by_one_post()
        assert len(case.creates()) == 1


class TestDeletedResource:
    def test_a_resource_deleted_before_its_job_shows_stays_until_the_job_can_be_deleted(
        self, slow_cases: SlowCases
    ) -> None:
        case = slow_cases.deleted_before_it_shows
        case.environment.wait_gone(case.name, LONG)
        assert case.jobs() == []
        [create] = case.creates()
        calls = case.environment.simulator.journal(service_principal=case.principal, after=create.sequence)
        assert [call.operation for call in calls][-1] == "deleteJob"
        assert len(case.reads_between(create)) > 9
        assert calls[-1].job == create.job

    def test_a_resource_deleted_while_no_job_shows_stays_until_the_bound_has_passed(
        self, slow_cases: SlowCases
    ) -> None:
        case = slow_cases.deleted_and_never_arrived
        case.environment.wait_gone(case.name, LONG)
        [create] = case.creates()
        assert case.jobs() == []
        assert case.reads_between(create)[-1].world_time - case.decided_at(create) >= BOUND
        assert "deleteJob" not in case.environment.calls(case.principal)

    def test_a_resource_deleted_while_graph_does_not_know_its_young_job_stays_until_it_does(
        self, slow_cases: SlowCases
    ) -> None:
        case = slow_cases.deleted_and_unknown
        case.environment.wait_gone(case.name, LONG)
        assert case.jobs() == []
        assert len(case.creates()) == 1


FEW_LOOKS = 6
"""Looks at the jobs until a create is sent again. To wait for a lost one takes dozens, up to 20 s apart."""


class TestRefusedCreate:
    @pytest.mark.parametrize("status", [403, 404, 409])
    def test_a_create_refused_shortly_after_a_change_is_sent_again(
        self, fast_environment: OperatorEnvironment, status: int
    ) -> None:
        case = new_case(fast_environment)
        fast_environment.simulator.fault(
            "answer", operation="createJob", status=status, service_principal=case.principal
        )
        apply(case).assert_one_job_by_one_post()
        refused, taken = case.creates()
        assert refused.status == status
        assert case.count_looks(refused, taken) < FEW_LOOKS  # it surely did not arrive, so its job is not waited for

    def test_a_create_refused_with_401_and_no_message_is_sent_again(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        case, body = new_case(fast_environment), b'{"error":{"code":"UnknownError","message":""}}'
        fast_environment.simulator.fault(
            "answer", operation="createJob", status=401, body=body, service_principal=case.principal
        )
        apply(case).assert_one_job_by_one_post()
        assert [create.status for create in case.creates()] == [401, 201]

    def test_a_create_refused_for_good_stalls_and_leaves_no_intent(self, fast_environment: OperatorEnvironment) -> None:
        case = new_case(fast_environment)
        refusal = fast_environment.simulator.fault(
            "answer", operation="createJob", status=400, times=None, service_principal=case.principal
        )
        apply(case, pollInterval="30s")
        fast_environment.wait_condition(case.name, "Stalled", reason="RequestRefused")
        # It is sent again slowly, and there is an intent only meanwhile.
        fast_environment.wait(case.name, lambda found: "operation" not in found["status"], "the intent is cleared")
        refusal.remove()
        case.assert_one_job_by_one_post()
        assert condition(case.resource(), "Stalled") == {}

    @pytest.mark.parametrize("form", ["seconds", "date", "none"])
    def test_a_create_that_is_throttled_is_sent_again_after_the_pause(
        self, fast_environment: OperatorEnvironment, form: str
    ) -> None:
        case = new_case(fast_environment)
        fast_environment.simulator.fault(
            "answer",
            operation="createJob",
            status=429,
            retry_after=form,
            retry_after_seconds=2,
            service_principal=case.principal,
        )
        apply(case).assert_one_job_by_one_post()
        throttled, taken = case.creates()
        shortest = timedelta(seconds=1 if form == "none" else 2)
        assert taken.world_time - throttled.world_time >= shortest - timedelta(seconds=1 if form == "date" else 0)
        assert case.count_looks(throttled, taken) < FEW_LOOKS


class TestSeveralJobs:
    @pytest.fixture
    def case(self, fast_environment: OperatorEnvironment) -> Case:
        """The answer is lost, and before the next read somebody creates a job of the same template in the portal."""
        case = new_case(fast_environment)
        fast_environment.simulator.fault(
            "close", operation="createJob", point="after", service_principal=case.principal
        )
        look = fast_environment.simulator.hold("listJobs", "before", service_principal=case.principal, skip=1)
        apply(case)
        look.wait_held()
        fast_environment.simulator.create_job(case.principal, "scim")
        look.release()
        return case

    def test_several_jobs_that_fit_stall_the_resource_and_are_listed(self, case: Case) -> None:
        stalled = case.environment.wait_condition(case.name, "Stalled", reason="SeveralJobs")
        message = condition(stalled, "Stalled")["message"]
        assert len(case.jobs()) == 2
        assert all(job.id in message for job in case.jobs())
        assert len(case.creates()) == 1
        assert not holds_a_job(stalled)

    def test_one_of_several_jobs_is_held_when_the_spec_names_it(self, case: Case) -> None:
        case.environment.wait_condition(case.name, "Stalled", reason="SeveralJobs")
        [ours] = [job.id for job in case.jobs() if job.id == case.creates()[0].job]
        case.environment.change_job(case.name, jobId=ours)
        found = case.settle()
        assert found["status"]["job"]["id"] == ours
        assert len(case.creates()) == 1


class TestTwoResources:
    def test_two_resources_of_different_templates_create_their_jobs_one_after_the_other(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        first = new_case(fast_environment, templates=("scim", "aWSSingleSignon"), creation={"looks": 6})
        second = Case(fast_environment, first.principal, f"{first.name}-second")
        fast_environment.simulator.fault(
            "close", operation="createJob", point="after", service_principal=first.principal
        )
        apply(first).creates(at_least=1)
        fast_environment.simulator.change_service_principal(first.principal, creation={})
        fast_environment.apply_job(first.principal, name=second.name, template="aWSSingleSignon")
        fast_environment.wait_condition(second.name, "Ready", "False", reason="WaitingForOtherCreate")
        first.settle()
        second.settle()
        lost, later = first.creates()
        assert [create.body["templateId"] for create in (lost, later)] == ["scim", "aWSSingleSignon"]
        assert len(first.reads_between(lost, later)) > 6
        assert {job.id for job in first.jobs()} == {lost.job, later.job}


class TestChangeDuringPass:
    def test_a_resource_that_changes_during_a_pass_is_reconciled_again_before_a_create(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        case = new_case(fast_environment)
        look = fast_environment.simulator.hold("listJobs", "before", service_principal=case.principal)
        apply(case)
        look.wait_held()
        fast_environment.change_job(case.name, schedule={"state": "Paused"})
        look.release()
        case.assert_one_job_by_one_post()
        [create] = case.creates()
        looks = fast_environment.simulator.journal(operation="listJobs", service_principal=case.principal)
        assert len([look for look in looks if look.sequence < create.sequence]) == 2
        assert [job.starts for job in case.jobs()] == [0]
