"""Defines executions, their counters and errors, and quarantines, as Graph reports them."""

from dataclasses import dataclass
from datetime import datetime

from graph_simulator.world.enums import ExecutionState, QuarantineReason
from graph_simulator.world.times import NEVER


@dataclass(frozen=True, slots=True)
class SynchronizationError:
    """Graph's synchronizationError; `tenant_actionable` says whether the customer can fix it."""

    code: str
    message: str
    tenant_actionable: bool


NO_ERROR = SynchronizationError("None", "", tenant_actionable=False)
"""The placeholder error of a job that has not run (graph-facts 0.1)."""

BAD_CREDENTIALS = SynchronizationError(
    "SystemForCrossDomainIdentityManagementInvalidCredentials",
    "The credentials of the target application were refused: check its address and its secret token.",
    tenant_actionable=True,
)
"""The code is from a capture (graph-facts 3.1); the message is made up."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The counters of one execution."""

    entitled: int = 0
    entitled_for_provisioning: int = 0
    escrowed: int = 0
    escrowed_raw: int = 0
    exported: int = 0
    exports: int = 0
    imported: int = 0
    imported_deltas: int = 0
    imported_reference_deltas: int = 0


NOTHING_COUNTED = Counts()


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution, as Graph reports it."""

    state: ExecutionState
    began: datetime
    ended: datetime
    activity: str | None
    counts: Counts = NOTHING_COUNTED
    error: SynchronizationError | None = None


NOT_RUN = Execution("Failed", NEVER, NEVER, None, NOTHING_COUNTED, NO_ERROR)
"""What Graph shows from the first start to the end of the first cycle, with state Failed (graph-facts 0.1)."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Graph's synchronizationQuarantine. `series_count` starts at 1 and grows with each failed attempt."""

    reason: QuarantineReason
    error: SynchronizationError | None
    series_began: datetime
    current_began: datetime
    next_attempt: datetime
    series_count: int = 1
