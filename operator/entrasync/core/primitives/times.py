"""Times and durations as Graph and Kubernetes write them."""

import re
from datetime import MAXYEAR, UTC, datetime, timedelta

_TIME = re.compile(r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$")
_NEVER = re.compile(r"^0001-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?$")
_DURATION = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?$")
MAX_TIME = datetime(9000, 1, 1, tzinfo=UTC)
""".NET writes the last day of the year 9999 for "no time".

Adding a day to that raises an error, so it is cut off here.
"""

MAX_INTERVAL = timedelta(days=366)
"""A longer interval means "not scheduled": .NET's own longest is 10,675,199 days (graph-facts 4.5)."""


def is_never(text: str) -> bool:
    """Whether a date-time is Graph's "never" (year 0001, graph-facts 2)."""
    return _NEVER.match(text) is not None


def parse_time(value: object) -> datetime | None:
    """Read a date-time with up to seven fractional digits.

    Returns None for Graph's "never" and for anything malformed or out of range.
    """
    time = _read_time(value)
    return time if time is not None and time < MAX_TIME else None


def parse_deadline(value: object) -> datetime | None:
    """Read the time at which something ends, as `parse_time` does. A time after the year 9000 becomes the year 9000."""
    time = _read_time(value)
    return None if time is None else min(time, MAX_TIME)


def _read_time(value: object) -> datetime | None:
    if not isinstance(value, str) or is_never(value):
        return None
    if (found := _TIME.match(value)) is None:
        return None
    fraction, zone = found.group(7), found.group(8) or "Z"
    text = value[:19] + (f".{fraction[:6]:0<6}" if fraction else "") + ("+00:00" if zone == "Z" else zone)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if time.year == MAXYEAR else None


def is_zoned(text: str) -> bool:
    """Whether a date-time names its zone.

    Who leaves it out means a zone of their own, which the operator cannot know.
    """
    found = _TIME.match(text)
    return found is not None and found.group(8) is not None


def parse_interval(value: object) -> timedelta | None:
    """Read Graph's ISO 8601 interval, without years and months.

    Returns None when it is malformed, zero or longer than a year, such as .NET's "never".
    """
    if not isinstance(value, str) or (found := _DURATION.match(value)) is None:
        return None
    days, hours, minutes, seconds = (int(part[:9] or 0) if part else 0 for part in found.groups())
    if days > MAX_INTERVAL.days:
        return None
    interval = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return interval if timedelta(0) < interval <= MAX_INTERVAL else None


def write_time(time: datetime) -> str:
    """Write a time as Kubernetes does: UTC, in whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_precise_time(time: datetime) -> str:
    """Write a time with microseconds, for the times that promises are measured by."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def write_readable_time(time: datetime) -> str:
    """Write a time for a message: day, time of day to the second, and zone."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def write_go_duration(duration: timedelta) -> str:
    """Write a duration in Kubernetes' own style: `5m`, `1h30m`, `90s` as `1m30s`."""
    seconds = int(duration.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"
