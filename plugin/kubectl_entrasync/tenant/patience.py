"""Repeats reads that Graph could not answer: waits out the pauses that Graph asks for, and tries again a few times."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.primitives.clock import Clock
from entrasync.graph.calls.error_classifier import InvalidToken

T = TypeVar("T")

LONGEST_WAIT = timedelta(minutes=10)
"""A read waits no longer than this for the end of pauses, in all."""

MAX_FAILURES = 3
"""How often a read may fail otherwise, by a lost connection or a fault of Graph."""


async def read_patiently(
    read: Callable[[], Awaitable[T]], clock: Clock, on_pause: Callable[[timedelta], None] = lambda _: None
) -> T:
    """Return what a read returns. Raises what it raises, a `Transient` only after it was repeated for long enough."""
    waited, failures = timedelta(), 0
    while True:
        try:
            return await read()
        except InvalidToken:
            raise
        except Transient as error:
            is_pause = error.reason is Reason.THROTTLED
            failures += 0 if is_pause else 1
            pause = error.after or timedelta(seconds=2 ** max(failures - 1, 0))
            waited += pause
            if failures >= MAX_FAILURES or waited > LONGEST_WAIT:
                raise
            if is_pause:
                on_pause(pause)
            await clock.sleep(pause)
