"""The parts of Graph's `status` (synchronizationStatus) and `schedule` that decisions and people need, read once.

What is absent or malformed is None: one odd value never costs another. `core/remote/mirror.py` keeps the rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.times import parse_time


@dataclass(frozen=True)
class Schedule:
    """Graph's synchronizationSchedule: `state` and `interval` (ISO 8601) as Graph writes them."""

    state: str | None = None
    interval: str | None = None


@dataclass(frozen=True)
class ExecutionError:
    """Graph's synchronizationError of an execution or a quarantine. Its words are cut for a condition."""

    code: str | None = None
    message: str | None = None
    is_tenant_actionable: bool = False
    """Whether Graph says that the tenant's administrators must act."""


@dataclass(frozen=True)
class Execution:
    """One synchronizationTaskExecution. `state` is Graph's own, such as `Succeeded`."""

    state: str | None = None
    began_at: datetime | None = None
    ended_at: datetime | None = None
    error: ExecutionError | None = None
    activity_id: str | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """By Graph's names, such as `countImported`."""

    @property
    def exports(self) -> int | None:
        """How many changes the cycle was to make in the target."""
        return self.counts.get("countExports")

    @property
    def exported(self) -> int | None:
        """How many it made."""
        return self.counts.get("countExported")

    @property
    def escrowed(self) -> int | None:
        """How many objects failed and are tried again later (graph-facts 4.7)."""
        return self.counts.get("countEscrowed")

    @property
    def has_time(self) -> bool:
        """Whether the cycle took place. A placeholder without times did not (graph-facts 0.1)."""
        return self.began_at is not None or self.ended_at is not None


@dataclass(frozen=True)
class Quarantine:
    """Graph's synchronizationQuarantine. `error` may be absent (graph-facts 4.1)."""

    reason: str | None = None
    error: ExecutionError | None = None
    series_began_at: datetime | None = None
    current_began_at: datetime | None = None
    """When Graph last imposed it, after an attempt that failed too."""
    next_attempt_at: datetime | None = None
    series_count: int | None = None
    """How many attempts failed in a row."""


@dataclass(frozen=True)
class Progress:
    """Graph's synchronizationProgress: how far a running cycle is."""

    units: str | None = None
    completed: int | None = None
    total: int | None = None
    observed_at: datetime | None = None


@dataclass(frozen=True)
class SynchronizationStatus:
    """Graph's synchronizationStatus. Executions that Graph does not show are empty, and `quarantine` is None."""

    code: str | None = None
    quarantine: Quarantine | None = None
    last_execution: Execution = Execution()
    last_success: Execution = Execution()
    """Graph's `lastSuccessfulExecution`."""
    last_success_with_exports: Execution = Execution()
    """Graph's `lastSuccessfulExecutionWithExports`."""
    failures_in_a_row: int | None = None
    """How many cycles failed altogether since the last one that did not (countSuccessiveCompleteFailures)."""
    steady_state_first_achieved_at: datetime | None = None
    steady_state_last_achieved_at: datetime | None = None
    entry_counts: tuple[tuple[str | None, int], ...] = ()
    """How many objects of each kind are synchronized (synchronizedEntryCountByType)."""
    progress: tuple[Progress, ...] = ()
    troubleshooting_url: str | None = None
    is_escrows_pruned: bool = False
    """Whether Graph cleared the failures of the initial cycle because they were too many (graph-facts 4.7)."""

    @property
    def has_progress(self) -> bool:
        """Whether a cycle is running and reports its progress."""
        return bool(self.progress)

    @property
    def succeeded_at(self) -> datetime | None:
        """When a cycle last succeeded: Graph's own word for it, else the end of a last execution that succeeded."""
        if self.last_success.ended_at:
            return self.last_success.ended_at
        return self.last_execution.ended_at if self.last_execution.state == "Succeeded" else None

    @property
    def has_run(self) -> bool:
        """Whether there is any trace of a cycle."""
        return bool(
            self.last_execution.has_time
            or self.last_success.has_time
            or self.steady_state_first_achieved_at is not None
        )


def read_schedule(raw: object) -> Schedule:
    """Read `schedule` of a job, from Graph or from the mirror."""
    schedule = read_object(raw)
    return Schedule(read_text(schedule.get("state")), read_text(schedule.get("interval")))


def read_synchronization_status(raw: object) -> SynchronizationStatus:
    """Read `status` of a job as Graph sent it, or `status.synchronizationStatus` of a SynchronizationJob."""
    status = read_object(raw)
    return SynchronizationStatus(
        code=read_text(status.get("code")),
        quarantine=_read_quarantine(status.get("quarantine")),
        last_execution=_read_execution(status.get("lastExecution")),
        last_success=_read_execution(status.get("lastSuccessfulExecution")),
        last_success_with_exports=_read_execution(status.get("lastSuccessfulExecutionWithExports")),
        failures_in_a_row=_read_count(status.get("countSuccessiveCompleteFailures")),
        steady_state_first_achieved_at=parse_time(status.get("steadyStateFirstAchievedTime")),
        steady_state_last_achieved_at=parse_time(status.get("steadyStateLastAchievedTime")),
        entry_counts=tuple(
            (read_text(each.get("key")), count)
            for each in read_entries(status.get("synchronizedEntryCountByType"))
            if (count := _read_count(each.get("value"))) is not None
        ),
        progress=tuple(map(_read_progress, read_entries(status.get("progress")))),
        troubleshooting_url=read_text(status.get("troubleshootingUrl")),
        is_escrows_pruned=status.get("escrowsPruned") is True,
    )


def _read_execution(raw: object) -> Execution:
    execution = read_object(raw)
    return Execution(
        state=read_text(execution.get("state")),
        began_at=parse_time(execution.get("timeBegan")),
        ended_at=parse_time(execution.get("timeEnded")),
        error=_read_error(execution.get("error")),
        activity_id=read_text(execution.get("activityIdentifier")),
        counts={
            name: count
            for name, value in execution.items()
            if name.startswith("count") and (count := _read_count(value)) is not None
        },
    )


def _read_progress(progress: Mapping[str, Any]) -> Progress:
    return Progress(
        units=read_text(progress.get("units")),
        completed=_read_count(progress.get("completedUnits")),
        total=_read_count(progress.get("totalUnits")),
        observed_at=parse_time(progress.get("progressObservationDateTime")),
    )


def _read_count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _read_quarantine(raw: object) -> Quarantine | None:
    """Read `quarantine` of a synchronizationStatus; None when it is absent or malformed."""
    if not isinstance(raw, dict):
        return None
    return Quarantine(
        reason=_read_words(raw.get("reason")),
        error=_read_error(raw.get("error")),
        series_began_at=parse_time(raw.get("seriesBegan")),
        current_began_at=parse_time(raw.get("currentBegan")),
        next_attempt_at=parse_time(raw.get("nextAttempt")),
        series_count=_read_count(raw.get("seriesCount")),
    )


def _read_error(raw: object) -> ExecutionError | None:
    """Read a synchronizationError; None when it is absent, malformed or says nothing (code `None`)."""
    error = read_object(raw)
    code, message = _read_words(error.get("code")), _read_words(error.get("message"))
    if code in {None, "None"} and message is None:
        return None
    return ExecutionError(code, message, error.get("tenantActionable") is True)


def _read_words(value: object) -> str | None:
    """Read text for a condition: valid UTF-8, and cut."""
    return shorten(text) if (text := read_text(value)) else None
