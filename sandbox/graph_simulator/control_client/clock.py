"""Controls the simulated clock of a running simulator."""

from datetime import datetime, timedelta
from typing import Any

from graph_simulator.control_client.transport import ControlTransport
from graph_simulator.control_client.views import ClockView


class ClockControl(ControlTransport):
    """Reads and sets the simulated clock."""

    def clock(self) -> ClockView:
        """Read the clock."""
        return ClockView.model_validate(self._call("GET", "/clock"))

    def now(self) -> datetime:
        """Return the simulated time."""
        return self.clock().now

    def advance(self, by: timedelta) -> datetime:
        """Move the simulated time forward, and return the new time."""
        return self._change_clock(advance_seconds=by.total_seconds())

    def stop_at(self, moment: datetime) -> datetime:
        """Stop the clock at `moment`, and return the simulated time."""
        return self._change_clock(frozen=True, now=moment.isoformat())

    def freeze(self, *, frozen: bool = True) -> datetime:
        """Stop the clock, or let it run, and return the simulated time."""
        return self._change_clock(frozen=frozen)

    def _change_clock(self, **changes: Any) -> datetime:
        return ClockView.model_validate(self._call("PATCH", "/clock", changes)).now
