"""Puts jobs into quarantine, and disables them after four weeks of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from graph_simulator.world.enums import QuarantineReason
from graph_simulator.world.jobs.executions import Quarantine, SynchronizationError
from graph_simulator.world.jobs.job import Job
from graph_simulator.world.switches import Switches
from graph_simulator.world.times import NEVER

MAX_QUARANTINE = timedelta(weeks=4)
"""The time in quarantine after which Graph disables the job (graph-facts 4.6)."""

_LADDERS = {
    "documented": (timedelta(hours=6), timedelta(hours=12), timedelta(hours=24)),
    "captured": (timedelta(minutes=5), timedelta(hours=6), timedelta(hours=12), timedelta(hours=24)),
}
"""The delays before the first, second and later attempts; the last one repeats (graph-facts 4.6 and 3.1)."""


def impose_quarantine(
    job: Job, reason: QuarantineReason, error: SynchronizationError | None, now: datetime, *, switches: Switches
) -> Job:
    """Put an active job into quarantine, or keep it there after a failed attempt."""
    ladder = _LADDERS[switches.quarantine_ladder]
    before = job.quarantine
    count = before.series_count + 1 if before else 1
    attempt = now + ladder[min(count, len(ladder)) - 1]
    quarantine = Quarantine(reason, error, before.series_began if before else now, now, attempt, count)
    return replace(job, code="Quarantine", quarantine=quarantine, next_cycle=attempt)


def disable_job(job: Job, now: datetime, *, switches: Switches) -> Job:
    """Disable a job after MAX_QUARANTINE."""
    return replace(
        job,
        schedule_state=switches.disabled_schedule_state,
        code=switches.disabled_code,
        quarantine=job.quarantine if switches.disabled_keeps_quarantine else None,
        next_cycle=None,
        disabled_at=now,
    )


def show_next_attempt(quarantine: Quarantine, switches: Switches) -> datetime:
    """Return what Graph shows as the time of the next attempt."""
    return quarantine.next_attempt if switches.quarantine_next_attempt == "shown" else NEVER
