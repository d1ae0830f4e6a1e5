"""Reads the Retry-After header, which is a number of seconds or a date."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER = timedelta(hours=1)
"""A longer pause is shortened to this one: a malformed date would stop all calls of a tenant for years."""


def read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Read how long Graph asks to wait, between 0 and `MAX_RETRY_AFTER`; None when the header is absent or unreadable.

    `headers` must be case-insensitive or have names in lower case. A date is compared with the `Date` header of the
    same response, because the server's clock may differ from ours.
    """
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    wait = _read_seconds(value)
    if wait is None:
        then, now = _read_date(value), _read_date(headers.get("date", ""))
        wait = then - now if then and now else None
    return None if wait is None else min(max(wait, timedelta()), MAX_RETRY_AFTER)


def _read_seconds(value: str) -> timedelta | None:
    try:
        return timedelta(seconds=float(value))
    except OverflowError:  # "inf", or more than timedelta can hold
        return MAX_RETRY_AFTER
    except ValueError:  # a date, or "nan"
        return None


def _read_date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
