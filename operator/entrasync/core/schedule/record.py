"""What the record keeps of the job's schedule: starts, pauses that end by themselves, and the interval asked for."""

from dataclasses import replace
from datetime import datetime

from entrasync.core.resource.record import JobRecord
from entrasync.core.resource.schedule_record import IntervalRequest, Pause


def with_start(record: JobRecord, now: datetime) -> JobRecord:
    """Record that Graph accepted a start; whatever pause there was is over."""
    return replace(record, last_start_time=now, pause=None)


def with_pause(record: JobRecord, pause: Pause | None) -> JobRecord:
    """Record a pause; with None the job is not paused."""
    return replace(record, pause=pause)


def with_interval_request(
    record: JobRecord, interval: str, now: datetime, *, answer: str | None, repeat_at: datetime | None = None
) -> JobRecord:
    """Record that Graph was asked for an interval.

    `answer` is what Graph said if it did not accept the interval. At `repeat_at` it is asked once more.
    """
    return replace(record, interval=IntervalRequest(interval, now, answer, repeat_at))
