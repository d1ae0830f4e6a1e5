"""Moves a job through time: begins and ends its cycles, and disables it after a long quarantine."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from graph_simulator.world.enums import ExecutionState, QuarantineReason
from graph_simulator.world.jobs.cycle_inputs import DEFAULT_INPUTS, CycleInputs
from graph_simulator.world.jobs.executions import BAD_CREDENTIALS, Counts, Execution, SynchronizationError
from graph_simulator.world.jobs.job import Cycle, Job
from graph_simulator.world.jobs.outcomes import Outcome, find_threshold
from graph_simulator.world.jobs.quarantines import MAX_QUARANTINE, disable_job, impose_quarantine
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import Template
from graph_simulator.world.times import NEVER, UNSCHEDULED

_HARD_REASONS = {"EncounteredQuarantineException", "IngestionInterrupted", "Unknown"}
"""With these reasons the execution itself failed; with the others it ran and crossed a limit."""


def advance(job: Job, now: datetime, *, switches: Switches, inputs: CycleInputs = DEFAULT_INPUTS) -> Job:
    """Advance a job to `now`, event by event, so that a jump of weeks gives the same result as small steps.

    `inputs` apply to the whole time: a caller advances the jobs concerned before it changes them.
    """
    while True:
        begins = job.next_cycle if job.running is None and job.is_active else None
        ends = job.running.ends if job.running else None
        disables = job.quarantine.series_began + MAX_QUARANTINE if job.quarantine and job.is_active else None
        moment = min((at for at in (ends, disables, begins) if at is not None), default=None)
        if moment is None or moment > now:
            return job
        if moment == ends:
            job = end_cycle(job, switches=switches)
        elif moment == disables:
            job = disable_job(job, moment, switches=switches)
        else:
            job = begin_cycle(job, moment, inputs=inputs)


def begin_cycle(job: Job, now: datetime, *, inputs: CycleInputs = DEFAULT_INPUTS) -> Job:
    """Begin the next cycle. Its length, counts and outcome are decided here, and derived from the job's own seed."""
    number = job.cycles_begun + 1
    random = Random(job.seed * 1_000_003 + number)
    outcome, script = _decide(job, inputs)
    initial = not job.has_watermark
    usual = _usual_initial_duration(job.template, inputs) if initial else job.template.duration
    exports = random.randrange(20, 200) if initial else random.choice((0, 0, 1, 2, 5))
    cycle = Cycle(
        number=number,
        began=now,
        ends=now + (outcome.duration if outcome.duration is not None else usual * random.uniform(0.8, 1.2)),
        outcome=outcome,
        imported=outcome.imported if outcome.imported is not None else exports + random.randrange(0, 20),
        exports=exports if outcome.exported is None else outcome.exported,
        activity=str(UUID(int=random.getrandbits(128), version=4)),
    )
    return replace(
        job,
        running=cycle,
        next_cycle=None,
        cycles_begun=number,
        script=script,
        sync_all=inputs.sync_all if initial else job.sync_all,
        forces_deletes=False,
    )


def _decide(job: Job, inputs: CycleInputs) -> tuple[Outcome, tuple[Outcome, ...]]:
    """Return the outcome of the next cycle and the rest of the script."""
    outcome, script = (job.script[0], job.script[1:]) if job.script else (job.habit, ())
    if inputs.refusal is not None:
        # The script is for cycles that reach the target application, so it is kept.
        return Outcome(kind="fail", error=inputs.refusal, duration=outcome.duration), job.script
    if job.forces_deletes and outcome.reason == "TooManyDeletes":
        return replace(outcome, kind="succeed", reason=None), script
    return outcome, script


def end_cycle(job: Job, *, switches: Switches) -> Job:
    """End the running cycle with the outcome that was decided when it began."""
    cycle = job.running
    if cycle is None:
        raise ValueError(f"job {job.id} has no running cycle")
    reason = _find_reason(cycle.outcome, cycle.imported)
    if cycle.outcome.kind == "prune_escrows" or (not job.has_watermark and "Escrow" in (reason or "")):
        return _prune_escrows(_succeed(job, cycle, pruned=True), switches=switches)
    if reason is None:
        return _succeed(job, cycle)
    return _fail(job, cycle, reason, switches=switches)


def _find_reason(outcome: Outcome, imported: int) -> QuarantineReason | None:
    if outcome.kind == "fail":
        return "EncounteredQuarantineException"
    if outcome.kind == "quarantine":
        return outcome.reason or "Unknown"
    return find_threshold(outcome.escrowed, outcome.escrowed_references, imported)


