"""The clock of the process: decisions go by the world's time, what is written down by real time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class WorldClock:
    """Implements `core.primitives.clock.Clock`. In production the world's time is real time.

    Tests and the demo give the `start`, `origin` (seconds since 1970) and `rate` of a simulated world. Its time is
    `start + (real time - origin) * rate`.
    """

    def __init__(self, start: datetime | None = None, *, origin: float | None = None, rate: float = 1.0) -> None:
        self._origin = time.time() if origin is None else origin
        self._start = start or datetime.fromtimestamp(self._origin, UTC)
        self._rate = rate
        # The machine's time may be set back while the process lives; only the monotonic clock always goes forward.
        self._age_at_start = time.time() - self._origin
        self._started_at = time.monotonic()

    def now(self) -> datetime:
        """Return the world's time."""
        real_age = self._age_at_start + (time.monotonic() - self._started_at)
        return self._start + timedelta(seconds=real_age * self._rate)

    def wall(self) -> datetime:
        """Return real time."""
        return datetime.now(UTC)

    async def sleep(self, delay: timedelta) -> None:
        """Wait until the world is `delay` older."""
        await asyncio.sleep(max(delay.total_seconds(), 0) / self._rate)
