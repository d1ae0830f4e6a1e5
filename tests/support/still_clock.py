"""A clock that moves only when something sleeps by it or a test moves it."""

import asyncio
from datetime import UTC, datetime, timedelta


class StillClock:
    """A sleep moves it on at once, so nothing waits. `slept` has the durations."""

    def __init__(self, now: datetime = datetime(2030, 1, 1, tzinfo=UTC)) -> None:
        self._now = now
        self.slept: list[timedelta] = []

    def now(self) -> datetime:
        return self._now

    def wall(self) -> datetime:
        return self._now

    def move(self, delay: timedelta) -> None:
        self._now += delay

    async def sleep(self, delay: timedelta) -> None:
        self.slept.append(delay)
        self.move(delay)
        await asyncio.sleep(0)
