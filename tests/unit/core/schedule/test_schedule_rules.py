"""Whether the job runs as wanted, and who paused it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from entrasync.api.names import HOLD_UNTIL_ANNOTATION, REQUEST_ANNOTATIONS
from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Wait
from entrasync.core.plan import plan
from entrasync.core.primitives.times import write_precise_time, write_time
from entrasync.core.record.schedule_record import Pause, PausedBy, UnansweredStart, read_pause
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.actions import PauseJob, StartJob
from entrasync.core.schedule.state import pause_of
from tests.support.facts import (
    JOB,
    NEVER,
    NOW,
    PRINCIPAL,
    ago,
    desired,
    facts,
    holder,
    minutes,
    remote_job,
    seconds,
    unshown,
)
from tests.support.verdicts import wait_of

ACTIVE, PAUSED = ScheduleState.ACTIVE, ScheduleState.PAUSED
SEEN_RUNNING: dict[str, Any] = {"job": {"id": JOB, "schedule": {"state": "Active"}}}
SEEN_RESTING: dict[str, Any] = {"job": {"id": JOB, "schedule": {"state": "Disabled"}}}
PAUSE = Do(PauseJob(PRINCIPAL, JOB))
STEADY = "2026-10-01T00:00:00Z"


def paused_job(**status: Any) -> RemoteJob:
    return remote_job(state="Disabled", **({"code": "Paused"} | status))


def started(at: datetime) -> dict[str, str]:
    return {"lastStartTime": write_precise_time(at)}


def pause_taken(at: datetime) -> dict[str, Any]:
    return unshown(PAUSED, at, cause="spec.schedule.state is Paused")


def start_taken(at: datetime) -> dict[str, Any]:
    return unshown(ACTIVE, at)


def quarantined_since(since: timedelta) -> dict[str, Any]:
    mirror = {"code": "Quarantine", "quarantine": {"seriesBegan": write_time(ago(since))}}
    return SEEN_RUNNING | {"synchronizationStatus": mirror}


def pause_seen(subject: Resource, job: RemoteJob) -> Pause | None:
    return pause_of(facts(subject, job))


class TestStart:
    def test_a_created_job_is_started(self) -> None:
        assert plan(facts(holder(status=SEEN_RESTING), paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    def test_an_adopted_job_with_unset_state_is_neither_started_nor_paused(self) -> None:
        for job in (paused_job(), remote_job()):
            assert plan(facts(holder(origin="Adopted"), job)) is None

    def test_an_adopted_job_is_started_when_the_spec_says_so_and_that_is_no_drift(self) -> None:
        subject = holder(wish=desired(schedule_state=ACTIVE), origin="Adopted", status={"job": None})
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB, corrects_drift=False))

    def test_a_start_is_not_repeated_within_the_bound(self) -> None:
        verdict = plan(facts(holder(status=SEEN_RESTING | started(ago(minutes(14)))), paused_job()))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.STARTING

    def test_a_start_is_repeated_after_the_bound(self) -> None:
        subject = holder(status=SEEN_RESTING | started(ago(minutes(15))))
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    def test_a_start_is_repeated_within_the_bound_after_a_pause_was_seen(self) -> None:
        subject = holder(status=SEEN_RUNNING | started(ago(minutes(1))))
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB, corrects_drift=True))

    @pytest.mark.parametrize("state", [None, 7, {}])
    def test_a_job_whose_state_cannot_be_read_is_neither_started_nor_called_as_wanted(self, state: object) -> None:
        assert wait_of(plan(facts(holder(), remote_job(state=state)))).reason is Reason.STATE_UNKNOWN

    @pytest.mark.parametrize("wish", [desired(), desired(schedule_state=ACTIVE)])
    def test_a_job_in_quarantine_is_never_started(self, wish: Any) -> None:
        for job in (
            remote_job(code="Quarantine"),
            paused_job(code="Quarantine"),
            paused_job(quarantine={"reason": "x"}),
        ):
            for status in (SEEN_RUNNING, {"job": None}, quarantined_since(timedelta(days=29))):
                verdict = plan(facts(holder(wish=wish, status=status), job))
                assert not isinstance(verdict, Do), (job.raw, status)


class TestPause:
    def test_a_running_job_that_is_wanted_paused_is_paused(self) -> None:
        subject = holder(wish=desired(schedule_state=PAUSED))
        assert plan(facts(subject, remote_job())) == Do(PauseJob(PRINCIPAL, JOB))

    def test_a_pause_that_never_showed_was_not_undone_by_a_person(self) -> None:
        subject = holder(
            wish=desired(schedule_state=PAUSED), status=SEEN_RUNNING | {"effective": {"scheduleState": "Paused"}}
        )
        assert plan(facts(subject, remote_job())) == Do(PauseJob(PRINCIPAL, JOB, corrects_drift=False))

    def test_a_pause_that_does_not_show_is_waited_for_within_the_bound(self) -> None:
        subject = holder(wish=desired(schedule_state=PAUSED), status=pause_taken(ago(minutes(14))))
        verdict = plan(facts(subject, remote_job()))
        assert isinstance(verdict, Wait)
        assert verdict.reason is Reason.PAUSING

    def test_a_pause_that_was_taken_for_another_cause_is_sent_at_once(self) -> None:
        taken = unshown(PAUSED, ago(seconds(5)), cause="a hold that has ended")
        assert plan(facts(holder(wish=desired(schedule_state=PAUSED), status=taken), remote_job())) == PAUSE

    def test_our_own_start_that_shows_late_is_no_drift(self) -> None:
        was_paused = SEEN_RESTING | {"effective": {"scheduleState": "Paused"}} | start_taken(ago(minutes(3)))
        assert plan(facts(holder(wish=desired(schedule_state=PAUSED), status=was_paused), remote_job())) == PAUSE

    def test_a_start_after_a_pause_that_showed_is_drift(self) -> None:
        subject = holder(
            wish=desired(schedule_state=PAUSED), status=SEEN_RESTING | {"effective": {"scheduleState": "Paused"}}
        )
        assert plan(facts(subject, remote_job())) == Do(PauseJob(PRINCIPAL, JOB, corrects_drift=True))

    def test_a_paused_job_that_is_wanted_paused_is_left(self) -> None:
        assert plan(facts(holder(wish=desired(schedule_state=PAUSED)), paused_job())) is None


class TestIgnoredChange:
    """Graph accepted a start or a pause, and did not show it within the bound."""

    def to_pause(self, **overlay: Any) -> Resource:
        return holder(wish=desired(schedule_state=PAUSED), status=pause_taken(ago(minutes(15))), **overlay)

    def to_start(self, **overlay: Any) -> Resource:
        taken_at = ago(minutes(15))
        return holder(status=SEEN_RESTING | started(taken_at) | start_taken(taken_at), **overlay)

    def test_a_pause_needs_a_person(self) -> None:
        verdict = plan(facts(self.to_pause(), remote_job()))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.PAUSE_NOT_TAKEN
        assert "(spec.schedule.state is Paused) and still shows it running" in verdict.message

    def test_a_start_needs_a_person(self) -> None:
        verdict = plan(facts(self.to_start(), paused_job()))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.START_NOT_TAKEN
        assert "at 2026-11-01 11:45:00 UTC and still shows it paused" in verdict.message

    def test_an_edit_since_asks_for_it_again(self) -> None:
        assert plan(facts(self.to_pause(generation=2), remote_job())) == PAUSE
        assert plan(facts(self.to_start(generation=2), paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    def test_a_request_since_asks_for_it_again(self) -> None:
        request = {REQUEST_ANNOTATIONS[0]: "now"}
        assert plan(facts(self.to_pause(annotations=request), remote_job())) == PAUSE
        assert plan(facts(self.to_start(annotations=request), paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    def test_another_hold_is_sent(self) -> None:
        held = {HOLD_UNTIL_ANNOTATION: write_time(NOW + minutes(7))}
        taken = unshown(PAUSED, ago(minutes(20)), cause="an earlier hold")
        assert plan(facts(holder(status=taken, annotations=held), remote_job())) == PAUSE

    def test_a_pause_that_showed_since_the_start_is_undone(self) -> None:
        subject = holder(status=SEEN_RUNNING | started(ago(minutes(60))))
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB, corrects_drift=True))


class TestUnansweredStart:
    SUBJECT = holder(status=SEEN_RESTING | started(ago(minutes(1))))

    def verdict(self, silence: timedelta) -> object:
        unanswered = UnansweredStart(ago(silence), "Graph answered 503 (busy).")
        return plan(facts(self.SUBJECT, paused_job(), unanswered_start=unanswered))

    def test_the_answer_is_told_while_it_is_waited_for(self) -> None:
        verdict = self.verdict(minutes(1))
        assert isinstance(verdict, Wait)
        assert "Graph answered 503 (busy). The next start is sent at 2026-11-01 12:14:00 UTC" in verdict.message

    def test_an_hour_without_an_answer_needs_a_person(self) -> None:
        verdict = self.verdict(minutes(60))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.START_UNANSWERED


PAUSED_BY_A_PERSON = "paused outside of this resource"


class TestAuthorOfPause:
    @pytest.mark.parametrize(
        ("why", "status", "job", "by"),
        [
            ("it runs", SEEN_RUNNING, remote_job(), None),
            ("it ran before and there is no other cause", SEEN_RUNNING, paused_job(), PausedBy.PERSON),
            ("we made it and have not started it", {"job": None}, paused_job(), None),
            ("our start may not show yet", SEEN_RESTING | started(ago(minutes(1))), paused_job(), None),
            (
                "our start may not show yet, not even of a job that Graph had paused",
                SEEN_RESTING | started(ago(minutes(1))),
                paused_job(escrowsPruned=True),
                None,
            ),
            ("it showed long after our start", SEEN_RESTING | started(ago(minutes(20))), paused_job(), None),
            ("escrows were pruned just now", SEEN_RUNNING, paused_job(escrowsPruned=True), PausedBy.GRAPH),
            (
                "escrows were seen pruned while the initial cycle went on",
                SEEN_RUNNING | {"synchronizationStatus": {"escrowsPruned": True}},
                paused_job(escrowsPruned=True, steadyStateFirstAchievedTime=NEVER),
                PausedBy.GRAPH,
            ),
            (
                "escrows were pruned in an initial cycle long over",
                SEEN_RUNNING | {"synchronizationStatus": {"escrowsPruned": True}},
                paused_job(escrowsPruned=True, steadyStateFirstAchievedTime=STEADY),
                PausedBy.PERSON,
            ),
            ("four weeks of quarantine", quarantined_since(timedelta(days=28)), paused_job(), PausedBy.GRAPH),
            (
                "Graph gave up at the last attempt",
                quarantined_since(timedelta(days=27.5)),
                paused_job(),
                PausedBy.GRAPH,
            ),
            ("a quarantine of a week", quarantined_since(timedelta(days=7)), paused_job(), PausedBy.PERSON),
            ("Graph kept the quarantine", SEEN_RUNNING, paused_job(code="Quarantine"), PausedBy.GRAPH),
            (
                "decided before, whatever shows now",
                SEEN_RUNNING | {"pause": {"by": "Graph", "reason": "then"}},
                paused_job(),
                PausedBy.GRAPH,
            ),
            (
                "decided before a restart",
                SEEN_RESTING | {"pause": {"by": "Person", "reason": "then"}},
                paused_job(escrowsPruned=True),
                PausedBy.PERSON,
            ),
        ],
    )
    def test_the_author_of_a_pause_is_decided_at_the_change(
        self, why: str, status: dict[str, Any], job: RemoteJob, by: PausedBy | None
    ) -> None:
        pause = pause_seen(holder(status=status), job)
        assert (pause.by if pause else None) == by, why

    def test_a_wanted_state_of_paused_makes_the_pause_ours(self) -> None:
        known = {"pause": {"by": "Graph", "since": "2026-10-01T00:00:00Z", "reason": "x"}}
        pause = pause_seen(holder(wish=desired(schedule_state=PAUSED), status=known), paused_job())
        assert pause == Pause(PausedBy.OPERATOR, "2026-10-01T00:00:00Z", "spec.schedule.state is Paused")

    def test_the_pause_of_an_adopted_job_is_by_a_person_without_a_time(self) -> None:
        subject = holder(origin="Adopted", status={"job": None})
        assert pause_seen(subject, paused_job()) == Pause(PausedBy.PERSON, None, PAUSED_BY_A_PERSON)

    def test_a_pause_has_the_time_at_which_it_was_seen(self) -> None:
        assert pause_seen(holder(), paused_job()) == Pause(PausedBy.PERSON, write_time(NOW), PAUSED_BY_A_PERSON)

    def test_a_pause_by_graph_stalls_until_the_state_was_paused_and_active_again(self) -> None:
        pause = {"by": "Graph", "reason": "escrowsPruned"}
        subject = holder(status=SEEN_RESTING | {"pause": pause})
        verdict = plan(facts(subject, paused_job(escrowsPruned=True)))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.PAUSED_BY_GRAPH
        paused = pause_seen(holder(wish=desired(schedule_state=PAUSED), status=dict(subject.status)), paused_job())
        assert paused is not None
        again = holder(wish=desired(schedule_state=ACTIVE), status=SEEN_RESTING | {"pause": paused.write()})
        assert plan(facts(again, paused_job(escrowsPruned=True))) == Do(StartJob(PRINCIPAL, JOB))

    @pytest.mark.parametrize("stored", [None, "x", {}, {"by": "Nobody"}, {"by": 7}, {"by": ["Graph"]}])
    def test_an_unreadable_record_of_a_pause_counts_as_none(self, stored: object) -> None:
        assert read_pause(stored) is None

    def test_a_pause_is_read_as_it_was_written(self) -> None:
        for pause in (Pause(PausedBy.GRAPH, None, "x"), Pause(PausedBy.PERSON, "2026-10-01T00:00:00Z", "y")):
            assert read_pause(pause.write()) == pause


def test_a_start_in_the_future_is_waited_for_and_not_repeated() -> None:
    """After a clock was set back."""
    subject = holder(status=SEEN_RESTING | started(NOW + seconds(60)))
    assert isinstance(plan(facts(subject, paused_job())), Wait)
