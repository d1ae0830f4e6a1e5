"""Whose pause is it? Decided once, at the change, and remembered in `status.pause`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from entrasync.core.primitives.json_values import read_object
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.remote.synchronization_status import read_quarantine, read_schedule
from entrasync.core.resource.schedule_record import Pause as Pause  # "as" until nothing imports the two from here
from entrasync.core.resource.schedule_record import PausedBy as PausedBy
from entrasync.core.resource.schedule_record import read_pause as read_stored_pause
from entrasync.core.schedule.pause_cause import PauseCause

BETWEEN_LAST_ATTEMPTS = timedelta(days=1)
"""Graph gives up at an attempt, and they are a day apart: its four weeks may be shorter by that (graph-facts 4.6)."""


@dataclass(frozen=True)
class MirroredState:
    """What the last mirror said, as far as it tells whose pause a change is."""

    state: str | None
    escrows_pruned: bool
    quarantined_since: datetime | None


def read_mirrored_state(status: Mapping[str, Any]) -> MirroredState:
    """Read the last mirror from our own status."""
    mirror = read_object(status.get("synchronizationStatus"))
    quarantine = read_quarantine(mirror.get("quarantine"))
    return MirroredState(
        state=read_schedule(read_object(status.get("job")).get("schedule")).state,
        escrows_pruned=mirror.get("escrowsPruned") is True,
        quarantined_since=quarantine.series_began_at if quarantine else None,
    )


def read_pause(status: Mapping[str, Any]) -> Pause | None:
    """Read `status.pause`; None when absent or malformed."""
    return read_stored_pause(status.get("pause"))


def judge_pause(
    status: Mapping[str, Any],
    job: RemoteJob,
    *,
    cause: PauseCause | None,
    last_start: datetime | None,
    is_new: bool,
    now: datetime,
    bounds: Bounds,
) -> Pause | None:
    """Tell whose pause the job is in; None while it is scheduled or was never started.

    `cause` is why it shall rest. `is_new` says that we made the job and have never started it: Graph creates jobs
    unscheduled (graph-facts 4.3).
    """
    if job.schedule_state is None:
        return None
    known = read_pause(status)
    is_ours = known is not None and known.by is PausedBy.OPERATOR
    if job.is_active:
        # A limited pause is written down before it is made, and stands while Graph does not show it yet.
        return known if is_ours and cause is not None and cause.is_limited else None
    before = read_mirrored_state(status)
    since = known.since if known else (write_time(now) if before.state else None)
    if cause is not None and not cause.is_passing:
        resumes = cause.is_limited and known is not None and known.resumes
        return Pause(PausedBy.OPERATOR, since, cause.words, resumes)
    if known is not None:
        return replace(known, reason=cause.words) if is_ours and cause is not None else known
    if by := _judge_change(before, job, last_start=last_start, is_new=is_new, now=now, bounds=bounds):
        return Pause(by[0], since, by[1])
    return Pause(PausedBy.OPERATOR, since, cause.words) if cause is not None else None


def _judge_change(
    before: MirroredState, job: RemoteJob, *, last_start: datetime | None, is_new: bool, now: datetime, bounds: Bounds
) -> tuple[PausedBy, str] | None:
    """Tell who has paused a job that nobody was known to have paused, and by what one can tell."""
    if last_start and now - last_start < bounds.replication and before.state != "Active":
        return None  # nobody has seen it run since our start: what Graph shows may be from before
    if reason := _graph_paused_because(before, job, now, bounds):
        return PausedBy.GRAPH, reason
    if before.state == "Active" or (before.state is None and not is_new):
        return PausedBy.PERSON, "paused outside of this resource"
    return None


def _outlived_pruning(before: MirroredState, job: RemoteJob) -> bool:
    """Whether the job ran on after the initial cycle whose failures were cleared: that pause is behind it.

    During that cycle the flag shows already, and only then comes Graph's pause (graph-facts 4.7).
    """
    is_past_initial_cycle = job.status.steady_state_first_achieved_at is not None
    return before.escrows_pruned and before.state == "Active" and is_past_initial_cycle


def _graph_paused_because(before: MirroredState, job: RemoteJob, now: datetime, bounds: Bounds) -> str | None:
    if job.status.is_escrows_pruned and not _outlived_pruning(before, job):
        return "the initial cycle had too many failures; Graph cleared them and paused the job (escrowsPruned)"
    if job.is_quarantined or job.status.quarantine is not None:
        return "Graph disabled the job while it was in quarantine"
    if before.quarantined_since and now - before.quarantined_since >= bounds.four_weeks - BETWEEN_LAST_ATTEMPTS:
        return "Graph disabled the job after four weeks in quarantine"
    return None
