"""What the record keeps of the job's schedule: starts, pauses that end by themselves, and the interval asked for."""

from dataclasses import replace
from datetime import datetime

from entrasync.core.resource.record import JobRecord
from entrasync.core.resource.schedule_record import IntervalRequest, Pause


def with_sent_start(record: JobRecord, now: datetime) -> JobRecord:
    """Record a start that is about to be sent. A pause that it ends is kept, for Graph may not take the start."""
    pause = replace(record.pause, is_start_sent=True) if record.pause else None
    return replace(record, last_start_time=now, pause=pause)


def with_taken_start(record: JobRecord) -> JobRecord:
    """Record that Graph accepted the start; whatever pause there was is over."""
    return replace(record, pause=None)


def with_stored_start(record: JobRecord, stored: JobRecord) -> JobRecord:
    """Take over from the stored record the start that was sent, and the pause that it was to end."""
    return replace(record, last_start_time=stored.last_start_time, pause=stored.pause)


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
