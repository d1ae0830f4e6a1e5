"""When the queue hands out what waits for a time: a delay, a backoff or the end of a pause."""

from datetime import timedelta

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.agenda import MIN_STALE_ENTRIES
from entrasync.reconcile.engine.work_queue import (
    MAX_BACKOFF,
    MAX_BACKOFF_OF_THROTTLED_EDIT,
    MIN_BACKOFF,
    Ticket,
    WorkQueue,
)
from tests.support.facts import NOW, minutes, seconds
from tests.support.still_clock import StillClock
from tests.support.work_queues import ManualClock, keeping_delays, keys, settle, take_all

A, B, C = (ObjectKey("identity", name) for name in "abc")
LATER = NOW + seconds(1)


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

    async def test_the_agenda_does_not_grow_with_each_new_delay_of_a_resource(self) -> None:
        queue = WorkQueue(StillClock(NOW))
        for n in range(10_000):
            queue.schedule(A, minutes(60) - seconds(n % 100))
        assert len(queue._agenda) <= 2 + MIN_STALE_ENTRIES
        assert queue.due_at(A) == NOW + minutes(60) - seconds(99)


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

    async def fail(self, queue: WorkQueue, key: ObjectKey, *, is_new: bool = False, is_throttled: bool = False) -> None:
        """Have a pass over a change of an object fail."""
        queue.add(key, since=NOW, is_urgent=True, is_new=is_new)
        assert await keys(queue) == [key]
        queue.back_off(key, is_throttled=is_throttled)
        queue.finish(key)

    async def test_a_change_that_failed_overtakes_others_as_before_when_it_is_tried_again(self) -> None:
        clock = ManualClock(NOW)
        queue = WorkQueue(clock)
        async with keeping_delays(queue):
            await self.fail(queue, C, is_new=True)
            await self.fail(queue, B)
            queue.add(A, since=NOW)
            clock.advance(seconds(2))
            await settle()
            assert await keys(queue) == [B, C, A]

    async def test_a_throttled_edit_is_tried_again_soon_and_what_is_new_later(self) -> None:
        clock = ManualClock(NOW)
        queue = WorkQueue(clock)
        for _ in range(9):
            await self.fail(queue, A, is_throttled=True)
            await self.fail(queue, B, is_new=True, is_throttled=True)
        assert queue.due_at(A) == NOW + MAX_BACKOFF_OF_THROTTLED_EDIT
        assert queue.due_at(B) == NOW + MAX_BACKOFF


class TestGoingOn:
    @pytest.mark.parametrize(("is_urgent", "is_edited"), [(True, False), (False, True)])
    async def test_a_pass_that_goes_on_at_once_is_as_urgent_as_before_or_as_the_edit_that_it_came_upon(
        self, *, is_urgent: bool, is_edited: bool
    ) -> None:
        queue = WorkQueue(clock := ManualClock(NOW))
        async with keeping_delays(queue):
            queue.add(A, since=NOW, is_urgent=is_urgent)
            await take_all(queue)
            queue.add(B, since=NOW)
            queue.go_on(A, is_urgent=is_edited)
            queue.finish(A)
            clock.advance(seconds(0))
            await settle()
            assert await keys(queue) == [A, B]


class TestPause:
    """Graph has asked for a pause, and a pass could not call."""

    def make_queue(self, clock: ManualClock, *paused: ObjectKey) -> WorkQueue:
        ends = NOW + seconds(30)
        return WorkQueue(
            clock, pause_of=lambda key: max(ends - clock.now(), seconds(0)) if key in paused else seconds(0)
        )

    async def postpone(self, queue: WorkQueue, key: ObjectKey, *, is_urgent: bool = False) -> None:
        queue.add(key, since=NOW, is_urgent=is_urgent)
        assert await keys(queue) == [key]
        queue.wait_out_pause(key, seconds(5))  # one that was prolonged meanwhile
        queue.finish(key)

    async def test_no_other_pass_begins_before_its_end_and_edits_come_first_then(self) -> None:
        clock = ManualClock(NOW)
        queue = self.make_queue(clock, A, B)
        async with keeping_delays(queue):
            await self.postpone(queue, A)
            await self.postpone(queue, B, is_urgent=True)
            clock.advance(seconds(29))
            await settle()
            assert await keys(queue) == []
            clock.advance(seconds(1))
            await settle()
            assert await keys(queue) == [B, A]

    async def test_whatever_calls_through_another_connection_goes_on(self) -> None:
        clock = ManualClock(NOW)
        queue = self.make_queue(clock, A)
        async with keeping_delays(queue):
            for key in (A, B):
                await self.postpone(queue, key)
            clock.advance(seconds(5))
            await settle()
            assert await keys(queue) == [B]

    async def test_whoever_edits_meanwhile_is_told_once(self) -> None:
        clock = ManualClock(NOW)
        queue = self.make_queue(clock, A)
        async with keeping_delays(queue):
            await self.postpone(queue, A)
            await self.postpone(queue, A, is_urgent=True)
            clock.advance(seconds(10))
            await settle()
            assert await keys(queue) == []

    async def test_the_next_one_on_its_service_principal_need_not_wait_for_it(self) -> None:
        clock = ManualClock(NOW)
        ends = NOW + seconds(30)
        queue = WorkQueue(
            clock,
            serialization_key=lambda key: str(key) if key == C else "salesforce",
            pause_of=lambda key: ends - clock.now() if key == B and clock.now() < ends else seconds(0),
        )
        async with keeping_delays(queue):
            await self.postpone(queue, B)
            queue.add(A, since=NOW)
            assert await keys(queue) == [A]
            clock.advance(seconds(5))
            await settle()
            queue.add(C, since=NOW)
            queue.finish(A)
            assert await keys(queue) == [C]
            queue.add(A, since=NOW)
            assert await keys(queue) == [A]
