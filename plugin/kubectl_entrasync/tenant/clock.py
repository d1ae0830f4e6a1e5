"""The clock of the machine, for the limiter of calls to Graph."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class MachineClock:
    """Implements `Clock` (`core/primitives/clock.py`): a command lives in real time only."""

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def wall(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def uptime(self) -> timedelta:
        """Return a time that never goes back."""
        return timedelta(seconds=time.monotonic())

    async def sleep(self, delay: timedelta) -> None:
        """Wait."""
        await asyncio.sleep(max(delay.total_seconds(), 0))
