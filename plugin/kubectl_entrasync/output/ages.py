"""How long ago something was, as kubectl writes it."""

from datetime import datetime, timedelta

_UNITS = (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("m", timedelta(minutes=1)), ("s", timedelta(seconds=1)))

_LEAST_COUNT = 2
"""90 minutes are 90m, not 1h: below two of a unit the next smaller one tells more."""


def write_age(time: datetime | None, now: datetime) -> str:
    """Return the age in the largest unit that it has two of; a dash where there is no time."""
    if time is None:
        return "-"
    age = max(now - time, timedelta())
    for letter, unit in _UNITS:
        if (count := age // unit) >= _LEAST_COUNT:
            return f"{count}{letter}"
    return f"{age // timedelta(seconds=1)}s"
