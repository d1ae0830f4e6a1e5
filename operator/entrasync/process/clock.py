"""The clock of the process: decisions go by the world's time, what is written down by real time.

Promises and polls are measured by a clock that only goes forward. When the machine's clock was set, or the machine was
suspended, that clock is wrong: it follows, and what was remembered by the old time is forgotten.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LOG = logging.getLogger("entrasync.process")

SECONDS_BETWEEN_LOOKS = 5.0
"""Real time between two looks at the machine's clock."""

MAX_DEVIATION = timedelta(seconds=5)
"""The machine's clock may be this much ahead or behind before it counts as set. A clock that is only slewed is not."""


class WorldClock:
    """Implements `core.primitives.clock.Clock`. In production the world's time is real time.

    Tests and the demo give the `start`, `origin` (seconds since 1970) and `rate` of a simulated world. Its time is
    `start + (real time - origin) * rate`. `read_wall` and `read_monotonic` return the machine's times in seconds.
    """

    def __init__(
        self,
        start: datetime | None = None,
        *,
        origin: float | None = None,
        rate: float = 1.0,
        read_wall: Callable[[], float] = time.time,
        read_monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_wall, self._read_monotonic = read_wall, read_monotonic
        self._origin = read_wall() if origin is None else origin
        self._start = start or datetime.fromtimestamp(self._origin, UTC)
        self._rate = rate
        # The machine's time may be set back while the process lives; only the monotonic clock always goes forward.
        self._age_at_start = read_wall() - self._origin
        self._started_at = self._began_at = read_monotonic()

    def now(self) -> datetime:
        """Return the world's time."""
        return self._start + timedelta(seconds=self._real_age() * self._rate)

    def wall(self) -> datetime:
        """Return real time."""
        return datetime.fromtimestamp(self._read_wall(), UTC)

    def uptime(self) -> timedelta:
        """Return the real time since the process began, by the monotonic clock."""
        return timedelta(seconds=self._read_monotonic() - self._began_at)

    def follow_machine(self) -> timedelta:
        """Follow the machine's clock if it was set since. Returns by how much it was set, or zero if it was not.

        The clock stands still while a machine is suspended, which counts as set, too.
        """
        age = self._read_wall() - self._origin
        jump = timedelta(seconds=age - self._real_age())
        if abs(jump) < MAX_DEVIATION:
            return timedelta()
        self._age_at_start, self._started_at = age, self._read_monotonic()
        return jump

    async def sleep(self, delay: timedelta) -> None:
        """Wait until the world is `delay` older."""
        await asyncio.sleep(max(delay.total_seconds(), 0) / self._rate)

    def _real_age(self) -> float:
        return self._age_at_start + (self._read_monotonic() - self._started_at)


async def watch_clock(clock: WorldClock, look_anew: Callable[[], None]) -> None:
    """Look at the machine's clock for ever, and call `look_anew` whenever it was set."""
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        notice_jump(clock, look_anew)


def notice_jump(clock: WorldClock, look_anew: Callable[[], None]) -> None:
    """Look at the machine's clock once."""
    if jump := clock.follow_machine():
        LOG.warning(
            "The machine's clock was set by %+.0f s, or the machine was suspended. All resources are looked at anew.",
            jump.total_seconds(),
        )
        look_anew()
