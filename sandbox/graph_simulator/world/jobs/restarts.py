"""Restarts jobs, with the scopes of Graph's resetScope."""

from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import datetime

from graph_simulator.world.jobs.job import Job, Restart
from graph_simulator.world.switches import Switches
from graph_simulator.world.times import NEVER

_FULL = frozenset({"ConnectorDataStore", "Escrows", "Watermark", "QuarantineState"})
_SINGLE = _FULL | {"None", "ForceDeletes"}
DEFAULT_SCOPE = frozenset({"Watermark", "Escrows", "QuarantineState"})
"""What a restart without a scope resets, as the portal's button does (graph-facts 4.4)."""


def read_scope(text: str | None) -> frozenset[str]:
    """Parse a resetScope: flags separated by commas, with or without spaces; None or "" means the default.

    Raises:
        ValueError: A flag is unknown.
    """
    if not text:
        return DEFAULT_SCOPE
    flags = {part.strip() for part in text.split(",")}
    if unknown := sorted(flags - _SINGLE - {"Full"}):
        raise ValueError(f"Requested value '{unknown[0]}' was not found.")
    return frozenset(flags - {"Full"}) | (_FULL if "Full" in flags else frozenset())


def restart_job(job: Job, scope: AbstractSet[str], now: datetime, *, switches: Switches) -> Job:
    """Restart a job: its next cycle begins at once, and a running one is dropped (graph-facts 4.4).

    After a reset of the watermark the next cycle is an initial one, which also makes the stored SyncAll effective.
    """
    lifts = bool(scope & {"QuarantineState", "None"}) or ("ForceDeletes" in scope and _is_held_back(job))
    job = replace(
        job,
        changed=now,
        restarts=(*job.restarts, Restart(now, tuple(sorted(scope)))),
        schedule_state="Active",
        interval=job.own_interval or job.template.interval,
        started_once=True,
        quarantine=None if lifts else job.quarantine,
        disabled_at=None,
        running=None,
        next_cycle=now,
        forces_deletes="ForceDeletes" in scope,
        escrows_pruned=job.escrows_pruned and "Escrows" not in scope,
        entries=tuple(0 for _ in job.entries) if "ConnectorDataStore" in scope else job.entries,
    )
    job = replace(job, code="Quarantine" if job.quarantine else "Active" if job.cycles_ended else "NotRun")
    return _reset_watermark(job, switches) if "Watermark" in scope else job


def _is_held_back(job: Job) -> bool:
    return job.quarantine is not None and job.quarantine.reason == "TooManyDeletes"


def _reset_watermark(job: Job, switches: Switches) -> Job:
    if not switches.restart_resets_steady_state:
        return replace(job, has_watermark=False)
    return replace(job, has_watermark=False, steady_first=NEVER, steady_last=NEVER)
