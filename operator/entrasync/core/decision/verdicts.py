"""What a rule can say: do this next, a person must act, or look again later. No verdict means that all is as wanted."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import (
    Disconnected,
    EntraSyncError,
    OutcomeUnknown,
    PossiblyReplicating,
    Stalled,
    Transient,
    Waiting,
)


@dataclass(frozen=True)
class Do:
    """Perform this, then observe and plan anew."""

    action: Action


@dataclass(frozen=True)
class Stall:
    """A person must act."""

    reason: Reason
    message: str


@dataclass(frozen=True)
class Wait:
    """The resource goes on by itself. It is looked at again after `after`."""

    reason: Reason
    message: str
    after: timedelta


@dataclass(frozen=True)
class Retry:
    """Graph could not be read or written. It is tried again after `after`, or with the queue's backoff."""

    reason: Reason
    message: str
    after: timedelta | None = None


Verdict = Do | Stall | Wait | Retry
Halt = Stall | Wait | Retry
"""What a pass can end with, unless all is as wanted (None)."""

REPLICATION_RETRY_DELAY = timedelta(seconds=10)
"""Delay between tries while something young may not be known everywhere in Entra."""


DISCONNECTED_POLL_INTERVAL = timedelta(minutes=5)
"""Time between looks at a resource whose connection does not work.

A change of the connection triggers a look at once.
"""


def judge(error: EntraSyncError, *, young_until: datetime, now: datetime) -> Halt:
    """Turn an error into a halt. What may be replication becomes a `Wait` until `young_until`.

    Raises the error itself if it is of no kind that decides how to go on.
    """
    match error:
        case PossiblyReplicating() if now < young_until:
            message = f"{error.message} Taken for replication until {young_until:%H:%M:%S}, tried again until then."
            return Wait(Reason.WAITING_FOR_REPLICATION, message, REPLICATION_RETRY_DELAY)
        case PossiblyReplicating():
            return judge(error.settled, young_until=young_until, now=now)
        case Stalled():
            return Stall(error.reason, error.message)
        case Disconnected():
            return Wait(error.reason, error.message, DISCONNECTED_POLL_INTERVAL)
        case Waiting():
            return Wait(error.reason, error.message, error.after)
        case Transient():
            return Retry(error.reason, error.message, error.after)
        case OutcomeUnknown():
            return Retry(error.reason, error.message)
        case _:
            raise error
