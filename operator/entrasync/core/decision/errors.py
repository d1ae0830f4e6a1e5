"""Errors named by what happens next. The work queue alone turns them into "when to look again".

Anything that is not an `EntraSyncError` is a fault of the operator itself.
"""

from dataclasses import dataclass
from datetime import timedelta

from entrasync.api.conditions import Reason


class EntraSyncError(Exception):
    """Something the outside world said that decides how to go on."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Stalled(EntraSyncError):
    """A person must act; looked at again slowly. The message says what, where and what to do."""


class Waiting(EntraSyncError):
    """Something is not there yet; looked at again after `after`, and goes on by itself."""

    def __init__(self, reason: Reason, message: str, *, after: timedelta) -> None:
        super().__init__(reason, message)
        self.after = after


class Disconnected(EntraSyncError):
    """The resource's connection does not work: nothing is asked of Graph for it until the connection does."""


class Transient(EntraSyncError):
    """Network, 5xx or 429: tried again with backoff, or after exactly `after` when Graph said so.

    For a write it also says that the write surely did not happen.
    """

    def __init__(self, reason: Reason, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason, message)
        self.after = after


@dataclass(frozen=True)
class GraphAnswer:
    """What Graph said when it refused: HTTP status, innermost error code, its words (cut) and the request id."""

    status: int
    code: str
    message: str
    request_id: str


class OutcomeUnknown(EntraSyncError):
    """The answer to a write was lost: observe again, never repeat blindly. `answer` is a 5xx, which tells as little."""

    def __init__(self, reason: Reason, message: str, *, answer: GraphAnswer | None = None) -> None:
        super().__init__(reason, message)
        self.answer = answer


class Refused(Stalled):
    """Graph refused a request (4xx) and time alone will not change that."""

    def __init__(self, reason: Reason, message: str, *, answer: GraphAnswer) -> None:
        super().__init__(reason, message)
        self.answer = answer


class PossiblyReplicating(EntraSyncError):
    """Replication while something is young, afterwards what `settled` says: 401 without words, 403, 404, 409."""

    def __init__(self, settled: EntraSyncError, *, answer: GraphAnswer) -> None:
        super().__init__(settled.reason, settled.message)
        self.settled = settled
        self.answer = answer
