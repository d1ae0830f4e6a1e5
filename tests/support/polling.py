"""Wait for something that takes a moment: look again and again until it is so, or say what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

POLL_SECONDS = 0.05


def until(
    look: Callable[[], Seen], holds: Callable[[Seen], object] = bool, *, what: str, within_seconds: float = 20.0
) -> Seen:
    """Return what `look` sees once `holds` is true of it; fail with `what` was awaited and what was seen last."""
    deadline = time.monotonic() + within_seconds
    while True:
        seen = look()
        if holds(seen):
            return seen
        if time.monotonic() > deadline:
            raise AssertionError(f"Not within {within_seconds:.0f} s: {what}. Seen last: {seen!r}")
        time.sleep(POLL_SECONDS)
