"""Who paused the job. It is decided once, when the schedule changes, and recorded in `status.pause`."""

from dataclasses import replace
from datetime import datetime, timedelta

from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.primitives.times import parse_time, write_time
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.schedule_record import Pause, PausedBy
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.schedule.pause_cause import PauseCause

QUARANTINE_ATTEMPT_INTERVAL = timedelta(days=1)
"""Graph disables a job at an attempt, up to a day before its limit has passed (graph-facts 4.6)."""


def judge_pause(
    record: JobRecord,
    job: RemoteJob,
    *,
    cause: PauseCause | None,
    last_start: datetime | None,
    own_cause: str | None,
    is_new: bool,
    now: datetime,
    bounds: Bounds,
) -> Pause | None:
    """Decide who paused the job; None while the job is scheduled or was never started.

    `cause` is why the operator wants it paused, and `own_cause` why it did, if a pause that it sent shows only now.
    `is_new` says that the operator created the job and has never started it: Graph creates jobs unscheduled
    (graph-facts 4.3).
    """
    if job.schedule_state is None:
        return None
    known, before = record.pause, record.mirrored_job
    is_ours = known is not None and known.by is PausedBy.OPERATOR
    if job.is_active:
        # A limited pause is recorded before it is sent, and holds while Graph does not show it yet.
        is_limited = cause is not None and cause.is_limited
        return known if is_ours and (is_limited or _may_show_late(known, before, now, bounds)) else None
    since = known.since if known else (write_time(now) if before.schedule_state else None)
    if cause is not None and not cause.is_passing:
        resumes = cause.is_limited and known is not None and known.resumes
        return Pause(PausedBy.OPERATOR, since, cause.words, resumes)
    if known is not None:
        return replace(known, reason=cause.words) if is_ours and cause is not None else known
    if own_cause is not None and cause is None:
        return Pause(PausedBy.OPERATOR, since, own_cause)
    if by := _find_author(before, job, last_start=last_start, is_new=is_new, now=now, bounds=bounds):
        return Pause(by[0], since, by[1])
    return Pause(PausedBy.OPERATOR, since, cause.words) if cause is not None else None


def _may_show_late(pause: Pause | None, before: RemoteJob, now: datetime, bounds: Bounds) -> bool:
    """Whether a limited pause whose cause has ended may still show, after which the job must go on."""
    if pause is None or not pause.resumes or pause.is_start_sent or not before.is_active:
        return False
    since = parse_time(pause.since)
    return since is not None and timedelta() <= now - since < bounds.replication


def _find_author(
    before: RemoteJob, job: RemoteJob, *, last_start: datetime | None, is_new: bool, now: datetime, bounds: Bounds
) -> tuple[PausedBy, str] | None:
    """Find who paused a job whose pause was not recorded yet, and the reason to record."""
    if last_start and now - last_start < bounds.replication and not before.is_active:
        return None  # the job was not seen to run since the operator's start: this may be the state from before
    if reason := _find_graph_cause(before, job, now, bounds):
        return PausedBy.GRAPH, reason
    if before.is_active or (before.schedule_state is None and not is_new):
        return PausedBy.PERSON, "paused outside of this resource"
    return None


def _is_past_pruning(before: RemoteJob, job: RemoteJob) -> bool:
    """Whether the job kept running after Graph cleared the failures of its initial cycle.

    Then a new pause is not about them. During that cycle the flag is shown already, and Graph's pause comes only
    afterwards (graph-facts 4.7).
    """
    is_past_initial_cycle = job.status.steady_state_first_achieved_at is not None
    return before.status.is_escrows_pruned and before.is_active and is_past_initial_cycle


def _find_graph_cause(before: RemoteJob, job: RemoteJob, now: datetime, bounds: Bounds) -> str | None:
    if job.status.is_escrows_pruned and not _is_past_pruning(before, job):
        return "the initial cycle had too many failures; Graph cleared them and paused the job (escrowsPruned)"
    if job.is_quarantined or job.status.quarantine is not None:
        return "Graph disabled the job while it was in quarantine"
    since = before.status.quarantine.series_began_at if before.status.quarantine else None
    if since and now - since >= bounds.max_quarantine - QUARANTINE_ATTEMPT_INTERVAL:
        return "Graph disabled the job after four weeks in quarantine"
    return None
