"""Errors named by what happens next. Only the engine turns them into the time of the next look.

Anything that is not an `EntraSyncError` is a fault of the operator itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus

from entrasync.api.reasons import Reason


class EntraSyncError(Exception):
    """The family of errors that decide how to go on after what Graph, Entra or Kubernetes said."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class Stalled(EntraSyncError):
    """A person must act. The message says what is wrong, where, and what to do.

    The resource is looked at again rarely.
    """


class Waiting(EntraSyncError):
    """Something is not there yet. The resource is looked at again after `after` and goes on by itself."""

    def __init__(self, reason: Reason, message: str, *, after: timedelta) -> None:
        super().__init__(reason, message)
        self.after = after


class Disconnected(EntraSyncError):
    """The resource's connection does not work. Graph is not called for the resource until the connection works."""


class Transient(EntraSyncError):
    """The call failed by network, 5xx or 429.

    It is tried again with backoff, or after exactly `after` if Graph said so.

    For a write it also means that the write certainly did not happen.
    """

    def __init__(self, reason: Reason, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason, message)
        self.after = after


@dataclass(frozen=True)
class GraphAnswer:
    """Graph's refusal of a call: HTTP status, innermost error code, message (cut) and request id."""

    status: int
    code: str
    message: str
    request_id: str

    @property
    def is_bad_request(self) -> bool:
        """Whether Graph does not take what it was sent (400)."""
        return self.status == HTTPStatus.BAD_REQUEST

    @property
    def is_not_found(self) -> bool:
        """Whether Graph knows no such thing, or does not know it everywhere yet (404)."""
        return self.status == HTTPStatus.NOT_FOUND

    @property
    def is_conflict(self) -> bool:
        """Whether something stands in the way, perhaps only not replicated yet (409)."""
        return self.status == HTTPStatus.CONFLICT

    @property
    def may_mean_absence(self) -> bool:
        """Whether Graph may answer so because it knows no such service principal: 401, 403, 404 (graph-facts 6)."""
        return self.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


class OutcomeUnknown(EntraSyncError):
    """The answer to a write was lost: observe again, never repeat the write blindly.

    `answer` is Graph's 5xx if there was one. It leaves the outcome just as unknown.
    """

    def __init__(self, reason: Reason, message: str, *, answer: GraphAnswer | None = None) -> None:
        super().__init__(reason, message)
        self.answer = answer


class Refused(Stalled):
    """Graph refused a request (4xx) and time alone will not change that."""

    def __init__(self, reason: Reason, message: str, *, answer: GraphAnswer) -> None:
        super().__init__(reason, message)
        self.answer = answer


class PossiblyReplicating(EntraSyncError):
    """A refusal that may only mean replication: a 401 without a message, a 403, 404 or 409.

    It counts as replication while something is young, and as `settled` afterwards.
    """

    def __init__(self, settled: EntraSyncError, *, answer: GraphAnswer) -> None:
        super().__init__(settled.reason, settled.message)
        self.settled = settled
        self.answer = answer
