"""Re-exports the client by which tests control a running simulator."""

from graph_simulator.control_client.client import (
    Calls,
    ControlError,
    FaultHandle,
    JobView,
    JournalEntry,
    Launch,
    Principal,
    SimulatorClient,
)

__all__ = ["Calls", "ControlError", "FaultHandle", "JobView", "JournalEntry", "Launch", "Principal", "SimulatorClient"]
