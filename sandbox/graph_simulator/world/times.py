"""Formats and parses times and durations as Graph writes them."""

import re
from datetime import UTC, datetime, timedelta

NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Graph's sentinel for "never", the year 0001, in properties that may not be null (graph-facts 2)."""

UNSCHEDULED = timedelta(days=10675199, hours=2, minutes=48, seconds=5, microseconds=477580)
"""The interval of a job that is not scheduled: .NET's TimeSpan.MaxValue without its seventh digit (graph-facts 4.5)."""

_UNSCHEDULED_TEXT = "P10675199DT2H48M5.4775807S"
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def format_time(moment: datetime) -> str:
    """Format a time as .NET does: in UTC with `Z`, and with a fraction of seven digits if it has one."""
    text = moment.replace(tzinfo=None).isoformat()
    # Python has six digits. The seventh is derived from them and never 0, so that times keep their order.
    return f"{text}{moment.microsecond % 9 + 1}Z" if moment.microsecond else f"{text}Z"


def parse_time(text: str) -> datetime:
    """Parse an ISO 8601 time; without a zone it is UTC.

    Raises:
        ValueError: The text is not a time.
    """
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def format_duration(duration: timedelta) -> str:
    """Format a duration in ISO 8601, with days as the largest unit, as Graph does."""
    if duration >= UNSCHEDULED:
        return _UNSCHEDULED_TEXT
    minutes, seconds = divmod(duration.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{duration.microseconds:06d}".rstrip("0") if duration.microseconds else ""
    clock = "".join(
        [f"{hours}H" * bool(hours), f"{minutes}M" * bool(minutes), f"{seconds}{fraction}S" * bool(seconds or fraction)]
    )
    days = f"{duration.days}D" * bool(duration.days)
    return f"P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def parse_duration(text: str) -> timedelta:
    """Parse an ISO 8601 duration of days, hours, minutes and seconds.

    Raises:
        ValueError: The text is not such a duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None or text in {"P", "PT"} or text.endswith("T"):
        raise ValueError(f"not an ISO 8601 duration of days, hours, minutes and seconds: {text!r}")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
