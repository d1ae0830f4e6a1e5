"""The one clock: the world's time decides, real time is written down."""

import asyncio
import time
from datetime import UTC, datetime, timedelta


class WorldClock:
    """Implements `core.clock.Clock`. In production the world is the real one: rate 1, no shift.

    Tests and the demo give the start, origin and rate of a simulated world: its time is
    `start + (real time - origin) * rate`.
    """

    def __init__(self, start: datetime | None = None, *, origin: float | None = None, rate: float = 1.0) -> None:
        self._origin = time.time() if origin is None else origin
        self._start = start or datetime.fromtimestamp(self._origin, UTC)
        self._rate = rate
        # Between two adjustments of the machine's time only the monotonic clock may be trusted to go forward.
        self._age_at_birth = time.time() - self._origin
        self._birth = time.monotonic()

    def now(self) -> datetime:
        """Tell the world's time."""
        real_age = self._age_at_birth + (time.monotonic() - self._birth)
        return self._start + timedelta(seconds=real_age * self._rate)

    def wall(self) -> datetime:
        """Tell the real time."""
        return datetime.now(UTC)

    async def sleep(self, delay: timedelta) -> None:
        """Wait until the world is `delay` older."""
        await asyncio.sleep(max(delay.total_seconds(), 0) / self._rate)
