"""A work queue whose clock only the test moves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.work_queue import Ticket, WorkQueue
from tests.support.still_clock import StillClock


class ManualClock(StillClock):
    """A clock that only the test moves. Sleepers wake when their time has come."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self._moved = asyncio.Event()

    def advance(self, delay: timedelta) -> None:
        self.move(delay)
        self._moved.set()

    async def sleep(self, delay: timedelta) -> None:
        end = self.now() + delay
        while self.now() < end:
            self._moved.clear()
            await self._moved.wait()


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def take_all(queue: WorkQueue) -> list[Ticket]:
    """Take all resources that are ready."""
    taken: list[Ticket] = []
    while True:
        task = asyncio.create_task(queue.take())
        await settle()
        if not task.done():
            task.cancel()
            return taken
        taken.append(task.result())


async def keys(queue: WorkQueue) -> list[ObjectKey]:
    return [ticket.key for ticket in await take_all(queue)]


@asynccontextmanager
async def keeping_delays(queue: WorkQueue) -> AsyncIterator[None]:
    task = asyncio.create_task(queue.run_schedule())
    await settle()
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
