from collections.abc import Callable
from typing import Any

from graph_simulator.control_client.views import FaultView

WAIT_TIMEOUT_SECONDS = 30.0
"""Real time after which waiting for a request is given up."""


class ControlError(Exception):
    """The simulator refused what a test asked of it, or what was waited for did not come."""


class FaultHandle:
    """A fault that was asked for. `call` is `SimulatorClient`'s way to the control surface."""

    def __init__(self, fault_id: str, call: Callable[..., dict[str, Any]]) -> None:
        self.id, self._call = fault_id, call

    def look(self, **query: Any) -> FaultView:
        """See how far it has come; with `hits` or `holding` and `wait`, wait for so many."""
        return FaultView.model_validate(self._call("GET", f"/faults/{self.id}", query=query))

    def wait_held(self, requests: int = 1) -> None:
        """Wait until it holds so many requests."""
        view = self.look(holding=requests, wait=WAIT_TIMEOUT_SECONDS)
        if view.holding < requests:
            raise ControlError(f"{self.id} was to hold {requests} requests, it holds {view.holding}")

    def wait_hits(self, requests: int = 1) -> None:
        """Wait until it has hit so many requests."""
        view = self.look(hits=requests, wait=WAIT_TIMEOUT_SECONDS)
        if view.hits < requests:
            raise ControlError(f"{self.id} was to hit {requests} requests, it hit {view.hits}")

    def release(self) -> None:
        """Let go what it holds; it holds nothing more."""
        self._call("POST", f"/faults/{self.id}/release")

    def remove(self) -> None:
        """Remove it; what it holds goes on."""
        self._call("DELETE", f"/faults/{self.id}")
