"""Defines a synchronization job, and how callers create, start, pause and change it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from graph_simulator.world.enums import ScheduleState, StatusCode
from graph_simulator.world.jobs.executions import NOT_RUN, Execution, Quarantine
from graph_simulator.world.jobs.outcomes import SUCCEED, Outcome
from graph_simulator.world.switches import Switches
from graph_simulator.world.templates import Template
from graph_simulator.world.times import NEVER, UNSCHEDULED


@dataclass(frozen=True, slots=True)
class Cycle:
    """A running cycle, about which everything was decided when it began."""

    number: int
    began: datetime
    ends: datetime
    outcome: Outcome
    imported: int
    exports: int
    activity: str


@dataclass(frozen=True, slots=True)
class Restart:
    """A restart that Graph accepted; `scope` has its single flags, sorted, the default ones written out."""

    time: datetime
    scope: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """A synchronization job at one moment. Only `graph_simulator.world.jobs.cycles.advance` moves it in time."""

    id: str
    service_principal_id: str
    template: Template
    seed: int
    created: datetime
    changed: datetime
    """The last time at which a caller created or changed it."""
    interval: timedelta
    schedule_state: ScheduleState = "Disabled"
    code: StatusCode = "Paused"
    settings: tuple[tuple[str, str | None], ...] = ()
    """Names and values. Graph's type allows null values."""
    own_interval: timedelta | None = None
    """An interval that a caller set, which overrides that of the template."""
    started_once: bool = False
    last_execution: Execution | None = None
    last_successful: Execution | None = None
    last_successful_with_exports: Execution | None = None
    quarantine: Quarantine | None = None
    complete_failures: int = 0
    escrows_pruned: bool = False
    steady_first: datetime = NEVER
    steady_last: datetime = NEVER
    entries: tuple[int, ...] = ()
    running: Cycle | None = None
    next_cycle: datetime | None = None
    script: tuple[Outcome, ...] = ()
    """The outcomes of the next cycles, in their order."""
    habit: Outcome = SUCCEED
    """The outcome of cycles after the script."""
    disabled_at: datetime | None = None
    cycles_begun: int = 0
    cycles_ended: int = 0
    good_cycles: int = 0
    has_watermark: bool = False
    """Whether an initial cycle has succeeded since the job was created or its watermark was reset."""
    sync_all: str | None = None
    """The effective SyncAll, which is the one that was stored when the last initial cycle began."""
    forces_deletes: bool = False
    """Whether the next cycle performs deletes that were held back."""
    restarts: tuple[Restart, ...] = ()
    starts: int = 0
    pauses: int = 0

    @property
    def is_active(self) -> bool:
        """Whether it is scheduled."""
        return self.schedule_state == "Active"


def create_job(
    job_id: str, service_principal_id: str, template: Template, now: datetime, *, seed: int, switches: Switches
) -> Job:
    """Create a job as Graph does, neither scheduled nor run (graph-facts 0.2)."""
    documented = switches.create_form == "documented"
    return Job(
        id=job_id,
        service_principal_id=service_principal_id,
        template=template,
        seed=seed,
        created=now,
        changed=now,
        interval=UNSCHEDULED if documented else template.interval,
        code="NotConfigured" if documented else "Paused",
        settings=template.settings,
        entries=(0,) * len(template.entry_types),
    )


def start_job(job: Job, now: datetime) -> Job:
    """Schedule a job, so that its next cycle begins at once, and lift its quarantine (graph-facts 4.3).

    A job that is active and healthy stays as it is.
    """
    job = replace(job, starts=job.starts + 1)
    if job.is_active and job.quarantine is None:
        return job
    return replace(
        job,
        changed=now,
        schedule_state="Active",
        code="Active" if job.cycles_ended else "NotRun",
        interval=job.own_interval or job.template.interval,
        started_once=True,
        last_execution=job.last_execution or NOT_RUN,
        quarantine=None,
        escrows_pruned=False,
        disabled_at=None,
        next_cycle=None if job.running else now,
    )


def pause_job(job: Job, now: datetime, *, switches: Switches) -> Job:
    """Take a job off the schedule. A running cycle ends as it would have without the pause (graph-facts 4.8)."""
    return replace(
        job,
        changed=now,
        pauses=job.pauses + 1,
        schedule_state=switches.pause_schedule_state,
        code="Paused",
        quarantine=None,
        next_cycle=None,
    )


def change_settings(job: Job, settings: Iterable[tuple[str, str | None]], now: datetime, *, replaces: bool) -> Job:
    """Set a job's settings by name, or replace all of them."""
    after = {} if replaces else dict(job.settings)
    return replace(job, changed=now, settings=tuple((after | dict(settings)).items()))


def require_initial_cycle(job: Job, now: datetime) -> Job:
    """Drop a job's watermark, so that its next cycle is an initial one."""
    return replace(job, changed=now, has_watermark=False)


def change_interval(job: Job, interval: timedelta, now: datetime) -> Job:
    """Set a job's own interval, which applies from the end of its next cycle on."""
    return replace(job, changed=now, interval=interval, own_interval=interval)
