"""Rules about the schedule's state and about who paused the job. Each is named by the fault it finds."""

from dataclasses import replace
from datetime import datetime

from entrasync.api.names import REQUEST_ANNOTATIONS, RESTART_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.time_limits import LASTING_FAULT, STALE_READ_DELAY
from entrasync.core.primitives.times import write_readable_time, write_time
from entrasync.core.record.schedule_record import Pause, PausedBy
from entrasync.core.schedule.actions import PauseJob, StartJob
from entrasync.core.schedule.state import (
    is_within_bound,
    may_be_starting,
    needs_pause,
    needs_start,
    own_change_of,
    pause_cause_of,
    pause_of,
)
from entrasync.core.schedule.unshown_changes import is_pause_ignored, is_start_ignored, unshown_pause_of


def job_was_paused_by_graph(facts: Facts) -> Verdict | None:
    """Find a pause that Graph itself made. To start the job again would hide what is wrong with it."""
    pause = pause_of(facts)
    if facts.job is None or pause is None or pause.by is not PausedBy.GRAPH:
        return None
    return Stall(
        Reason.PAUSED_BY_GRAPH,
        f"Graph paused job {facts.job.id}: {pause.reason}. It is not started again before a person has looked: "
        f"mend the cause, then ask for a restart by spec.restart or the annotation {RESTART_ANNOTATION}, or start the "
        "job in the portal.",
    )


def job_runs_but_should_be_paused(facts: Facts) -> Verdict | None:
    """Find a scheduled job that must be paused.

    The pause is not sent twice within the replication bound unless Graph has shown it since, because reads may be
    stale. Nor is it sent again while `pause_was_not_taken` reports it.
    """
    job, unshown = facts.job, unshown_pause_of(facts)
    if job is None or not needs_pause(facts) or is_pause_ignored(facts):
        return None
    if unshown is not None and is_within_bound(facts, unshown) and not facts.desired.is_observe_only:
        return Wait(
            Reason.PAUSING,
            f"Job {job.id} was paused at {write_readable_time(unshown.at)}; Graph does not show it yet.",
            STALE_READ_DELAY,
        )
    # Somebody started the job only if it was seen paused before, and the operator's own start does not show just now.
    was_paused = facts.resource.record.mirrored_job.is_paused and _was_in_force(facts, ScheduleState.PAUSED)
    is_drift = was_paused and own_change_of(facts, ScheduleState.ACTIVE) is None
    return Do(
        PauseJob(
            facts.service_principal_id,
            job.id,
            corrects_drift=is_drift,
            found_state=job.schedule_state,
            record=_build_pause_record(facts, is_drift=is_drift),
            cause=_cause_words(facts),
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
        return replace(known, reason=cause.words, is_start_sent=False)
    return Pause(PausedBy.OPERATOR, write_time(facts.now), cause.words, resumes=not is_drift)


def job_is_paused_but_should_run(facts: Facts) -> Verdict | None:
    """Find an unscheduled job that must run.

    The start is not sent twice within the replication bound, because reads may be stale. Nor is it sent again while
    `start_was_not_taken` reports it.
    """
    job, started = facts.job, facts.resource.last_start
    if job is None or not needs_start(facts) or is_start_ignored(facts):
        return None
    if started and _is_awaited(facts, started):
        return _await_start(facts, job.id, started)
    # A pause without a time was there when the job was adopted, which is no drift.
    pause = pause_of(facts)
    is_drift = pause is not None and pause.by is PausedBy.PERSON and pause.since is not None
    return Do(
        StartJob(
            facts.service_principal_id,
            job.id,
            corrects_drift=is_drift,
            found_state=job.schedule_state,
            cause=pause.reason if pause else None,
        )
    )


def _is_awaited(facts: Facts, started: datetime) -> bool:
    """Whether a start is waited for. A resource that only observes shows what there is."""
    is_recent = facts.now - facts.counted_from(started) < facts.bounds.replication
    return is_recent and may_be_starting(facts) and not facts.desired.is_observe_only


def _await_start(facts: Facts, job_id: str, started: datetime) -> Verdict:
    """Wait for a start to show. If none was answered for an hour, a person must look."""
    unanswered = facts.observed.unanswered_start
    sent = f"A start of job {job_id} was sent at {write_readable_time(started)}; Graph does not show it yet."
    if unanswered is None:
        return Wait(Reason.STARTING, sent, STALE_READ_DELAY)
    again_at = write_readable_time(facts.counted_from(started) + facts.bounds.replication)
    message = f"{sent} {unanswered.words} The next start is sent at {again_at} if the job does not run by then."
    if facts.now - unanswered.since < LASTING_FAULT:
        return Wait(Reason.STARTING, message, STALE_READ_DELAY)
    since = write_readable_time(unanswered.since)
    return Stall(
        Reason.START_UNANSWERED,
        f"{message} No start was answered since {since}. Look at the job on the Provisioning page of the enterprise "
        "application, and start it there.",
    )


def job_ran_before_its_pause(facts: Facts) -> Verdict | None:
    """Find a job that must go on after a hold or an expiration.

    It ran on what Graph has stored, whatever is wrong with the spec's own values now.
    """
    pause = pause_of(facts)
    return job_is_paused_but_should_run(facts) if pause is not None and pause.resumes else None


def start_was_not_taken(facts: Facts) -> Verdict | None:
    """Find a start that Graph accepted, and after which it never showed the job running."""
    job, started = facts.job, facts.resource.last_start
    if job is None or started is None or not needs_start(facts) or not is_start_ignored(facts):
        return None
    return Stall(
        Reason.START_NOT_TAKEN,
        f"Graph accepted the start of job {job.id} at {write_readable_time(started)} and still shows it paused. Look "
        "at the job on the Provisioning page of the enterprise application and start it there. The operator sends the "
        f"start again only after a change of the spec or of the annotation {REQUEST_ANNOTATIONS[0]}.",
    )


def pause_was_not_taken(facts: Facts) -> Verdict | None:
    """Find a pause that Graph accepted, and after which it never showed the job paused."""
    job = facts.job
    if job is None or not needs_pause(facts) or not is_pause_ignored(facts):
        return None
    return Stall(
        Reason.PAUSE_NOT_TAKEN,
        f"Graph accepted the pause of job {job.id} ({_cause_words(facts)}) and still shows it running. Look at the job "
        "on the Provisioning page of the enterprise application and stop it there. The operator sends the pause again "
        f"only for another cause, or after a change of the spec or of the annotation {REQUEST_ANNOTATIONS[0]}.",
    )


def _cause_words(facts: Facts) -> str:
    cause = pause_cause_of(facts)
    return cause.words if cause else "no cause"


def _was_in_force(facts: Facts, state: ScheduleState) -> bool:
    """Whether this state was already in force, so that somebody else made the difference."""
    return facts.resource.record.effective.schedule_state == state.value
