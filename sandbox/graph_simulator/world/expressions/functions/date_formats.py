"""Reads and writes dates by .NET's custom formats, in the invariant culture."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import TypeVar

from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError

_T = TypeVar("_T")

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TOKEN = re.compile(r"y+|M+|d+|H+|h+|m+|s+|f+|F+|t+|z+|K|g+|'[^']*'|\"[^\"]*\"|\\.|.", re.DOTALL)
_SPECIFIERS = frozenset("yMdHhmsfFtzKg")
_NOON = 12

_PATTERNS = {
    "yyyy": r"(?P<year>\d{4})",
    "M": r"(?P<month>\d{1,2})",
    "MM": r"(?P<month>\d{2})",
    "MMM": f"(?P<month_name>{'|'.join(name[:3] for name in _MONTHS)})",
    "MMMM": f"(?P<month_name>{'|'.join(_MONTHS)})",
    "d": r"(?P<day>\d{1,2})",
    "dd": r"(?P<day>\d{2})",
    "ddd": f"(?:{'|'.join(name[:3] for name in _DAYS)})",
    "dddd": f"(?:{'|'.join(_DAYS)})",
    "H": r"(?P<hour>\d{1,2})",
    "HH": r"(?P<hour>\d{2})",
    "h": r"(?P<half_hour>\d{1,2})",
    "hh": r"(?P<half_hour>\d{2})",
    "m": r"(?P<minute>\d{1,2})",
    "mm": r"(?P<minute>\d{2})",
    "s": r"(?P<second>\d{1,2})",
    "ss": r"(?P<second>\d{2})",
    "t": r"(?P<half>[AP])",
    "tt": r"(?P<half>[AP])M",
    "zz": r"(?P<zone>[+-]\d{2})",
    "zzz": r"(?P<zone>[+-]\d{2}:\d{2})",
    "K": r"(?P<zone>Z|[+-]\d{2}:\d{2})?",
} | {"f" * number: rf"(?P<fraction>\d{{{number}}})" for number in range(1, 8)}
"""What each specifier matches when a date is read."""

_WRITERS: Mapping[str, Callable[[datetime], str]] = {
    "yyyy": lambda moment: f"{moment.year:04}",
    "yy": lambda moment: f"{moment.year % 100:02}",
    "M": lambda moment: str(moment.month),
    "MM": lambda moment: f"{moment.month:02}",
    "MMM": lambda moment: _MONTHS[moment.month - 1][:3],
    "MMMM": lambda moment: _MONTHS[moment.month - 1],
    "d": lambda moment: str(moment.day),
    "dd": lambda moment: f"{moment.day:02}",
    "ddd": lambda moment: _DAYS[moment.weekday()][:3],
    "dddd": lambda moment: _DAYS[moment.weekday()],
    "H": lambda moment: str(moment.hour),
    "HH": lambda moment: f"{moment.hour:02}",
    "h": lambda moment: str(moment.hour % _NOON or _NOON),
    "hh": lambda moment: f"{moment.hour % _NOON or _NOON:02}",
    "m": lambda moment: str(moment.minute),
    "mm": lambda moment: f"{moment.minute:02}",
    "s": lambda moment: str(moment.second),
    "ss": lambda moment: f"{moment.second:02}",
    "t": lambda moment: "A" if moment.hour < _NOON else "P",
    "tt": lambda moment: "AM" if moment.hour < _NOON else "PM",
    "zz": lambda _: "+00",
    "zzz": lambda _: "+00:00",
} | {"f" * number: lambda moment, n=number: f"{moment.microsecond:06}0"[:n] for number in range(1, 8)}
"""How each specifier is written. Times are in UTC."""


def parse_date(text: str, form: str) -> datetime:
    """Read a date, in UTC; one without a zone is in UTC.

    Raises:
        EvaluationError: The text does not have the format.
        UnsimulatedError: The format has a part that is not simulated.
    """
    pattern = ""
    for token in _list_tokens(form):
        pattern += _find(token, _PATTERNS, form) if token[0] in _SPECIFIERS else re.escape(_read_literal(token))
    try:
        match = re.fullmatch(pattern, text, re.IGNORECASE)
    except re.error as error:
        raise UnsimulatedError(f"The format '{form}'", "It has the same part twice.") from error
    if match is None:
        raise EvaluationError(f"The date '{text}' does not have the format '{form}'.")
    return _make_date(match.groupdict(), text, form)


def _make_date(parts: dict[str, str | None], text: str, form: str) -> datetime:
    if parts.get("year") is None:
        raise UnsimulatedError(f"The format '{form}'", "Without a year of four digits the date depends on the service.")
    name = parts.get("month_name")
    month = int(parts.get("month") or 1) if name is None else _find_month(name)
    hour = int(parts.get("hour") or 0)
    if half_hour := parts.get("half_hour"):
        hour = int(half_hour) % _NOON + (_NOON if (parts.get("half") or "A").upper() == "P" else 0)
    micros = int((parts.get("fraction") or "0").ljust(7, "0")[:6])
    numbers = (int(parts["year"] or 0), month, int(parts.get("day") or 1), hour)
    try:
        moment = datetime(
            *numbers, int(parts.get("minute") or 0), int(parts.get("second") or 0), micros, tzinfo=_read_zone(parts)
        )
        return moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise EvaluationError(f"'{text}' is no date.") from error


def _find_month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month.lower().startswith(name.lower()[:3]))


def _read_zone(parts: dict[str, str | None]) -> timezone:
    zone = parts.get("zone")
    if zone is None or zone.upper() == "Z":
        return UTC
    offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6] or 0))
    return timezone(-offset if zone[0] == "-" else offset)


def write_date(moment: datetime, form: str) -> str:
    """Write a time, which is in UTC, in a format.

    Raises:
        UnsimulatedError: The format has a part that is not simulated.
    """
    return "".join(
        _find(token, _WRITERS, form)(moment) if token[0] in _SPECIFIERS else _read_literal(token)
        for token in _list_tokens(form)
    )


def _list_tokens(form: str) -> list[str]:
    """Cut a format into specifiers and literals."""
    if len(form) == 1:
        raise UnsimulatedError(
            f"The format '{form}'", "It is one of .NET's standard formats; custom ones are simulated."
        )
    return _TOKEN.findall(form)


def _read_literal(token: str) -> str:
    if token[0] == "\\":
        return token[1:]
    return token[1:-1] if len(token) > 1 and token[0] in "'\"" else token


def _find(token: str, known: Mapping[str, _T], form: str) -> _T:
    if token not in known:
        raise UnsimulatedError(f"The part '{token}' of the format '{form}'", "The reference has no example of it.")
    return known[token]
