"""Defines what a cycle depends on besides its job."""

from dataclasses import dataclass

from graph_simulator.world.jobs.executions import SynchronizationError


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleInputs:
    """What a cycle depends on when it begins. It belongs to the service principal, so its jobs share it."""

    refusal: SynchronizationError | None = None
    """Why the target application refuses the stored credentials; None if it accepts them."""
    sync_all: str | None = None
    """The stored SyncAll: whether all users are in scope or only assigned ones."""
    initial_cycle_seconds: float | None = None
    """The usual simulated seconds of an initial cycle; None for those of the template."""


DEFAULT_INPUTS = CycleInputs()
