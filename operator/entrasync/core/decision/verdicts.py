"""What a rule can say: do this next, a person must act, or look again later. No verdict means that all is as wanted."""

from dataclasses import dataclass
from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action


@dataclass(frozen=True)
class Do:
    """Perform this, then observe and plan anew."""

    action: Action


@dataclass(frozen=True)
class Stall:
    """A person must act. The resource is looked at again from time to time, and at the latest after `after`."""

    reason: Reason
    message: str
    after: timedelta | None = None


@dataclass(frozen=True)
class Wait:
    """The resource goes on by itself. It is looked at again after `after`."""

    reason: Reason
    message: str
    after: timedelta


@dataclass(frozen=True)
class Retry:
    """Graph could not be read or written. It is tried again with the queue's backoff, and not before `after`.

    Where a call `is_postponed`, nothing has failed: it is made as soon as the pause of its tenant is over.
    """

    reason: Reason
    message: str
    after: timedelta | None = None
    is_postponed: bool = False


Verdict = Do | Stall | Wait | Retry
Halt = Stall | Wait | Retry
"""What a pass can end with, unless all is as wanted (None)."""

REPLICATION_RETRY_DELAY = timedelta(seconds=10)
"""Delay between tries while something young may not be known everywhere in Entra."""


DISCONNECTED_POLL_INTERVAL = timedelta(minutes=5)
"""Time between looks at a resource whose connection does not work.

A change of the connection triggers a look at once.
"""
