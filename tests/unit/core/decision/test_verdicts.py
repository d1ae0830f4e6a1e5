"""What follows from each kind of error."""

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    GraphAnswer,
    Halted,
    OutcomeUnknown,
    PossiblyReplicating,
    PostponedCall,
    Refused,
    Transient,
)
from entrasync.core.decision.verdicts import REPLICATION_RETRY_DELAY, Halt, Retry, Stall, Wait
from tests.support.facts import NOW, minutes, seconds

ANSWER = GraphAnswer(403, "", "", "req")
REFUSED = Refused(Reason.PERMISSION_MISSING, "No.", answer=ANSWER)
BUSY = Transient(Reason.REQUEST_REFUSED, "Busy.")


@pytest.mark.parametrize(
    ("error", "halt"),
    [
        (Halted(Stall(Reason.CONFLICT, "x")), Stall(Reason.CONFLICT, "x")),
        (REFUSED, Stall(Reason.PERMISSION_MISSING, "No.")),
        (Halted(Wait(Reason.DELETING, "x", after=seconds(3))), Wait(Reason.DELETING, "x", seconds(3))),
        (
            Transient(Reason.THROTTLED, "Graph asks for a pause.", after=seconds(9)),
            Retry(
                Reason.THROTTLED,
                "Graph asks for a pause. The operator calls again at 2026-11-01 12:00:09 UTC.",
                seconds(9),
            ),
        ),
        (
            PostponedCall(Reason.THROTTLED, "A pause is kept.", after=seconds(9)),
            Retry(
                Reason.THROTTLED,
                "A pause is kept. The operator calls again at 2026-11-01 12:00:09 UTC.",
                seconds(9),
                is_postponed=True,
            ),
        ),
        (Transient(Reason.GRAPH_UNREACHABLE, "x"), Retry(Reason.GRAPH_UNREACHABLE, "x")),
        (OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "x"), Retry(Reason.GRAPH_UNREACHABLE, "x")),
        (PossiblyReplicating(REFUSED, answer=ANSWER), Stall(Reason.PERMISSION_MISSING, "No.")),
        (PossiblyReplicating(BUSY, answer=ANSWER), Retry(Reason.REQUEST_REFUSED, "Busy.")),
    ],
)
def test_each_error_has_one_consequence_when_nothing_is_young(error: EntraSyncError, halt: Halt) -> None:
    assert error.judge(young_until=NOW, now=NOW) == halt


def test_an_error_that_may_be_replication_is_waited_for_while_something_is_young() -> None:
    error = PossiblyReplicating(REFUSED, answer=ANSWER)
    rests = [error.judge(young_until=NOW + minutes(5), now=NOW + seconds(s)) for s in (0, 299)]
    assert all(isinstance(halt, Wait) and halt.after == REPLICATION_RETRY_DELAY for halt in rests)
    assert rests[0] == rests[1], "a message that changed at each read would cause a write at each read"
    assert rests[0].reason is Reason.WAITING_FOR_REPLICATION


def test_a_plain_refusal_is_never_waited_for() -> None:
    assert REFUSED.judge(young_until=NOW + minutes(5), now=NOW) == Stall(Reason.PERMISSION_MISSING, "No.")


def test_an_unknown_error_is_a_fault_of_the_operator() -> None:
    error = EntraSyncError(Reason.INTERNAL_ERROR, "x")
    with pytest.raises(EntraSyncError):
        error.judge(young_until=NOW, now=NOW)
