"""Observes and ends one fault of a running simulator."""

from collections.abc import Callable
from typing import Any

from graph_simulator.control_client.views import FaultView

WAIT_TIMEOUT_SECONDS = 60.0
"""Real seconds to wait for requests before a test fails."""


class ControlError(Exception):
    """The simulator refused a control call, or what was waited for did not happen."""


class FaultHandle:
    """A fault that was added. `call` is the method of `SimulatorClient` that calls the control API."""

    def __init__(self, fault_id: str, call: Callable[..., dict[str, Any]]) -> None:
        self.id, self._call = fault_id, call

    def look(self, **query: Any) -> FaultView:
        """Read its counters; with `hits` or `holding`, and `wait` in real seconds, wait for that many."""
        return FaultView.model_validate(self._call("GET", f"/faults/{self.id}", query=query))

    def wait_held(self, requests: int = 1) -> None:
        """Wait until it holds a number of requests.

        Raises:
            ControlError: It holds fewer after WAIT_TIMEOUT_SECONDS.
        """
        view = self.look(holding=requests, wait=WAIT_TIMEOUT_SECONDS)
        if view.holding < requests:
            raise ControlError(f"{self.id} should hold {requests} requests, it holds {view.holding}")

    def wait_hits(self, requests: int = 1) -> None:
        """Wait until it has hit a number of requests.

        Raises:
            ControlError: It has hit fewer after WAIT_TIMEOUT_SECONDS.
        """
        view = self.look(hits=requests, wait=WAIT_TIMEOUT_SECONDS)
        if view.hits < requests:
            raise ControlError(f"{self.id} should hit {requests} requests, it hit {view.hits}")

    def release(self) -> None:
        """Release the requests that it holds; it holds no more."""
        self._call("POST", f"/faults/{self.id}/release")

    def remove(self) -> None:
        """Remove it; requests that it holds go on."""
        self._call("DELETE", f"/faults/{self.id}")
