"""Defines the values of expressions, and turns one kind into another."""

import re
from datetime import UTC, datetime, timedelta, timezone

from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError

Value = None | bool | int | str | datetime | tuple[str, ...]
"""What an expression evaluates to. None is null, a tuple the values of a multi-valued attribute."""

_HEXADECIMAL = "&H"
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?", re.IGNORECASE
)
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ?(AM|PM))?)?", re.IGNORECASE)
_NOON = 12


def write_value(value: Value) -> str:
    """Write a value as text, as .NET does; null is empty.

    Raises:
        UnsimulatedError: It is a list with more than one value.
    """
    match value:
        case None:
            return ""
        case bool():
            return "True" if value else "False"
        case datetime():
            return write_moment(value)
        case tuple():
            if len(value) > 1:
                raise UnsimulatedError(
                    "A list of values where the reference has a single one", "No source tells what Graph does with it."
                )
            return value[0] if value else ""
        case _:
            return str(value)


def list_texts(value: Value) -> list[str]:
    """Return a value as texts: none for null, and one for each value of a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, tuple) else [write_value(value)]


def is_empty(value: Value) -> bool:
    """Check whether a value is null, an empty text or an empty list."""
    return value is None or value in ("", ())


def read_number(value: Value) -> int:
    """Read a whole number.

    Raises:
        EvaluationError: It is none.
        UnsimulatedError: It has decimals.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value
    text = write_value(value).strip()
    try:
        return int(text[len(_HEXADECIMAL) :], 16) if text.upper().startswith(_HEXADECIMAL) else int(text)
    except ValueError as error:
        if re.fullmatch(r"-?\d+\.\d+", text):
            raise UnsimulatedError("A number with decimals", "The reference uses whole numbers only.") from error
        raise EvaluationError(f"'{text}' is no whole number.") from error


def read_moment(value: Value) -> datetime:
    """Read a time, in UTC; one without a zone is in UTC.

    Raises:
        EvaluationError: It is none.
        UnsimulatedError: It has a form that .NET may read and that the reference does not show.
    """
    if isinstance(value, datetime):
        return value
    text = write_value(value).strip()
    try:
        if match := _ISO.fullmatch(text):
            return _read_iso(match)
        if match := _AMERICAN.fullmatch(text):
            return _read_american(match)
    except (ValueError, OverflowError) as error:
        raise EvaluationError(f"'{text}' is no date.") from error
    if not re.search(r"\d", text):
        raise EvaluationError(f"'{text}' is no date.")
    raise UnsimulatedError(f"The form of the date '{text}'", "The reference shows others only.")


def _read_iso(match: re.Match[str]) -> datetime:
    numbers = [int(group or 0) for group in match.groups()[:6]]
    micros = int((match[7] or "0").ljust(7, "0")[:6])
    return datetime(*numbers[:6], micros, tzinfo=_read_zone(match[8] or "Z")).astimezone(UTC)  # type: ignore[misc,arg-type] # six numbers


def _read_zone(text: str) -> timezone:
    if text.upper() == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if text[0] == "-" else offset)


def _read_american(match: re.Match[str]) -> datetime:
    month, day, year, hour, minute, second = (int(group or 0) for group in match.groups()[:6])
    if half := (match[7] or "").upper():
        if not 1 <= hour <= _NOON:
            raise ValueError("no hour of half a day")
        hour = hour % _NOON + (_NOON if half == "PM" else 0)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def write_moment(moment: datetime) -> str:
    """Write a time in the form of CDate and Now, M/d/yyyy h:mm:ss tt."""
    half = "AM" if moment.hour < _NOON else "PM"
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % _NOON or _NOON}:{moment:%M:%S} {half}"
