"""Waits for something: reads repeatedly until it holds, or fails with what was read last."""

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

SHORTEST_PAUSE, LONGEST_PAUSE = 0.04, 0.2
"""Seconds between reads, each of which costs the API server or the simulator some work."""


HANG_SECONDS = 120.0
"""Real seconds after which something that is waited for counts as hanging. An idle machine needs a few at most."""


def until(
    look: Callable[[], Value],
    holds: Callable[[Value], object] = bool,
    *,
    what: str,
    within_seconds: float = HANG_SECONDS,
) -> Value:
    """Return what `look` returns once `holds` is true of it. Fails with `what` was awaited and the last value."""
    began = time.monotonic()
    while True:
        seen = look()
        if holds(seen):
            return seen
        waited = time.monotonic() - began
        if waited > within_seconds:
            raise AssertionError(f"Not within {within_seconds:.0f} s: {what}. Seen last: {seen!r}")
        time.sleep(min(LONGEST_PAUSE, max(SHORTEST_PAUSE, waited / 5)))
