"""When to read a job again: soon when something is about to happen, never later than `pollInterval`."""

from datetime import datetime, timedelta

from entrasync.core.facts.facts import Facts
from entrasync.core.health.freshness import overdue_at
from entrasync.core.primitives.times import parse_interval
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.schedule.interval import interval_retry_at
from entrasync.core.schedule.pause_cause import list_deadlines
from entrasync.core.schedule.state import hold_of

MIN_POLL_DELAY = timedelta(seconds=15)
"""A read costs every job of the tenant a share of its limit."""

UNCONFIGURED_POLL_INTERVAL = timedelta(minutes=5)
"""Between reads of a job that a person must set up: whoever has done so wants to see it."""

RUNNING_POLL_INTERVAL = timedelta(seconds=30)
"""Between reads while a cycle runs: progress is worth seeing."""

EXPECTED_EVENT_DELAY = timedelta(seconds=20)
"""Graph starts a cycle or a retry a little after its time."""


def until_next_poll(job: RemoteJob | None, *, poll_interval: timedelta, now: datetime) -> timedelta:
    """Tell how long to wait before the next read of this job, in world time."""
    if job is None:
        return poll_interval
    if job.is_active and _is_in_a_cycle(job):
        return min(RUNNING_POLL_INTERVAL, poll_interval)
    if job.is_unconfigured:
        return min(UNCONFIGURED_POLL_INTERVAL, poll_interval)
    ahead = [when - now + EXPECTED_EVENT_DELAY for when in _expected_events(job) if when is not None]
    upcoming = [delay for delay in ahead if delay > timedelta(0)]
    return min([poll_interval, *(max(delay, MIN_POLL_DELAY) for delay in upcoming)])


def until_next_deadline(facts: Facts) -> timedelta | None:
    """Tell how long until a time of the spec or of ours comes: an expiration, the end of a hold, an overdue run.

    And when an interval is asked for once more.
    """
    deadlines = [*list_deadlines(facts.desired, hold_of(facts)), overdue_at(facts), interval_retry_at(facts)]
    return min(
        (deadline - facts.now for deadline in deadlines if deadline is not None and deadline > facts.now), default=None
    )


def _is_in_a_cycle(job: RemoteJob) -> bool:
    return job.code == "NotRun" or job.status.has_progress


def _expected_events(job: RemoteJob) -> tuple[datetime | None, ...]:
    quarantine, ended = job.status.quarantine, job.status.last_execution.ended_at
    interval = parse_interval(job.schedule.interval) if job.is_active else None
    return (quarantine.next_attempt_at if quarantine else None, ended + interval if ended and interval else None)
