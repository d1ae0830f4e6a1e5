"""managementPolicy Observe: which job is observed, and which differences are reported."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.names import FINALIZER
from entrasync.api.policies import AdoptionPolicy, ManagementPolicy, OnMissing, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.action import describe_forecast
from entrasync.core.decision.verdicts import Do, Retry, Stall, Wait
from entrasync.core.deletion import release_without_graph
from entrasync.core.job.actions import CreateJob, DeleteJob, ForgetCreate, HoldJob
from entrasync.core.plan import forecast_writes, plan
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_claims import claim_of
from entrasync.core.schedule.actions import PauseJob, StartJob
from tests.support.facts import (
    JOB,
    PRINCIPAL,
    ago,
    application,
    claim,
    desired,
    facts,
    holder,
    minutes,
    misses,
    operation,
    remote_job,
    resource,
    seconds,
)

GONE = misses(3, minutes(5))


def observing(**spec: Any) -> Desired:
    return desired(management_policy=ManagementPolicy.OBSERVE, **spec)


class TestObservedJob:
    def test_the_job_of_the_template_is_observed_and_counts_as_adopted(self) -> None:
        subject = resource(observing(), finalizers=())
        assert plan(facts(subject, remote_job())) == Do(HoldJob(JOB, "Adopted"))

    def test_a_job_that_another_resource_manages_is_observed_too(self) -> None:
        subject = resource(observing())
        assert plan(facts(subject, remote_job(), claims=(claim(held_job_id=JOB),))) == Do(HoldJob(JOB, "Adopted"))

    def test_the_job_that_would_be_managed_is_observed_out_of_two(self) -> None:
        subject = resource(observing())
        verdict = plan(facts(subject, remote_job("a"), remote_job("b"), claims=(claim(held_job_id="a"),)))
        assert verdict == Do(HoldJob("b", "Adopted"))

    def test_several_jobs_that_fit_stall_the_observer(self) -> None:
        verdict = plan(facts(resource(observing()), remote_job("a"), remote_job("b")))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.SEVERAL_JOBS

    def test_the_job_in_job_id_is_observed(self) -> None:
        subject = resource(observing(job_id="b"))
        assert plan(facts(subject, remote_job("a"), remote_job("b"))) == Do(HoldJob("b", "Adopted"))

    def test_an_absent_job_is_looked_for_at_each_poll(self) -> None:
        verdict = plan(facts(resource(observing(poll_interval=minutes(7)))))
        assert isinstance(verdict, Wait)
        assert (verdict.reason, verdict.after) == (Reason.NO_JOB_TO_OBSERVE, minutes(7))
        assert "has no job with template scim" in verdict.message

    def test_a_hidden_job_is_missed_before_it_counts_as_gone(self) -> None:
        verdict = plan(facts(holder(wish=observing()), misses=misses(1, seconds(0))))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.JOB_MISSING

    def test_a_job_that_has_gone_is_replaced_by_another_that_fits(self) -> None:
        assert plan(facts(holder(wish=observing()), remote_job("next"), misses=GONE)) == Do(HoldJob("next", "Adopted"))

    def test_no_job_is_chosen_from_an_incomplete_list(self) -> None:
        assert isinstance(plan(facts(resource(observing()), is_complete=False)), Retry)

    def test_an_observer_waits_for_a_job_that_another_resource_is_creating(self) -> None:
        verdict = plan(facts(resource(observing()), claims=(claim(creating_since=ago(seconds(5))),)))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.WAITING_FOR_OTHER_CREATE

    def test_an_observer_sets_no_finalizer(self) -> None:
        assert plan(facts(holder(wish=observing(), finalizers=()), remote_job())) is None

    def test_an_older_claim_of_another_is_no_conflict_for_an_observer(self) -> None:
        older = claim(held_job_id=JOB, created_at=ago(minutes(9999)))
        assert plan(facts(holder(wish=observing()), remote_job(), claims=(older,))) is None

    def test_the_origin_of_an_observed_job_stays(self) -> None:
        subject = holder(wish=observing(), origin="Created")
        assert plan(facts(holder(wish=observing()), remote_job())) is None
        assert subject.origin == "Created"


class TestEarlierCreate:
    def test_an_earlier_create_brings_its_job_if_it_appears(self) -> None:
        subject = resource(observing(), status={"operation": operation(ago(minutes(1)))})
        assert plan(facts(subject, remote_job())) == Do(HoldJob(JOB, "Created"))

    def test_an_earlier_create_is_waited_for_without_a_promise_to_send_it_again(self) -> None:
        subject = resource(observing(), status={"operation": operation(ago(minutes(1)))})
        verdict = plan(facts(subject))
        assert isinstance(verdict, Wait)
        assert verdict.message.endswith("; under managementPolicy Observe no other is created.")

    @pytest.mark.parametrize("has_finalizer", [True, False])
    def test_an_earlier_create_is_never_sent_again(self, *, has_finalizer: bool) -> None:
        subject = resource(observing(), status={"operation": operation(ago(minutes(15)))})
        if not has_finalizer:
            subject = resource(observing(), status=subject.status, finalizers=())
        assert plan(facts(subject)) == Do(ForgetCreate())

    def test_an_earlier_create_keeps_other_resources_from_creating(self) -> None:
        reported = claim_of(resource(observing(), status={"operation": operation(ago(minutes(1)))}))
        assert reported.creating_since == ago(minutes(1))


class TestFormerManager:
    def test_a_former_manager_removes_its_finalizer(self) -> None:
        subject = holder(wish=observing(), finalizers=(FINALIZER,))
        assert plan(facts(subject, remote_job())) == Do(HoldJob(JOB, "Created"))

    def test_a_former_manager_keeps_its_finalizer_while_a_create_is_unfinished(self) -> None:
        status = {"operation": operation(ago(minutes(1)))}
        verdict = plan(facts(resource(observing(), finalizers=(FINALIZER,), status=status)))
        assert isinstance(verdict, Wait)


class TestForecast:
    def test_the_forecast_says_that_a_job_would_be_created(self) -> None:
        assert forecast_writes(facts(resource(observing()))) == (CreateJob(PRINCIPAL, "scim", frozenset()),)

    def test_the_forecast_says_that_a_job_that_has_gone_would_be_created_again(self) -> None:
        assert forecast_writes(facts(holder(wish=observing()), misses=GONE)) != ()

    @pytest.mark.parametrize(
        "spec",
        [{"adoption_policy": AdoptionPolicy.ADOPT_ONLY}, {"on_missing": OnMissing.REPORT}, {"job_id": JOB}],
        ids=["AdoptOnly", "Report", "jobId"],
    )
    def test_the_forecast_says_nothing_where_the_spec_forbids_to_create_again(self, spec: dict[str, Any]) -> None:
        assert forecast_writes(facts(holder(wish=observing(**spec)), misses=GONE)) == ()

    def test_the_forecast_has_no_second_job_beside_a_held_one(self) -> None:
        hidden = claim(held_job_id="hidden")
        assert forecast_writes(facts(resource(observing()), claims=(hidden,))) == ()

    def test_the_forecast_says_that_a_paused_job_would_be_started(self) -> None:
        subject = holder(wish=observing(schedule_state=ScheduleState.ACTIVE))
        [would] = forecast_writes(facts(subject, remote_job(state="Disabled", code="Paused")))
        assert isinstance(would, StartJob)

    def test_the_forecast_says_that_a_running_job_would_be_paused(self) -> None:
        subject = holder(wish=observing(schedule_state=ScheduleState.PAUSED))
        [would] = forecast_writes(facts(subject, remote_job()))
        assert isinstance(would, PauseJob)

    def test_the_forecast_leaves_the_state_of_an_adopted_job(self) -> None:
        subject = holder(wish=observing(), origin="Adopted")
        assert forecast_writes(facts(subject, remote_job(state="Disabled", code="Paused"))) == ()

    def test_the_forecast_is_empty_for_a_managed_resource(self) -> None:
        assert forecast_writes(facts()) == ()

    def test_the_forecast_is_one_sentence(self) -> None:
        would = (
            CreateJob(PRINCIPAL, "scim", frozenset()),
            StartJob(PRINCIPAL, "a"),
            PauseJob(PRINCIPAL, "b"),
            DeleteJob(PRINCIPAL, "c"),
        )
        assert describe_forecast(would) == (
            "The operator would create a job from template scim, start job a, pause job b, delete job c; "
            "managementPolicy Observe keeps it from that."
        )


class TestOtherResources:
    @pytest.mark.parametrize("wish", [observing(), observing(job_id=JOB)])
    def test_an_observer_makes_no_claim(self, wish: Desired) -> None:
        reported = claim_of(holder(wish=wish))
        assert reported.job_id is None

    def test_an_observed_application_does_not_block_other_resources(self) -> None:
        wish = observing(application=application("BaseAddress=https://scim.example.com"))
        assert not claim_of(holder(wish=wish)).has_application
        assert claim_of(holder(wish=replace(wish, management_policy=ManagementPolicy.MANAGE))).has_application

    def test_another_resource_may_adopt_an_observed_job(self) -> None:
        observed = claim_of(holder(wish=observing(), name="observer"))
        assert plan(facts(resource(), remote_job(), claims=(observed,))) == Do(HoldJob(JOB, "Adopted"))


def test_the_deletion_of_an_observer_leaves_the_job() -> None:
    released = release_without_graph(holder(wish=observing(), origin="Created"))
    assert released is not None
    assert "only observed" in released.message
