"""Pauses that grow with each failure in a row. What another asks for can only make them longer."""

from datetime import timedelta

SPREAD_SHARE = 0.2
"""How much of a pause is added at most, so that those who failed together do not all come back together."""

MAX_DOUBLINGS = 30
"""More would not change any pause that has a bound, and the numbers would become too large."""


def grow_pause(
    failures: int, *, first: timedelta, longest: timedelta, spread: float, at_least: timedelta | None = None
) -> timedelta:
    """Return the pause before the next try.

    Args:
        failures: How many tries failed before the last one.
        first: The pause after the first failure. It doubles with each further one.
        longest: The bound of the own pause.
        spread: A random number from 0 to 1, by which up to `SPREAD_SHARE` is added.
        at_least: What the other side asked for. A shorter time than the own pause is ignored.
    """
    doubled: timedelta = first * 2 ** min(failures, MAX_DOUBLINGS)
    own = min(doubled, longest) * (1 + SPREAD_SHARE * spread)
    return own if at_least is None else max(own, at_least)
