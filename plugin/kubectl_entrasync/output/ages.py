"""How long ago something was, as kubectl writes it, and since when something is asked for."""

import re
from datetime import datetime, timedelta

from entrasync.api.duration import parse_go_duration
from entrasync.core.primitives.times import is_zoned, parse_time
from kubectl_entrasync.failure import Failure

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


_DAYS = re.compile(r"([0-9]{1,4})d")


def parse_since(text: str, now: datetime) -> datetime:
    """Read how far back something is asked for: a duration such as `90m` or `7d`, or a time with its zone.

    Raises `Failure` for anything else.
    """
    if is_zoned(text) and (time := parse_time(text)) is not None:
        return time
    try:
        days = _DAYS.fullmatch(text)
        return now - (timedelta(days=int(days[1])) if days else parse_go_duration(text))
    except ValueError:
        raise Failure(
            f'"{text}" is no time to look back to. Give --since a duration such as 90m, 24h or 7d, or a time such as '
            "2026-11-21T03:00:00Z."
        ) from None
