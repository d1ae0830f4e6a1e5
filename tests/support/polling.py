"""Wait for something that takes a moment: look again and again until it is so, or say what was seen last."""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

SHORTEST_PAUSE, LONGEST_PAUSE = 0.04, 0.2
"""Seconds between looks, each of which costs an API server or a simulator some work that others wait for."""


def until(
    look: Callable[[], Seen], holds: Callable[[Seen], object] = bool, *, what: str, within_seconds: float = 20.0
) -> Seen:
    """Return what `look` sees once `holds` is true of it; fail with `what` was awaited and what was seen last."""
    began = time.monotonic()
    while True:
        seen = look()
        if holds(seen):
            return seen
        waited = time.monotonic() - began
        if waited > within_seconds:
            raise AssertionError(f"Not within {within_seconds:.0f} s: {what}. Seen last: {seen!r}")
        time.sleep(min(LONGEST_PAUSE, max(SHORTEST_PAUSE, waited / 5)))
