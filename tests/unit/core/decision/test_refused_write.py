"""When a write that Graph refused is tried again, and when only a person can help."""

from datetime import datetime, timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.decision.refused_write import RefusedWrite, explain_refusal, note_refusal
from entrasync.core.decision.verdicts import Halt, Retry, Stall
from tests.support.facts import NOW, minutes
from tests.support.graph_answers import refused, replicating

CONFLICT = PossiblyReplicating(
    Transient(Reason.REQUEST_REFUSED, "Busy."), answer=GraphAnswer(409, "Conflict", "Busy.", "req")
)


def refuse_for(
    error: Refused | PossiblyReplicating, elapsed: timedelta, *, young_until: datetime = NOW
) -> list[RefusedWrite]:
    """Try a write whenever that is due, at most once a minute, and have it refused each time."""
    now, notes = NOW, list[RefusedWrite]()
    while now <= NOW + elapsed:
        known = notes[-1] if notes else None
        if known is None or not known.holds_back("start", now):
            notes.append(note_refusal(known, "start", error, first=minutes(5), young_until=young_until, now=now))
        now += minutes(1)
    return notes


def pauses(notes: list[RefusedWrite]) -> list[int]:
    """Return the minutes between tries."""
    return [round((note.retry_at - NOW).total_seconds() / 60) for note in notes]


class TestTries:
    def test_of_a_refused_write_grow_apart_up_to_an_hour(self) -> None:
        assert pauses(refuse_for(refused(400), minutes(300))) == [5, 10, 20, 40, 80, 140, 200, 260, 320]

    def test_of_what_may_be_replication_are_not_held_back_while_something_is_young(self) -> None:
        notes = refuse_for(replicating(403), minutes(90), young_until=NOW + minutes(3))
        assert pauses(notes) == [0, 1, 2, 8, 16, 32, 64, 124]

    def test_of_a_conflict_are_not_held_back_for_five_minutes(self) -> None:
        assert pauses(refuse_for(CONFLICT, minutes(90))) == [0, 1, 2, 3, 4, 10, 20, 40, 80, 140]

    def test_of_what_lacks_a_permission_are_at_most_a_quarter_of_an_hour_apart(self) -> None:
        error = Refused(Reason.PERMISSION_MISSING, "No.", answer=GraphAnswer(403, "Forbidden", "No.", "req"))
        assert pauses(refuse_for(error, minutes(60))) == [5, 10, 20, 35, 50, 65]

    def test_of_another_wish_begin_anew(self) -> None:
        known = refuse_for(refused(400), minutes(60))[-1]
        assert not known.holds_back("pause", NOW + minutes(60))
        other = note_refusal(known, "pause", refused(400), first=minutes(5), young_until=NOW, now=NOW + minutes(60))
        assert (other.since, other.retry_at) == (NOW + minutes(60), NOW + minutes(65))

    def test_begin_anew_when_nothing_was_tried_for_a_long_time(self) -> None:
        known, later = refuse_for(refused(400), minutes(60))[-1], NOW + minutes(600)
        again = note_refusal(known, "start", refused(400), first=minutes(5), young_until=NOW, now=later)
        assert (again.since, again.retry_at) == (later, later + minutes(5))


class TestVerdict:
    def judge(self, error: Refused | PossiblyReplicating, after: timedelta) -> Halt:
        now = NOW + after
        return explain_refusal(refuse_for(error, after)[-1], now).judge(young_until=now, now=now)

    @pytest.mark.parametrize("error", [refused(400, message="No."), replicating(403)])
    def test_of_a_refusal_is_stalled_and_says_when_it_is_tried_again(
        self, error: Refused | PossiblyReplicating
    ) -> None:
        assert self.judge(error, minutes(10)) == Stall(
            Reason.REQUEST_REFUSED,
            "No. The operator sends it again at 2026-11-01 12:20:00 UTC, or at once after a change of the spec or of "
            "the annotation entrasync.io/requested-at.",
            minutes(10),
        )

    def test_of_a_conflict_is_no_persons_within_an_hour(self) -> None:
        verdict = self.judge(CONFLICT, minutes(45))
        assert isinstance(verdict, Retry)
        assert verdict.after == minutes(5), "what the job does is mirrored meanwhile"

    def test_of_a_conflict_that_lasts_an_hour_is_a_persons(self) -> None:
        assert isinstance(self.judge(CONFLICT, minutes(60)), Stall)
