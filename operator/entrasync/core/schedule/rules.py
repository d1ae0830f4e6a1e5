"""Rules about the schedule's state and about who paused the job. Each is named by the fault it finds."""

from dataclasses import replace

from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.time_limits import STALE_READ_DELAY
from entrasync.core.primitives.times import write_readable_time, write_time
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.schedule_record import Pause, PausedBy
from entrasync.core.schedule.actions import PauseJob, StartJob
from entrasync.core.schedule.state import pause_cause_of, pause_of, wanted_state_of


def job_was_paused_by_graph(facts: Facts) -> Verdict | None:
    """Find a pause that Graph itself made. To start the job again would hide what is wrong with it."""
    pause = pause_of(facts)
    if facts.job is None or pause is None or pause.by is not PausedBy.GRAPH:
        return None
    return Stall(
        Reason.PAUSED_BY_GRAPH,
        f"Graph paused job {facts.job.id}: {pause.reason}. It is not started again before a person has looked: "
        "mend the cause, then start the job in the portal, or set spec.schedule.state to Paused and back to Active.",
    )


def job_runs_but_should_be_paused(facts: Facts) -> Verdict | None:
    """Find a scheduled job that must be paused.

    The pause is not sent twice within the replication bound unless Graph has shown it since, because reads may be
    stale.
    """
    job = facts.job
    if job is None or wanted_state_of(facts) is not ScheduleState.PAUSED or not job.is_active:
        return None
    paused_at = facts.observed.pause_taken_at
    if paused_at is not None and facts.now - paused_at < facts.bounds.replication:
        return Wait(
            Reason.PAUSING,
            f"Job {job.id} was paused at {write_readable_time(paused_at)}; Graph does not show it yet.",
            STALE_READ_DELAY,
        )
    # Somebody started the job only if it was seen paused before.
    is_drift = facts.resource.record.mirrored_job.is_paused and _was_in_force(facts, ScheduleState.PAUSED)
    return Do(
        PauseJob(
            facts.service_principal_id,
            job.id,
            corrects_drift=is_drift,
            found_state=job.schedule_state,
            record=_build_pause_record(facts, is_drift=is_drift),
        )
    )


def _build_pause_record(facts: Facts, *, is_drift: bool) -> Pause | None:
    """Build what is recorded of a limited pause.

    A job that somebody started during the pause was not running before it.
    """
    cause, known = pause_cause_of(facts), pause_of(facts)
    if cause is None or not cause.is_limited:
        return None
    if known is not None:
        return replace(known, reason=cause.words)
    return Pause(PausedBy.OPERATOR, write_time(facts.now), cause.words, resumes=not is_drift)


def job_is_paused_but_should_run(facts: Facts) -> Verdict | None:
    """Find an unscheduled job that must run.

    The start is not sent twice within the replication bound, because reads may be stale.
    """
    job = facts.job
    if job is None or not _needs_start(facts, job):
        return None
    started, pause = facts.resource.last_start, pause_of(facts)
    if started and pause is None and facts.now - facts.counted_from(started) < facts.bounds.replication:
        return Wait(
            Reason.STARTING,
            f"Job {job.id} was started at {write_readable_time(started)}; Graph does not show it yet.",
            STALE_READ_DELAY,
        )
    # A pause without a time was there when the job was adopted, which is no drift.
    is_drift = pause is not None and pause.by is PausedBy.PERSON and pause.since is not None
    return Do(StartJob(facts.service_principal_id, job.id, corrects_drift=is_drift, found_state=job.schedule_state))


def job_ran_before_its_pause(facts: Facts) -> Verdict | None:
    """Find a job that must go on after a hold or an expiration.

    It ran on what Graph has stored, whatever is wrong with the spec's own values now.
    """
    pause = pause_of(facts)
    return job_is_paused_but_should_run(facts) if pause is not None and pause.resumes else None


def _needs_start(facts: Facts, job: RemoteJob) -> bool:
    if not job.is_paused or wanted_state_of(facts) is not ScheduleState.ACTIVE:
        return False
    pause = pause_of(facts)
    return pause is None or pause.by is not PausedBy.GRAPH


def _was_in_force(facts: Facts, state: ScheduleState) -> bool:
    """Whether this state was already in force, so that somebody else made the difference."""
    return facts.resource.record.effective.schedule_state == state.value
