"""The parts of Graph's `status` (synchronizationStatus) and `schedule` that decisions need, read once.

What is absent or malformed is None: one odd value never costs another. `core/remote/mirror.py` keeps the rest.
"""

from dataclasses import dataclass
from datetime import datetime

from entrasync.core.primitives.json_values import read_object, read_text
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
    exports: int | None = None
    """How many changes the cycle was to make in the target (countExports)."""
    exported: int | None = None
    """How many it made (countExported)."""
    escrowed: int | None = None
    """How many objects failed and are tried again later (countEscrowed, graph-facts 4.7)."""

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


@dataclass(frozen=True)
class SynchronizationStatus:
    """Graph's synchronizationStatus. Executions that Graph does not show are empty, and `quarantine` is None."""

    code: str | None = None
    quarantine: Quarantine | None = None
    last_execution: Execution = Execution()
    last_success: Execution = Execution()
    """Graph's `lastSuccessfulExecution`."""
    steady_state_first_achieved_at: datetime | None = None
    has_progress: bool = False
    """Whether a cycle is running and reports its progress."""
    is_escrows_pruned: bool = False
    """Whether Graph cleared the failures of the initial cycle because they were too many (graph-facts 4.7)."""

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
        steady_state_first_achieved_at=parse_time(status.get("steadyStateFirstAchievedTime")),
        has_progress=bool(status.get("progress")),
        is_escrows_pruned=status.get("escrowsPruned") is True,
    )


def _read_execution(raw: object) -> Execution:
    execution = read_object(raw)
    return Execution(
        state=read_text(execution.get("state")),
        began_at=parse_time(execution.get("timeBegan")),
        ended_at=parse_time(execution.get("timeEnded")),
        error=_read_error(execution.get("error")),
        exports=_read_count(execution.get("countExports")),
        exported=_read_count(execution.get("countExported")),
        escrowed=_read_count(execution.get("countEscrowed")),
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