def _succeed(job: Job, cycle: Cycle, *, pruned: bool = False) -> Job:
    has_errors = bool(cycle.outcome.escrowed or cycle.outcome.escrowed_references or pruned)
    state: ExecutionState = "EntryLevelErrors" if has_errors or cycle.outcome.kind == "entry_errors" else "Succeeded"
    counts = _count(job, cycle)
    execution = Execution(state, cycle.began, cycle.ends, cycle.activity, counts)
    # A capture has the last successful execution without activity and start time (graph-facts 3.1, Healthy).
    success = Execution(state, NEVER, cycle.ends, None, counts)
    steady = cycle.outcome.steady and not pruned
    return replace(
        job,
        running=None,
        next_cycle=_find_next(job, cycle.ends),
        cycles_ended=job.cycles_ended + 1,
        code="Active" if job.is_active else job.code,
        last_execution=execution,
        last_successful=success if state == "Succeeded" else job.last_successful,
        last_successful_with_exports=execution
        if state == "Succeeded" and cycle.exports
        else job.last_successful_with_exports,
        quarantine=None if job.is_active else job.quarantine,
        complete_failures=0,
        good_cycles=job.good_cycles + 1,
        has_watermark=True,
        steady_first=cycle.ends if steady and job.steady_first == NEVER else job.steady_first,
        steady_last=cycle.ends if steady else job.steady_last,
        entries=_add_entries(job, cycle),
    )


def _fail(job: Job, cycle: Cycle, reason: QuarantineReason, *, switches: Switches) -> Job:
    hard = reason in _HARD_REASONS
    error = cycle.outcome.error or (BAD_CREDENTIALS if hard else _describe(reason))
    state: ExecutionState = "Failed" if hard else "EntryLevelErrors"
    execution = Execution(state, cycle.began, cycle.ends, cycle.activity, _count(job, cycle, failed=hard), error)
    job = replace(
        job,
        running=None,
        cycles_ended=job.cycles_ended + 1,
        last_execution=execution,
        complete_failures=job.complete_failures + hard,
    )
    # A cycle that ends after a pause is reported, but a job that is not scheduled is not quarantined.
    return impose_quarantine(job, reason, error, cycle.ends, switches=switches) if job.is_active else job


def _prune_escrows(job: Job, *, switches: Switches) -> Job:
    # Graph clears the errors of an initial cycle that crossed a threshold, ends it, and pauses the job (4.7).
    return replace(
        job,
        escrows_pruned=True,
        schedule_state=switches.pause_schedule_state,
        code="Paused",
        next_cycle=None,
    )


def _find_next(job: Job, now: datetime) -> datetime | None:
    has_next = job.is_active and job.interval < UNSCHEDULED
    return now + job.interval if has_next else None


def _count(job: Job, cycle: Cycle, *, failed: bool = False) -> Counts:
    outcome = cycle.outcome
    entitled = sum(job.entries) + cycle.exports
    return Counts(
        entitled=entitled,
        entitled_for_provisioning=entitled,
        escrowed=outcome.escrowed + outcome.escrowed_references,
        escrowed_raw=outcome.escrowed + outcome.escrowed_references,
        exported=0 if failed else cycle.exports,
        exports=cycle.exports,
        imported=cycle.imported,
        imported_deltas=cycle.imported if job.has_watermark else 0,
        imported_reference_deltas=outcome.escrowed_references,
    )


def _add_entries(job: Job, cycle: Cycle) -> tuple[int, ...]:
    # Only the first initial cycle adds entries; later cycles mostly change existing ones, so the number stays.
    if job.has_watermark or any(job.entries) or not job.entries:
        return job.entries
    share, rest = divmod(cycle.exports, len(job.entries))
    return tuple(count + share + (rest if place == 0 else 0) for place, count in enumerate(job.entries))


def _describe(reason: QuarantineReason) -> SynchronizationError:
    return SynchronizationError(reason, f"The job was put into quarantine: {reason}.", tenant_actionable=True)


PROGRESS_STEPS = 10
"""The number of times at which Graph observes a running cycle; two reads in between show the same progress."""


def observe_progress(cycle: Cycle, now: datetime) -> tuple[datetime, int]:
    """Return when a running cycle was last observed, and how many of its units were done then."""
    length = max(cycle.ends - cycle.began, timedelta(microseconds=1))
    step = min(int((now - cycle.began) / length * PROGRESS_STEPS), PROGRESS_STEPS)
    return cycle.began + length * step / PROGRESS_STEPS, cycle.imported * step // PROGRESS_STEPS


def _usual_initial_duration(template: Template, inputs: CycleInputs) -> timedelta:
    """Return how long an initial cycle usually takes; a real one differs by up to a fifth."""
    seconds = inputs.initial_cycle_seconds
    return template.initial_duration if seconds is None else timedelta(seconds=seconds)
