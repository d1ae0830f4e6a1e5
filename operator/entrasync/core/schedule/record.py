"""What the record keeps of the job's schedule: starts, pauses that end by themselves, and the interval asked for."""

from dataclasses import replace
from datetime import datetime

from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.schedule_record import IntervalRequest, Pause, UnshownChange


def with_sent_start(record: JobRecord, now: datetime) -> JobRecord:
    """Record a start that is about to be sent. A pause that it ends is kept until Graph shows the job running."""
    pause = replace(record.pause, is_start_sent=True) if record.pause else None
    return replace(record, last_start_time=now, pause=pause, unshown_change=None)


def with_unshown_change(record: JobRecord, change: UnshownChange) -> JobRecord:
    """Record that Graph accepted a start or a pause. It is kept until Graph shows it."""
    return replace(record, unshown_change=change)


def with_stored_start(record: JobRecord, stored: JobRecord) -> JobRecord:
    """Take over from the stored record the start that was sent, and the pause that it was to end."""
    return replace(
        record, last_start_time=stored.last_start_time, pause=stored.pause, unshown_change=stored.unshown_change
    )


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
