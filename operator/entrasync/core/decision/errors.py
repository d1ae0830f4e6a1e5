"""Errors that decide how a pass goes on. Each says what happens next as a verdict.

Anything that is not an `EntraSyncError` is a fault of the operator itself.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import REPLICATION_RETRY_DELAY, Halt, Retry, Stall, Wait
from entrasync.core.primitives.times import write_readable_time


class EntraSyncError(Exception):
    """The family of errors that decide how to go on after what Graph, Entra or Kubernetes said."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Return what the pass halts with. What may be replication is waited for until `young_until` (world time).

        Raises the error itself where it is of no kind that decides how to go on: a fault of the operator.
        """
        raise self


class Halted(EntraSyncError):
    """A rule or a lookup has already decided what the pass halts with, before Graph was asked or after it answered."""

    def __init__(self, halt: Halt) -> None:
        super().__init__(halt.reason, halt.message)
        self.halt = halt

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Return the halt as it is."""
        return self.halt


class GraphError(EntraSyncError):
    """What Graph or Entra said to a call, or that there was no answer."""


class Transient(GraphError):
    """The call failed by network, 5xx or 429.

    It is tried again with backoff, and not before `after` if Graph said so.

    For a write it also means that the write certainly did not happen.
    """

    def __init__(self, reason: Reason, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason, message)
        self.after = after

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Try again. A pause that Graph asked for is named with its end."""
        if self.reason is not Reason.THROTTLED or self.after is None:
            return Retry(self.reason, self.message, self.after)
        message = f"{self.message.rstrip('.')}. The operator calls again at {write_readable_time(now + self.after)}."
        return Retry(self.reason, message, self.after)


class PostponedCall(Transient):
    """The call was not made, because Graph asked for a pause. It is made when the pause is over, `after` that time."""

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Go on after the pause."""
        halt = super().judge(young_until=young_until, now=now)
        return replace(halt, is_postponed=True) if isinstance(halt, Retry) else halt


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


class OutcomeUnknown(GraphError):
    """The answer to a write was lost: observe again, never repeat the write blindly.

    `answer` is Graph's 5xx if there was one. It leaves the outcome just as unknown.
    """

    def __init__(self, reason: Reason, message: str, *, answer: GraphAnswer | None = None) -> None:
        super().__init__(reason, message)
        self.answer = answer

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Observe again, with backoff."""
        return Retry(self.reason, self.message)


class Refused(GraphError):
    """Graph refused a request (4xx) and time alone will not change that.

    `advice` says what may be done about it; the message of the error ends with it.
    """

    def __init__(self, reason: Reason, message: str, *, answer: GraphAnswer, advice: str = "") -> None:
        super().__init__(reason, f"{message} {advice}".rstrip())
        self.answer = answer
        self.words = message
        self.advice = advice

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Wait for a person."""
        return Stall(self.reason, self.message)


class PossiblyReplicating(GraphError):
    """A refusal that may only mean replication: a 401 without a message, a 403, 404 or 409.

    It counts as replication while something is young, and as `settled` afterwards.
    """

    def __init__(self, settled: EntraSyncError, *, answer: GraphAnswer) -> None:
        super().__init__(settled.reason, settled.message)
        self.settled = settled
        self.answer = answer

    def judge(self, *, young_until: datetime, now: datetime) -> Halt:
        """Wait for replication while something is young; judge what is settled afterwards."""
        if now >= young_until:
            return self.settled.judge(young_until=young_until, now=now)
        message = (
            f"{self.message.rstrip('.')}. This may be replication, so it is tried again until "
            f"{write_readable_time(young_until)}."
        )
        return Wait(Reason.WAITING_FOR_REPLICATION, message, REPLICATION_RETRY_DELAY)
