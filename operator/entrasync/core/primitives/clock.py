"""The times that the operator knows. Their one implementation is in `process/clock.py`."""

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Decisions use world time. Wall time is only recorded, in conditions and Events, and never compared."""

    def now(self) -> datetime:
        """Return the world time, aware, in UTC. Promises, polls and Graph's own times are measured by it."""
        ...

    def wall(self) -> datetime:
        """Return the real time, aware, in UTC."""
        ...

    def uptime(self) -> timedelta:
        """Return the real time since the process began. It never goes back, whatever the machine's clock is set to."""
        ...

    async def sleep(self, delay: timedelta) -> None:
        """Wait until world time has advanced by `delay`. It never returns early."""
        ...
