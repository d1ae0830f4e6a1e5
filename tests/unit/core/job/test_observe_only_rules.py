"""managementPolicy Observe: which job is looked at, and what is said to be different."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.names import FINALIZER
from entrasync.api.policies import AdoptionPolicy, ManagementPolicy, OnMissing, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.action import CreateJob, DeleteJob, ForgetCreate, HoldJob, PauseJob, StartJob
from entrasync.core.decision.verdicts import Do, Retry, Stall, Wait
from entrasync.core.deletion import release_without_graph
from entrasync.core.plan import forecast_writes, plan
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_claims import claim_of
from entrasync.core.status.forecast import describe_forecast
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


class TestWhichJob:
    def test_the_one_of_the_template_is_observed_and_counts_as_adopted(self) -> None:
        subject = resource(observing(), finalizers=())
        assert plan(facts(subject, remote_job())) == Do(HoldJob(JOB, "Adopted"))

    def test_one_that_another_resource_manages_is_observed_too(self) -> None:
        subject = resource(observing())
        assert plan(facts(subject, remote_job(), claims=(claim(held_job_id=JOB),))) == Do(HoldJob(JOB, "Adopted"))

    def test_of_two_the_one_that_would_be_managed_is_observed(self) -> None:
        subject = resource(observing())
        verdict = plan(facts(subject, remote_job("a"), remote_job("b"), claims=(claim(held_job_id="a"),)))
        assert verdict == Do(HoldJob("b", "Adopted"))

    def test_of_several_a_person_chooses(self) -> None:
        verdict = plan(facts(resource(observing()), remote_job("a"), remote_job("b")))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.SEVERAL_JOBS

    def test_the_one_in_job_id_is_observed(self) -> None:
        subject = resource(observing(job_id="b"))
        assert plan(facts(subject, remote_job("a"), remote_job("b"))) == Do(HoldJob("b", "Adopted"))

    def test_none_is_looked_for_at_each_poll(self) -> None:
        verdict = plan(facts(resource(observing(poll_interval=minutes(7)))))
        assert isinstance(verdict, Wait)
        assert (verdict.reason, verdict.after) == (Reason.NO_JOB_TO_OBSERVE, minutes(7))
        assert "has no job with template scim" in verdict.message

    def test_one_that_does_not_show_is_missed_before_it_counts_as_gone(self) -> None:
        verdict = plan(facts(holder(wish=observing()), misses=misses(1, seconds(0))))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.JOB_MISSING

    def test_another_takes_the_place_of_one_that_has_gone(self) -> None:
        assert plan(facts(holder(wish=observing()), remote_job("next"), misses=GONE)) == Do(HoldJob("next", "Adopted"))

    def test_nothing_is_chosen_from_an_incomplete_list(self) -> None:
        assert isinstance(plan(facts(resource(observing()), is_complete=False)), Retry)

    def test_one_that_another_resource_is_about_to_create_is_waited_for(self) -> None:
        verdict = plan(facts(resource(observing()), claims=(claim(creating_since=ago(seconds(5))),)))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.WAITING_FOR_OTHER_CREATE

    def test_no_finalizer_is_asked_for(self) -> None:
        assert plan(facts(holder(wish=observing(), finalizers=()), remote_job())) is None

    def test_the_better_right_of_another_is_no_conflict(self) -> None:
        older = claim(held_job_id=JOB, created_at=ago(minutes(9999)))
        assert plan(facts(holder(wish=observing()), remote_job(), claims=(older,))) is None

    def test_the_origin_stays(self) -> None:
        subject = holder(wish=observing(), origin="Created")
        assert plan(facts(holder(wish=observing()), remote_job())) is None
        assert subject.origin == "Created"


class TestACreateFromBefore:
    def test_brings_its_job_if_it_turns_up(self) -> None:
        subject = resource(observing(), status={"operation": operation(ago(minutes(1)))})
        assert plan(facts(subject, remote_job())) == Do(HoldJob(JOB, "Created"))

    def test_is_looked_for_and_nothing_is_promised_that_observe_never_does(self) -> None:
        subject = resource(observing(), status={"operation": operation(ago(minutes(1)))})
        verdict = plan(facts(subject))
        assert isinstance(verdict, Wait)
        assert verdict.message.endswith("; under managementPolicy Observe no other is created.")

    @pytest.mark.parametrize("has_finalizer", [True, False])
    def test_is_never_sent_again(self, *, has_finalizer: bool) -> None:
        subject = resource(observing(), status={"operation": operation(ago(minutes(15)))})
        if not has_finalizer:
            subject = resource(observing(), status=subject.status, finalizers=())
        assert plan(facts(subject)) == Do(ForgetCreate())

    def test_keeps_others_from_creating_meanwhile(self) -> None:
        told = claim_of(resource(observing(), status={"operation": operation(ago(minutes(1)))}))
        assert told.creating_since == ago(minutes(1))


class TestOneThatManaged:
    def test_puts_down_the_finalizer_for_another_may_take_the_job_meanwhile(self) -> None:
        subject = holder(wish=observing(), finalizers=(FINALIZER,))
        assert plan(facts(subject, remote_job())) == Do(HoldJob(JOB, "Created"))

    def test_keeps_it_while_a_create_is_unfinished(self) -> None:
        status = {"operation": operation(ago(minutes(1)))}
        verdict = plan(facts(resource(observing(), finalizers=(FINALIZER,), status=status)))
        assert isinstance(verdict, Wait)


class TestWhatWouldBeDone:
    def test_a_job_would_be_created(self) -> None:
        assert forecast_writes(facts(resource(observing()))) == (CreateJob(PRINCIPAL, "scim", frozenset()),)

    def test_one_that_has_gone_would_be_created_anew(self) -> None:
        assert forecast_writes(facts(holder(wish=observing()), misses=GONE)) != ()

    @pytest.mark.parametrize(
        "spec",
        [{"adoption_policy": AdoptionPolicy.ADOPT_ONLY}, {"on_missing": OnMissing.REPORT}, {"job_id": JOB}],
        ids=["AdoptOnly", "Report", "jobId"],
    )
    def test_one_that_has_gone_would_not_be_created_where_the_spec_forbids_it(self, spec: dict[str, Any]) -> None:
        assert forecast_writes(facts(holder(wish=observing(**spec)), misses=GONE)) == ()

    def test_a_second_job_beside_one_that_is_held_would_not_be_created(self) -> None:
        hidden = claim(held_job_id="hidden")
        assert forecast_writes(facts(resource(observing()), claims=(hidden,))) == ()

    def test_a_job_at_rest_would_be_started(self) -> None:
        subject = holder(wish=observing(schedule_state=ScheduleState.ACTIVE))
        [would] = forecast_writes(facts(subject, remote_job(state="Disabled", code="Paused")))
        assert isinstance(would, StartJob)

    def test_a_running_job_would_be_paused(self) -> None:
        subject = holder(wish=observing(schedule_state=ScheduleState.PAUSED))
        [would] = forecast_writes(facts(subject, remote_job()))
        assert isinstance(would, PauseJob)

    def test_nothing_would_be_done_about_an_adopted_job_whose_state_is_not_ours(self) -> None:
        subject = holder(wish=observing(), origin="Adopted")
        assert forecast_writes(facts(subject, remote_job(state="Disabled", code="Paused"))) == ()

    def test_of_one_that_is_managed_nothing_is_foreseen(self) -> None:
        assert forecast_writes(facts()) == ()

    def test_it_is_said_in_one_sentence(self) -> None:
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


class TestOthers:
    @pytest.mark.parametrize("wish", [observing(), observing(job_id=JOB)])
    def test_see_no_claim(self, wish: Desired) -> None:
        told = claim_of(holder(wish=wish))
        assert told.job_id is None

    def test_are_not_held_back_by_an_application_that_is_only_observed(self) -> None:
        wish = observing(application=application("BaseAddress=https://scim.example.com"))
        assert not claim_of(holder(wish=wish)).has_application
        assert claim_of(holder(wish=replace(wish, management_policy=ManagementPolicy.MANAGE))).has_application

    def test_may_adopt_what_is_only_observed(self) -> None:
        observed = claim_of(holder(wish=observing(), name="observer"))
        assert plan(facts(resource(), remote_job(), claims=(observed,))) == Do(HoldJob(JOB, "Adopted"))


def test_deletion_only_lets_go() -> None:
    released = release_without_graph(holder(wish=observing(), origin="Created"))
    assert released is not None
    assert "only observed" in released.message
