"""When to read a job again: soon if something is about to happen, and never later than `pollInterval`.

A pass that halts names its own delay: see `reconcile/controller/status_report.py`.
"""

from datetime import datetime, timedelta

from entrasync.core.facts.facts import Facts
from entrasync.core.health.freshness import overdue_at
from entrasync.core.primitives.times import parse_interval
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.schedule.interval import interval_retry_at
from entrasync.core.schedule.pause_cause import list_deadlines
from entrasync.core.schedule.state import hold_of

MIN_POLL_DELAY = timedelta(seconds=15)
"""Each read takes a part of the tenant's limit away from other jobs."""

UNCONFIGURED_POLL_INTERVAL = timedelta(minutes=5)
"""Time between reads of a job that a person has to set up, and who wants to see the result soon."""

RUNNING_POLL_INTERVAL = timedelta(seconds=30)
"""Time between reads while a cycle runs, so that its progress shows."""

EXPECTED_EVENT_DELAY = timedelta(seconds=20)
"""Graph starts a cycle or a retry a little after the time that it names."""


def until_next_poll(job: RemoteJob | None, *, poll_interval: timedelta, now: datetime) -> timedelta:
    """Return how long to wait before the next read of this job, in world time."""
    if job is None:
        return poll_interval
    if job.is_active and _is_running(job):
        return min(RUNNING_POLL_INTERVAL, poll_interval)
    if job.is_unconfigured:
        return min(UNCONFIGURED_POLL_INTERVAL, poll_interval)
    ahead = [when - now + EXPECTED_EVENT_DELAY for when in _expected_events(job) if when is not None]
    upcoming = [delay for delay in ahead if delay > timedelta(0)]
    return min([poll_interval, *(max(delay, MIN_POLL_DELAY) for delay in upcoming)])


def until_next_deadline(facts: Facts) -> timedelta | None:
    """Return the time until the next deadline of the spec or of the operator; None if there is none ahead.

    Deadlines are an expiration, the end of a hold, an overdue run, and the second request for an interval.
    """
    deadlines = [*list_deadlines(facts.desired, hold_of(facts)), overdue_at(facts), interval_retry_at(facts)]
    return min(
        (deadline - facts.now for deadline in deadlines if deadline is not None and deadline > facts.now), default=None
    )


def _is_running(job: RemoteJob) -> bool:
    return job.code == "NotRun" or job.status.has_progress


def _expected_events(job: RemoteJob) -> tuple[datetime | None, ...]:
    quarantine, ended = job.status.quarantine, job.status.last_execution.ended_at
    interval = parse_interval(job.schedule.interval) if job.is_active else None
    return (quarantine.next_attempt_at if quarantine else None, ended + interval if ended and interval else None)
