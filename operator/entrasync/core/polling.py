"""When to read a job again: when its cycle is predicted to end, often while one runs, and else at `pollInterval`.

A pass that halts names its own delay: see `reconcile/controller/status_report.py`.
"""

from datetime import datetime, timedelta

from entrasync.core.facts.facts import Facts
from entrasync.core.health.freshness import overdue_at
from entrasync.core.primitives.times import parse_interval
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.restart.periodic import next_run_at
from entrasync.core.restart.recovery import recovery_due_at
from entrasync.core.schedule.interval import interval_retry_at
from entrasync.core.schedule.pause_cause import list_deadlines
from entrasync.core.schedule.state import hold_of

MIN_POLL_DELAY = timedelta(seconds=10)
"""Each read takes a part of the tenant's limit away from other jobs."""

UNCONFIGURED_POLL_INTERVAL = timedelta(minutes=5)
"""Time between reads of a job that a person has to set up, and who wants to see the result soon."""

RUNNING_POLL_INTERVAL = timedelta(seconds=30)
"""Time between reads while a cycle runs and nothing tells when it ends."""

PROGRESS_POLL_INTERVAL = timedelta(minutes=5)
"""Time between reads while a cycle runs whose end is predicted. Progress alone is not written more often either."""

EXPECTED_EVENT_DELAY = timedelta(seconds=20)
"""Graph starts a cycle or a retry a little after the time that it names."""

CYCLE_END_LEAD = timedelta(seconds=5)
"""How long before its predicted end a cycle is read first. Half of the cycles are shorter than the one before."""

MAX_STRETCH = 1 / 4
"""By how much of the poll interval a read may be late that would be made shortly before the predicted end of a cycle.
It is made at that end instead."""

OVERDUE_SHARE = 1 / 2
"""How much of the time that a cycle is overdue passes until the next look. So looks for its end become rarer."""


def until_next_poll(
    job: RemoteJob | None,
    *,
    poll_interval: timedelta,
    now: datetime,
    running_interval: timedelta = RUNNING_POLL_INTERVAL,
) -> timedelta:
    """Return how long to wait before the next read of this job, in world time.

    `running_interval` is the time between reads while a cycle runs whose end cannot be predicted.
    """
    if job is None:
        return poll_interval
    if not has_running_cycle(job) and job.is_unconfigured:
        return min(UNCONFIGURED_POLL_INTERVAL, poll_interval)
    until_end = _until_cycle_end(job, poll_interval, now, running_interval)
    until_attempt = _until_attempt(job, now)
    return until_end if until_attempt is None else min(until_attempt, until_end)


def has_unpredicted_end(job: RemoteJob, now: datetime) -> bool:
    """Whether a cycle runs, and nothing tells when it ends."""
    ends_at = _predict_cycle_end(job)
    return has_running_cycle(job) and (ends_at is None or ends_at <= now)


def until_next_deadline(facts: Facts) -> timedelta | None:
    """Return the time until the next deadline of the spec or of the operator; None if there is none ahead.

    Deadlines are an expiration, the end of a hold, an overdue run, the second request for an interval, the next
    restart by a timetable, and the next start out of a quarantine.
    """
    of_schedule = list_deadlines(facts.desired, hold_of(facts))
    deadlines = [*of_schedule, overdue_at(facts), interval_retry_at(facts), next_run_at(facts), recovery_due_at(facts)]
    return min(
        (deadline - facts.now for deadline in deadlines if deadline is not None and deadline > facts.now), default=None
    )


def has_running_cycle(job: RemoteJob) -> bool:
    """Whether a cycle of a started job runs, or its first one is about to begin."""
    return job.is_active and (job.code == "NotRun" or job.status.has_progress)


def _until_attempt(job: RemoteJob, now: datetime) -> timedelta | None:
    """Return the time until Graph tries a job in quarantine again; None if it names none ahead."""
    if job.status.quarantine is None or job.status.quarantine.next_attempt_at is None:
        return None
    delay = job.status.quarantine.next_attempt_at - now + EXPECTED_EVENT_DELAY
    return max(delay, MIN_POLL_DELAY) if delay > timedelta(0) else None


def _until_cycle_end(job: RemoteJob, poll_interval: timedelta, now: datetime, running_interval: timedelta) -> timedelta:
    ends_at, is_running = _predict_cycle_end(job), has_running_cycle(job)
    if ends_at is None:
        return min(running_interval, poll_interval) if is_running else poll_interval
    if ends_at <= now:
        usual = min(running_interval, poll_interval) if is_running else poll_interval
        return min(max((now - ends_at) * OVERDUE_SHARE, MIN_POLL_DELAY), usual)
    usual = min(PROGRESS_POLL_INTERVAL, poll_interval) if is_running else poll_interval
    ahead = max(ends_at - CYCLE_END_LEAD - now, MIN_POLL_DELAY)
    return ahead if ahead <= usual * (1 + MAX_STRETCH) else usual


def _predict_cycle_end(job: RemoteJob) -> datetime | None:
    """Predict when the cycle ends that runs or comes next: it begins an interval after the last one, and takes as long.

    Where nothing tells how long it takes, it is the time at which it certainly runs. None where nothing tells when it
    begins. A job in quarantine runs when Graph tries it again.
    """
    last, interval = job.status.last_execution, parse_interval(job.schedule.interval)
    if not job.is_active or job.status.quarantine or last.ended_at is None or interval is None:
        return None
    is_initial = job.status.steady_state_first_achieved_at == last.ended_at
    has_length = last.began_at is not None and last.began_at < last.ended_at and not is_initial
    length = last.ended_at - last.began_at if has_length and last.began_at else EXPECTED_EVENT_DELAY
    try:
        return last.ended_at + interval + length
    except OverflowError:
        return None
