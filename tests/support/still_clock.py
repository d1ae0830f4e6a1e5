"""A clock that moves only when something sleeps by it or a test moves it."""

import asyncio
from datetime import UTC, datetime, timedelta


class StillClock:
    """A sleep moves it on at once, so nothing waits. `slept` has the durations."""

    def __init__(self, now: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> None:
        self._now = self._began = now
        self._wall: datetime | None = None
        self.slept: list[timedelta] = []

    def now(self) -> datetime:
        return self._now

    def wall(self) -> datetime:
        return self._wall or self._now

    def set_wall(self, wall: datetime) -> None:
        """Set what the machine's clock shows. It stays so, and the other times are not affected."""
        self._wall = wall

    def uptime(self) -> timedelta:
        return self._now - self._began

    def move(self, delay: timedelta) -> None:
        self._now += delay

    async def sleep(self, delay: timedelta) -> None:
        self.slept.append(delay)
        self.move(delay)
        await asyncio.sleep(0)
