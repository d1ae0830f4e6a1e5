from datetime import datetime, timedelta
from typing import Any

from graph_simulator.control_client.transport import ControlTransport
from graph_simulator.control_client.views import ClockView


class ClockControl(ControlTransport):
    """The world's clock."""

    def clock(self) -> ClockView:
        """Look at the clock."""
        return ClockView.model_validate(self._call("GET", "/clock"))

    def now(self) -> datetime:
        """Tell the world's time."""
        return self.clock().now

    def advance(self, by: timedelta) -> datetime:
        """Jump forward; gives the new time."""
        return self._change_clock(advance_seconds=by.total_seconds())

    def set_clock(self, moment: datetime) -> datetime:
        """Make it `moment` now."""
        return self._change_clock(now=moment.isoformat())

    def stop_at(self, moment: datetime) -> datetime:
        """Stop the time, at `moment`."""
        return self._change_clock(frozen=True, now=moment.isoformat())

    def set_rate(self, rate: float) -> datetime:
        """Let the world's time pass faster or slower."""
        return self._change_clock(rate=rate)

    def freeze(self, *, frozen: bool = True) -> datetime:
        """Stop the time, or let it run on."""
        return self._change_clock(frozen=frozen)

    def _change_clock(self, **changes: Any) -> datetime:
        return ClockView.model_validate(self._call("PATCH", "/clock", changes)).now
