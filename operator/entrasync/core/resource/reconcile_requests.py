"""Reconcile requests by annotation: a tool sets a new value, and waits until the status repeats the value."""

from collections.abc import Mapping
from datetime import UTC, datetime

from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.core.primitives.times import parse_time


def find_request(annotations: Mapping[str, str]) -> str | None:
    """Find the value that the status has to repeat. If both annotations are set, it is the later one.

    People and tools write times, as RFC 3339 or as seconds since 1970; what is neither comes before all times. It is
    only a look, so a value that is there already when a resource is first seen is repeated like any other.
    """
    values = [value for name in REQUEST_ANNOTATIONS if (value := annotations.get(name))]
    return max(values, key=_time_of, default=None)


def _time_of(value: str) -> datetime:
    return parse_time(value) or _read_seconds(value) or datetime.min.replace(tzinfo=UTC)


def _read_seconds(value: str) -> datetime | None:
    """Read seconds since 1970, as `date +%s` writes them."""
    if not (value.isascii() and value.isdigit() and len(value) <= len("9999999999")):
        return None
    return datetime.fromtimestamp(int(value), UTC)
