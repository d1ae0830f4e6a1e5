"""The schedule's state in a pass: whether the job must run, whether it is paused, and who paused it."""

from entrasync.api.policies import ScheduleState
from entrasync.core.facts.facts import Facts
from entrasync.core.record.schedule_record import Pause, PausedBy, UnshownChange
from entrasync.core.resource.desired import Desired
from entrasync.core.schedule.hold import Hold, read_hold
from entrasync.core.schedule.pause_author import judge_pause
from entrasync.core.schedule.pause_cause import PauseCause, find_pause_cause


def hold_of(facts: Facts) -> Hold:
    """Read the annotation of the emergency hold."""
    return read_hold(facts.resource.annotations)


def pause_cause_of(facts: Facts) -> PauseCause | None:
    """Return why the job must be paused now; None if nothing asks for it."""
    return find_pause_cause(facts.desired, hold_of(facts), facts.now)


def pause_of(facts: Facts) -> Pause | None:
    """Return the pause that the job is in, with who made it; None while the job is scheduled or not shown."""
    if facts.job is None:
        return None
    resource, own = facts.resource, own_change_of(facts, ScheduleState.PAUSED)
    return judge_pause(
        resource.record,
        facts.job,
        cause=pause_cause_of(facts),
        last_start=facts.counted_from(resource.last_start) if resource.last_start else None,
        own_cause=own.cause if own else None,
        is_new=resource.origin == "Created" and resource.last_start is None,
        now=facts.now,
        bounds=facts.bounds,
    )


def unshown_change_of(facts: Facts, state: ScheduleState) -> UnshownChange | None:
    """Return the change to this state that Graph accepted and had not shown before this look; None without one."""
    change = facts.resource.record.unshown_change
    return change if change is not None and change.state is state else None


def is_within_bound(facts: Facts, change: UnshownChange) -> bool:
    """Whether reads may still be older than a change that Graph accepted."""
    return facts.now - facts.counted_from(change.at) < facts.bounds.replication


def own_change_of(facts: Facts, state: ScheduleState) -> UnshownChange | None:
    """Return the operator's start or pause that may explain this state, if Graph shows it only now; else None."""
    change = unshown_change_of(facts, state)
    return change if change is not None and is_within_bound(facts, change) else None


def still_unshown_change(facts: Facts) -> UnshownChange | None:
    """Return the start or pause that Graph accepted and does not show in this look either; None without one."""
    change, job = facts.resource.record.unshown_change, facts.job
    if change is None or job is None:
        return change
    is_shown = job.is_active if change.state is ScheduleState.ACTIVE else job.is_paused
    return None if is_shown else change


def wanted_state_of(facts: Facts) -> ScheduleState | None:
    """Return the schedule state that the operator must bring about; None if it leaves the schedule alone.

    Unset means Active for a job that the operator created. An adopted job is left alone, unless a hold that has ended
    stopped it.
    """
    if pause_cause_of(facts) is not None:
        return ScheduleState.PAUSED
    pause = facts.resource.record.pause if facts.job is None else pause_of(facts)
    if facts.desired.schedule_state is None and pause is not None and pause.resumes:
        return ScheduleState.ACTIVE
    return effective_schedule_state(facts.desired, facts.resource.origin)


def needs_pause(facts: Facts) -> bool:
    """Whether the job is scheduled and must be paused."""
    return facts.job is not None and facts.job.is_active and wanted_state_of(facts) is ScheduleState.PAUSED


def needs_start(facts: Facts) -> bool:
    """Whether the job is not scheduled and must run. A pause that Graph itself made is left to a person."""
    if facts.job is None or not facts.job.is_paused or wanted_state_of(facts) is not ScheduleState.ACTIVE:
        return False
    pause = pause_of(facts)
    return pause is None or pause.by is not PausedBy.GRAPH


def may_be_starting(facts: Facts) -> bool:
    """Whether a start was sent, and the job was not seen to be paused since."""
    pause = pause_of(facts)
    return facts.resource.last_start is not None and (pause is None or pause.is_start_sent)


def was_never_started(facts: Facts) -> bool:
    """Whether the operator created the job and it has not run. Its first start applies all that is saved by then."""
    job, resource = facts.job, facts.resource
    if job is None or resource.origin != "Created" or resource.last_start is not None:
        return False
    return not job.is_active and not job.has_run


def explain_held_back_start(facts: Facts) -> str:
    """Say that the job is not started, as one more sentence after what holds it back; empty if none is wanted."""
    job = facts.job
    if job is None or job.is_active or wanted_state_of(facts) is not ScheduleState.ACTIVE:
        return ""
    return " The job is not started before that."


def effective_schedule_state(desired: Desired, origin: str | None) -> ScheduleState | None:
    """Resolve an unset `schedule.state` by origin."""
    if desired.schedule_state is not None:
        return desired.schedule_state
    return ScheduleState.ACTIVE if origin == "Created" else None
