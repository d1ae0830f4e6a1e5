"""The hand that tests have on a running simulator."""

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
