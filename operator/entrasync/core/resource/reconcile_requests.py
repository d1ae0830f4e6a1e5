"""Requests by annotation for a look at Graph: tools set a new value, and wait until the status repeats it."""

from collections.abc import Mapping
from datetime import UTC, datetime

from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.core.primitives.times import parse_time


def find_request(annotations: Mapping[str, str]) -> str | None:
    """Find the value that the status is to repeat: of two annotations the later one.

    People and tools write times, as RFC 3339 or as seconds since 1970; what is neither comes before all times. It is
    only a look, so a value that is there already when a resource is first seen is repeated like any other.
    """
    values = [value for name in REQUEST_ANNOTATIONS if (value := annotations.get(name))]
    return max(values, key=_time_of, default=None)


def _time_of(value: str) -> datetime:
    return parse_time(value) or _read_seconds(value) or datetime.min.replace(tzinfo=UTC)


def _read_seconds(value: str) -> datetime | None:
    """Read `date +%s`."""
    if not (value.isascii() and value.isdigit() and len(value) <= len("9999999999")):
        return None
    return datetime.fromtimestamp(int(value), UTC)
