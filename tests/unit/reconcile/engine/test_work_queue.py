"""When the queue hands out which resource."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.work_queue import MAX_BACKOFF, MIN_BACKOFF, Ticket, WorkQueue
from tests.support.facts import NOW, minutes, seconds
from tests.support.still_clock import StillClock

A, B, C = (ObjectKey("identity", name) for name in "abc")
LATER = NOW + seconds(1)


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


class TestAdding:
    async def test_a_queued_resource_is_taken_once_with_the_newest_time(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=LATER)
        queue.add(A, since=NOW)
        assert await take_all(queue) == [Ticket(A, LATER, is_urgent=False)]

    async def test_an_edit_overtakes_others_and_is_taken_once(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        for key in (A, B, C):
            queue.add(key, since=NOW)
        queue.add(C, since=NOW, is_urgent=True)
        assert await keys(queue) == [C, A, B]

    async def test_a_resource_added_while_it_is_taken_is_taken_once_more(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        assert await keys(queue) == [A]
        queue.add(A, since=LATER, is_urgent=True)
        queue.add(A, since=NOW)
        assert await keys(queue) == []
        queue.finish(A)
        assert await take_all(queue) == [Ticket(A, LATER, is_urgent=True)]
        queue.finish(A)
        assert await keys(queue) == []

    async def test_a_resource_that_is_put_back_is_taken_again_unchanged(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=LATER, is_urgent=True)
        [ticket] = await take_all(queue)
        queue.put_back(ticket)
        assert await take_all(queue) == [ticket]

    async def test_a_forgotten_resource_is_not_taken(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        queue.forget(A)
        queue.finish(A)
        assert await keys(queue) == []
        assert len(queue) == 0

    async def test_the_queue_counts_resources_that_are_ready_or_taken(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        queue.add(A, since=NOW)
        queue.add(B, since=NOW)
        assert (len(queue), queue.is_taken(A)) == (2, False)
        await take_all(queue)
        assert (len(queue), queue.is_taken(A)) == (2, True)
        queue.finish(A)
        assert len(queue) == 1

    async def test_a_waiting_worker_is_woken_by_an_added_resource(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        waiting = asyncio.create_task(queue.take())
        await settle()
        queue.add(A, since=NOW)
        assert (await waiting).key == A


class TestDelays:
    async def test_a_delayed_resource_is_taken_on_time_and_reads_graph_as_of_then(self) -> None:
        clock = ManualClock(NOW)
        queue = WorkQueue(clock)
        async with keeping_delays(queue):
            queue.schedule(A, seconds(60))
            queue.schedule(B, seconds(30))
            await settle()
            assert await keys(queue) == []
            clock.advance(seconds(45))
            await settle()
            assert await take_all(queue) == [Ticket(B, NOW + seconds(30), is_urgent=False)]
            clock.advance(seconds(15))
            await settle()
            assert await keys(queue) == [A]

    async def test_a_newer_delay_replaces_an_earlier_one(self) -> None:
        clock = ManualClock(NOW)
        queue = WorkQueue(clock)
        async with keeping_delays(queue):
            queue.schedule(A, seconds(10))
            queue.schedule(A, seconds(100))
            queue.schedule(B, seconds(10))
            queue.schedule(B, None)
            await settle()
            clock.advance(seconds(99))
            await settle()
            assert await keys(queue) == []
            clock.advance(seconds(1))
            await settle()
            assert await keys(queue) == [A]

    async def test_a_forgotten_resource_loses_its_delay(self) -> None:
        clock = ManualClock(NOW)
        queue = WorkQueue(clock)
        async with keeping_delays(queue):
            queue.schedule(A, seconds(10))
            queue.forget(A)
            clock.advance(minutes(1))
            await settle()
            assert await keys(queue) == []


class TestBackoff:
    async def pauses(self, queue: WorkQueue, clock: ManualClock, count: int) -> list[timedelta]:
        found = []
        for _ in range(count):
            queue.back_off(A)
            before = clock.now()
            while not await keys(queue):
                clock.advance(seconds(1))
                await settle()
            found.append(clock.now() - before)
            queue.finish(A)
        return found

    async def test_the_backoff_grows_with_each_failure_in_a_row_and_is_bounded(self) -> None:
        clock = ManualClock(NOW)
        queue = WorkQueue(clock)
        async with keeping_delays(queue):
            pauses = await self.pauses(queue, clock, 9)
            assert pauses[:4] == [MIN_BACKOFF, seconds(2), seconds(4), seconds(8)]
            assert pauses[-1] == MAX_BACKOFF
            queue.succeed(A)
            assert await self.pauses(queue, clock, 1) == [MIN_BACKOFF]
