from dataclasses import dataclass

from graph_simulator.world.jobs.executions import SynchronizationError


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleInputs:
    """What a job meets when a cycle begins. It belongs to the service principal, so its jobs share it."""

    refusal: SynchronizationError | None = None
    """Why the target application refuses the stored credentials."""
    sync_all: str | None = None
    """The stored SyncAll: whether everybody is in scope or the assigned only."""
    initial_cycle_seconds: float | None = None
    """How long an initial cycle usually takes; None for what the template says."""


DEFAULT_INPUTS = CycleInputs()
