"""A write that Graph refused: when the same one is tried again, and from when on only a person can help."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, GraphAnswer, Halted, PossiblyReplicating, Refused
from entrasync.core.decision.verdicts import Halt, Stall
from entrasync.core.primitives.time_limits import LASTING_FAULT
from entrasync.core.primitives.times import write_readable_time

FIRST_RETRY_DELAY = timedelta(minutes=5)
"""The first pause between tries of a refused write. Whoever mends the cause wants to see the result soon."""

FIRST_DELETION_RETRY_DELAY = timedelta(minutes=1)
"""The same for a resource that is being deleted, which cannot go before."""

PASSING_REFUSAL = timedelta(minutes=5)
"""For so long a conflict (409) holds nothing back: right after another change it passes by itself (graph-facts 4.2)."""

MAX_RETRY_DELAY = timedelta(hours=1)
"""The longest pause. Another wish is tried at once."""

MAX_PERMISSION_RETRY_DELAY = timedelta(minutes=15)
"""The longest pause while a permission is missing. Nothing else would show that it was granted, and one try brings the
token that has it."""

MAX_RETRY_WAIT = timedelta(minutes=5)
"""A refusal that may pass by itself is looked at again at least so often. What the job does is mirrored meanwhile."""


@dataclass(frozen=True)
class RefusedWrite:
    """A write that Graph refused. It has no error, whose traceback would keep what was sent. Times are world time."""

    wish: Hashable = field(repr=False)
    """What was sent, for which spec."""
    since: datetime
    """When it was first refused."""
    retry_at: datetime
    """When the same is sent again."""
    settled: Halt
    """What the refusal means once it cannot be replication any more."""
    answer: GraphAnswer | None = None
    """Graph's answer if it may be replication."""

    def holds_back(self, wish: Hashable, now: datetime) -> bool:
        """Whether a write is this one, and must not be sent yet."""
        return wish == self.wish and now < self.retry_at


def note_refusal(
    known: RefusedWrite | None,
    wish: Hashable,
    error: Refused | PossiblyReplicating,
    *,
    first: timedelta,
    young_until: datetime,
    now: datetime,
) -> RefusedWrite:
    """Note that Graph has refused a write, and decide when it is sent again.

    Each pause is as long as the refusal has lasted.

    Args:
        known: The last refused write of the same resource.
        wish: What was sent, for which spec.
        error: What Graph said.
        first: The first pause.
        young_until: Until when a refusal that may be replication holds nothing back.
        now: The world time.
    """
    is_same = known is not None and known.wish == wish and now - known.retry_at <= MAX_RETRY_DELAY
    since = known.since if known is not None and is_same else now
    settled = error.judge(young_until=now, now=now)
    answer = error.answer if isinstance(error, PossiblyReplicating) else None
    may_pass_soon = now - since < PASSING_REFUSAL and not isinstance(settled, Stall)
    is_free = may_pass_soon or (answer is not None and now < young_until)
    longest = MAX_PERMISSION_RETRY_DELAY if error.reason is Reason.PERMISSION_MISSING else MAX_RETRY_DELAY
    pause = timedelta() if is_free else min(max(first, now - since), longest)
    return RefusedWrite(wish, since, now + pause, settled, answer)


def explain_refusal(refusal: RefusedWrite, now: datetime) -> EntraSyncError:
    """Return the error that a pass ends with until the write is sent again. It says when that is."""
    halted = Halted(_judge(refusal, now))
    return halted if refusal.answer is None else PossiblyReplicating(halted, answer=refusal.answer)


def _judge(refusal: RefusedWrite, now: datetime) -> Halt:
    settled = refusal.settled
    message = (
        f"{settled.message.rstrip('.')}. The operator sends it again at {write_readable_time(refusal.retry_at)}, or "
        f"at once after a change of the spec or of the annotation {REQUEST_ANNOTATIONS[0]}."
    )
    rest = refusal.retry_at - now
    if isinstance(settled, Stall) or now - refusal.since >= LASTING_FAULT:
        return Stall(settled.reason, message, rest)
    return replace(settled, message=message, after=min(rest, MAX_RETRY_WAIT))
