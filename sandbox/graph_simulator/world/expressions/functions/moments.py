"""Functions about dates and times."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from graph_simulator.world.expressions.arguments import Arguments
from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.functions.date_formats import parse_date, write_date
from graph_simulator.world.expressions.values import Value, write_moment

_AD_BEGIN = datetime(1601, 1, 1, tzinfo=UTC)
"""Active Directory counts the 100 ns since then."""
_TICKS_PER_MICROSECOND = 10
_MONTHS = {"yyyy": 12, "m": 1}
_LENGTHS = {
    "ww": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "n": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
"""The intervals of one length, by the reference's letters."""


def add_interval(given: Arguments) -> datetime:
    """Add a number of intervals to a time. A day that the month does not have becomes its last."""
    interval, number, moment = given.text(0), given.number(1), given.moment(2)
    length = None if interval in _MONTHS else _find_length(interval)
    try:
        return _add_months(moment, number * _MONTHS[interval]) if length is None else moment + number * length
    except (OverflowError, ValueError) as error:
        raise EvaluationError(f"{write_moment(moment)} cannot be moved by {number} '{interval}'.") from error


def _add_months(moment: datetime, number: int) -> datetime:
    months = moment.year * 12 + moment.month - 1 + number
    year, month = months // 12, months % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def _find_length(interval: str) -> timedelta:
    if interval not in _LENGTHS:
        known = ", ".join((*_MONTHS, *_LENGTHS))
        raise EvaluationError(f"There is no interval '{interval}'. Use one of {known}.")
    return _LENGTHS[interval]


def count_intervals(given: Arguments) -> int:
    """Count the intervals between two times, as Visual Basic's DateDiff: the reference's examples show its numbers."""
    interval, first, second = given.text(0), given.moment(1), given.moment(2)
    if interval in _MONTHS:
        months = (second.year - first.year) * 12 + second.month - first.month
        return second.year - first.year if interval == "yyyy" else months
    if interval == "ww":
        first, second = (moment - timedelta(days=moment.isoweekday() % 7) for moment in (first, second))
    return int((second - first) / _find_length(interval))


def read_ad_time(given: Arguments) -> datetime:
    """Read a time of Active Directory."""
    number = given.number(0)
    try:
        return _AD_BEGIN + timedelta(microseconds=number // _TICKS_PER_MICROSECOND)
    except OverflowError as error:
        raise EvaluationError(f"{number} is no time of Active Directory.") from error


def write_ad_time(given: Arguments) -> int:
    """Write a time as Active Directory does."""
    return (given.moment(0) - _AD_BEGIN) // timedelta(microseconds=1) * _TICKS_PER_MICROSECOND


def change_format(given: Arguments) -> Value:
    """Write a date in another format; null stays null."""
    if given.value(0) is None:
        return None
    if given.find(1) is not None:
        raise UnsimulatedError("The parameter dateTimeStyles of FormatDateTime", "Its default is simulated only.")
    return write_date(parse_date(given.text(0).strip(), given.text(2)), given.text(3))


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "CDate": lambda given: given.moment(0),
    "DateAdd": add_interval,
    "DateDiff": count_intervals,
    "DateFromNum": read_ad_time,
    "NumFromDate": write_ad_time,
    "FormatDateTime": change_format,
    "Now": lambda given: given.inputs.now.astimezone(UTC),
}
