"""The time of a random world, and the clock of its operator process, which may be wrong."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2030, 1, 1, tzinfo=UTC)


class WorldTime:
    """The true time. Graph and people live by it."""

    def __init__(self) -> None:
        self._now = START

    def now(self) -> datetime:
        return self._now

    def move(self, delay: timedelta) -> None:
        self._now += max(delay, timedelta(0))


class ProcessClock:
    """`Clock` of one process: the true time plus an error that stays the same until the process restarts."""

    def __init__(self, time: WorldTime, error: timedelta) -> None:
        self._time = time
        self._error = error
        self._began = time.now()

    def now(self) -> datetime:
        return self._time.now() + self._error

    def wall(self) -> datetime:
        return self.now()

    def uptime(self) -> timedelta:
        return self._time.now() - self._began

    async def sleep(self, delay: timedelta) -> None:
        self._time.move(delay)
        await asyncio.sleep(0)
