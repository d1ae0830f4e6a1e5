"""Pauses by an expiration of the schedule or by a hold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall
from entrasync.core.facts.facts import Facts
from entrasync.core.plan import plan
from entrasync.core.polling import until_next_deadline
from entrasync.core.primitives.times import write_time
from entrasync.core.record.schedule_record import Pause, PausedBy
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.actions import PauseJob, StartJob
from entrasync.core.schedule.hold import read_hold
from entrasync.core.schedule.state import pause_of
from tests.support.facts import (
    JOB,
    NOW,
    PRINCIPAL,
    ago,
    desired,
    facts,
    holder,
    minutes,
    quarantined_job,
    remote_job,
    seconds,
    unshown,
)

ACTIVE, PAUSED = ScheduleState.ACTIVE, ScheduleState.PAUSED
UNTIL = NOW + minutes(30)
HELD = f"held until {write_time(UNTIL)} by entrasync.io/hold-until"
SEEN_RUNNING: dict[str, Any] = {"job": {"id": JOB, "schedule": {"state": "Active"}}}
SEEN_RESTING: dict[str, Any] = {"job": {"id": JOB, "schedule": {"state": "Disabled"}}}


def with_hold(subject: Resource, until: str = write_time(UNTIL)) -> Resource:
    return replace(subject, annotations={**subject.annotations, HOLD_UNTIL_ANNOTATION: until})


def paused_job(**status: Any) -> RemoteJob:
    return remote_job(state="Disabled", **({"code": "Paused"} | status))


def paused_by_us(*, resumes: bool = True, reason: str = HELD) -> dict[str, Any]:
    return SEEN_RESTING | {"pause": Pause(PausedBy.OPERATOR, write_time(ago(minutes(1))), reason, resumes).write()}


def pauses(seen: Facts) -> PauseJob:
    verdict = plan(seen)
    assert isinstance(verdict, Do)
    assert isinstance(verdict.action, PauseJob)
    return verdict.action


PAUSE_TAKEN = unshown(PAUSED, ago(seconds(5)), cause=HELD)


class TestHold:
    @pytest.mark.parametrize("origin", ["Created", "Adopted"])
    @pytest.mark.parametrize("wish", [desired(), desired(schedule_state=ACTIVE)])
    @pytest.mark.parametrize("job", [remote_job(), quarantined_job()])
    def test_a_hold_pauses_a_running_job_and_records_that_it_goes_on_afterwards(
        self, origin: str, wish: Any, job: RemoteJob
    ) -> None:
        action = pauses(facts(with_hold(holder(wish=wish, origin=origin)), job))
        assert action.record == Pause(PausedBy.OPERATOR, write_time(NOW), HELD, resumes=True)
        assert not action.corrects_drift

    def test_a_hold_of_a_job_that_the_spec_pauses_changes_nothing(self) -> None:
        action = pauses(facts(with_hold(holder(wish=desired(schedule_state=PAUSED))), remote_job()))
        assert action.record is None

    def test_a_hold_keeps_a_paused_job_paused_and_records_nothing(self) -> None:
        for subject in (holder(status=SEEN_RESTING), holder(origin="Adopted", status=SEEN_RESTING)):
            seen = facts(with_hold(subject), paused_job())
            assert plan(seen) is None
            assert pause_of(seen) == Pause(PausedBy.OPERATOR, write_time(NOW), HELD)

    def test_a_hold_whose_pause_shows_keeps_its_record(self) -> None:
        seen = facts(with_hold(holder(status=SEEN_RUNNING | {"pause": paused_by_us()["pause"]})), paused_job())
        assert pause_of(seen) == Pause(PausedBy.OPERATOR, write_time(ago(minutes(1))), HELD, resumes=True)

    def test_a_hold_whose_pause_does_not_show_yet_keeps_its_record(self) -> None:
        seen = facts(with_hold(holder(status=paused_by_us() | PAUSE_TAKEN)), remote_job())
        pause = pause_of(seen)
        assert pause is not None
        assert pause.resumes

    def test_a_prolonged_hold_shows_its_new_end(self) -> None:
        seen = facts(with_hold(holder(status=paused_by_us(reason="held until then"))), paused_job())
        assert pause_of(seen) == Pause(PausedBy.OPERATOR, write_time(ago(minutes(1))), HELD, resumes=True)

    @pytest.mark.parametrize("wish", [desired(), desired(schedule_state=ACTIVE)])
    @pytest.mark.parametrize("origin", ["Created", "Adopted"])
    def test_a_hold_that_has_ended_starts_a_job_that_ran_before(self, wish: Any, origin: str) -> None:
        subject = with_hold(holder(wish=wish, origin=origin, status=paused_by_us()), write_time(NOW))
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    def test_a_hold_ends_when_its_annotation_is_removed(self) -> None:
        subject = holder(origin="Adopted", status=paused_by_us())
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    def test_a_hold_that_has_ended_starts_a_job_that_was_in_quarantine_before(self) -> None:
        """It does not run again without a start, and a person has set the time of it."""
        subject = holder(origin="Adopted", status=paused_by_us())
        for job in (paused_job(), paused_job(quarantine={"reason": "x"}), paused_job(code="Quarantine")):
            assert plan(facts(subject, job)) == Do(StartJob(PRINCIPAL, JOB))

    def test_a_hold_that_has_ended_leaves_an_adopted_job_that_was_paused_before(self) -> None:
        subject = holder(origin="Adopted", status=paused_by_us(resumes=False))
        assert plan(facts(subject, paused_job())) is None

    def test_a_hold_that_has_ended_leaves_a_job_that_the_spec_pauses(self) -> None:
        subject = holder(wish=desired(schedule_state=PAUSED), status=paused_by_us())
        assert plan(facts(subject, paused_job())) is None

    def test_a_hold_undoes_a_start_by_a_person_of_a_job_that_was_paused_before(self) -> None:
        status = SEEN_RESTING | {"effective": {"scheduleState": "Paused"}}
        action = pauses(facts(with_hold(holder(origin="Adopted", status=status)), remote_job()))
        assert action.corrects_drift
        assert action.record is not None
        assert not action.record.resumes

    def test_a_hold_undoes_a_start_by_a_person_of_a_job_that_ran_before(self) -> None:
        status = paused_by_us() | {"effective": {"scheduleState": "Paused"}}
        action = pauses(facts(with_hold(holder(origin="Adopted", status=status)), remote_job()))
        assert action.corrects_drift
        assert action.record is not None
        assert action.record.resumes

    def test_a_hold_does_not_turn_a_pause_by_a_person_into_ours(self) -> None:
        seen = facts(with_hold(holder(origin="Adopted", status=SEEN_RUNNING)), paused_job())
        pause = pause_of(seen)
        assert pause is not None
        assert pause.by is PausedBy.PERSON

    def test_a_hold_does_not_turn_a_pause_by_graph_into_ours(self) -> None:
        verdict = plan(facts(with_hold(holder(status=SEEN_RUNNING)), paused_job(escrowsPruned=True)))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.PAUSED_BY_GRAPH

    def test_a_hold_in_the_past_is_ignored(self) -> None:
        assert plan(facts(with_hold(holder(), write_time(ago(seconds(1)))), remote_job())) is None

    def test_a_hold_ends_on_time(self) -> None:
        assert until_next_deadline(facts(with_hold(holder()), remote_job())) == minutes(30)


class TestHoldAnnotation:
    @pytest.mark.parametrize(
        "text", ["2026-11-01T12:30:00Z", "2026-11-01T12:30:00.000Z", "2026-11-01T13:30:00+01:00", write_time(UNTIL)]
    )
    def test_the_hold_annotation_is_a_time_with_a_zone(self, text: str) -> None:
        assert read_hold({HOLD_UNTIL_ANNOTATION: text}).until == UNTIL

    @pytest.mark.parametrize(
        "text",
        [
            "tomorrow",
            "2h",
            "2026-11-01",
            "2026-11-01T12:30:00",
            "2026-13-01T12:30:00Z",
            "true",
            "1" * 5000,
            "0001-01-01T00:00:00+23:00",
        ],
    )
    def test_a_hold_annotation_without_a_valid_time_is_ignored_and_reported(self, text: str) -> None:
        hold = read_hold({HOLD_UNTIL_ANNOTATION: text})
        assert hold.until is None
        assert hold.fault is not None
        assert "such as 2026-11-21T03:00:00Z" in hold.fault
        assert len(hold.fault) < 300
        assert plan(facts(with_hold(holder(), text), remote_job())) is None

    @pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:00", "9000-01-01T00:00:00.5Z"])
    def test_a_hold_annotation_beyond_all_calendars_counts_as_the_last_time_there_is(self, text: str) -> None:
        hold = read_hold({HOLD_UNTIL_ANNOTATION: text})
        assert (hold.until, hold.fault) == (datetime(9000, 1, 1, tzinfo=UTC), None)
        assert pauses(facts(with_hold(holder(), text), remote_job())).record is not None

    def test_a_hold_until_further_notice_has_no_end_and_says_so(self) -> None:
        held = facts(with_hold(holder(), "further-notice"), remote_job())
        record = pauses(held).record
        assert record is not None
        assert record.reason == "held until further notice by entrasync.io/hold-until"
        assert (record.by, record.resumes) == (PausedBy.OPERATOR, True)

    @pytest.mark.parametrize("annotations", [{}, {HOLD_UNTIL_ANNOTATION: ""}])
    def test_an_absent_or_empty_hold_annotation_means_no_hold(self, annotations: dict[str, str]) -> None:
        hold = read_hold(annotations)
        assert (hold.until, hold.fault) == (None, None)


class TestExpiration:
    EXPIRED = desired(expiration=NOW)
    PASSED = f"spec.schedule.expiration {write_time(NOW)} has passed"

    @pytest.mark.parametrize("state", [None, ACTIVE])
    @pytest.mark.parametrize("origin", ["Created", "Adopted"])
    def test_an_expiration_that_has_passed_pauses_the_job_whatever_the_state(self, state: Any, origin: str) -> None:
        subject = holder(wish=desired(expiration=NOW, schedule_state=state), origin=origin)
        record = pauses(facts(subject, remote_job())).record
        assert record == Pause(PausedBy.OPERATOR, write_time(NOW), self.PASSED, resumes=True)

    def test_an_expiration_that_has_passed_keeps_the_pause_ours(self) -> None:
        seen = facts(holder(wish=self.EXPIRED), paused_job())
        assert plan(seen) is None
        assert pause_of(seen) == Pause(PausedBy.OPERATOR, write_time(NOW), self.PASSED)

    def test_an_expiration_that_overtakes_a_hold_keeps_its_record(self) -> None:
        seen = facts(holder(wish=self.EXPIRED, status=paused_by_us()), paused_job())
        assert pause_of(seen) == Pause(PausedBy.OPERATOR, write_time(ago(minutes(1))), self.PASSED, resumes=True)

    def test_an_expiration_overtaken_by_a_state_of_paused_is_forgotten(self) -> None:
        wish = desired(expiration=NOW, schedule_state=PAUSED)
        seen = facts(holder(wish=wish, status=paused_by_us()), paused_job())
        pause = pause_of(seen)
        assert pause is not None
        assert not pause.resumes

    def test_an_expiration_that_has_passed_undoes_a_start(self) -> None:
        status = SEEN_RESTING | {"effective": {"scheduleState": "Paused"}}
        assert pauses(facts(holder(wish=self.EXPIRED, status=status), remote_job())).corrects_drift

    def test_an_expiration_outlasts_a_hold(self) -> None:
        record = pauses(facts(with_hold(holder(wish=self.EXPIRED)), remote_job())).record
        assert record is not None
        assert record.reason == self.PASSED

    def test_a_postponed_expiration_starts_a_job_that_ran_until_then(self) -> None:
        later = desired(expiration=NOW + timedelta(days=1))
        subject = holder(wish=later, origin="Adopted", status=paused_by_us(reason=self.PASSED))
        assert plan(facts(subject, paused_job())) == Do(StartJob(PRINCIPAL, JOB))

    @pytest.mark.parametrize(
        ("origin", "state", "expected"),
        [
            ("Created", None, Do(StartJob(PRINCIPAL, JOB))),
            ("Created", ACTIVE, Do(StartJob(PRINCIPAL, JOB))),
            ("Adopted", ACTIVE, Do(StartJob(PRINCIPAL, JOB))),
            ("Adopted", None, None),
            ("Created", PAUSED, None),
        ],
    )
    def test_a_postponed_expiration_starts_the_job_where_the_state_is_active(
        self, origin: str, state: Any, expected: object
    ) -> None:
        later = desired(expiration=NOW + timedelta(days=1), schedule_state=state)
        status = paused_by_us(resumes=False, reason="spec.schedule.expiration has passed")
        assert plan(facts(holder(wish=later, origin=origin, status=status), paused_job())) == expected

    def test_an_expiration_in_the_future_leaves_an_adopted_job_alone(self) -> None:
        soon = desired(expiration=NOW + seconds(1))
        for job in (remote_job(), paused_job()):
            assert plan(facts(holder(wish=soon, origin="Adopted"), job)) is None

    def test_an_expiration_is_polled_on_time(self) -> None:
        assert until_next_deadline(facts(holder(wish=desired(expiration=NOW + seconds(1))), remote_job())) == seconds(1)
        assert until_next_deadline(facts(holder(wish=self.EXPIRED), remote_job())) is None
