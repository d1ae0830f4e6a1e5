"""How calls of one tenant share it."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.graph.calls.limiter import BUSY_PERIOD, INITIAL_PAUSE, MAX_PAUSE, TenantLimiter
from tests.support.still_clock import StillClock


class CallQueue:
    """Calls that stand in line and note the order in which they got their places."""

    def __init__(self, limiter: TenantLimiter) -> None:
        self.limiter = limiter
        self.order: list[str] = []
        self.release = asyncio.Event()

    async def call(self, name: str, *, is_urgent: bool = False) -> None:
        async with self.limiter.slot(is_urgent=is_urgent):
            self.order.append(name)
            await self.release.wait()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_no_more_calls_at_once_than_places() -> None:
    queue = CallQueue(TenantLimiter(StillClock(), concurrency=4))
    calls = [asyncio.create_task(queue.call(str(number), is_urgent=True)) for number in range(10)]
    await settle()
    assert queue.order == ["0", "1", "2", "3"]
    queue.release.set()
    await asyncio.gather(*calls)
    assert queue.order == [str(number) for number in range(10)]


async def test_background_calls_leave_places_to_urgent_ones() -> None:
    queue = CallQueue(TenantLimiter(StillClock(), concurrency=4))
    calls = [asyncio.create_task(queue.call(f"background {number}")) for number in range(10)]
    await settle()
    assert len(queue.order) == 3
    calls.append(asyncio.create_task(queue.call("urgent", is_urgent=True)))
    await settle()
    assert queue.order[3:] == ["urgent"]
    queue.release.set()
    await asyncio.gather(*calls)


async def test_urgent_calls_overtake_in_the_line() -> None:
    queue = CallQueue(TenantLimiter(StillClock(), concurrency=1))
    calls = [asyncio.create_task(queue.call(name)) for name in ("first", "second", "third")]
    await settle()
    calls.append(asyncio.create_task(queue.call("urgent", is_urgent=True)))
    await settle()
    queue.release.set()
    await asyncio.gather(*calls)
    assert queue.order == ["first", "urgent", "second", "third"]


async def test_who_gives_up_in_the_line_blocks_nobody() -> None:
    queue = CallQueue(TenantLimiter(StillClock(), concurrency=1))
    first, second, third = (asyncio.create_task(queue.call(name)) for name in ("first", "second", "third"))
    await settle()
    second.cancel()
    queue.release.set()
    await asyncio.gather(first, third)
    assert queue.order == ["first", "third"]


async def test_who_gives_up_with_the_place_in_hand_gives_it_back() -> None:
    limiter = TenantLimiter(StillClock(), concurrency=1)
    queue = CallQueue(limiter)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(limiter.slot(is_urgent=True))
        second = asyncio.create_task(queue.call("second"))
        await settle()
    second.cancel()  # its turn has come, it has not woken yet
    await settle()
    queue.release.set()
    await queue.call("third")
    assert queue.order == ["third"]


async def test_a_short_pause_is_waited_out() -> None:
    clock = StillClock()
    limiter = TenantLimiter(clock)
    limiter.pause({"retry-after": "2"})
    async with limiter.slot(is_urgent=True):
        assert clock.slept == [timedelta(seconds=2)]


async def test_a_long_pause_sends_callers_back_to_the_queue() -> None:
    clock = StillClock()
    limiter = TenantLimiter(clock)
    assert limiter.pause({"retry-after": "30"}) == timedelta(seconds=30)
    clock.move(timedelta(seconds=10))
    with pytest.raises(Transient) as caught:
        async with limiter.slot(is_urgent=True):
            pass
    assert caught.value.reason is Reason.THROTTLED
    assert caught.value.after == timedelta(seconds=20)
    clock.move(timedelta(seconds=20))
    async with limiter.slot(is_urgent=True):
        assert clock.slept == []


async def test_a_pause_catches_those_in_line_too() -> None:
    limiter = TenantLimiter(StillClock(), concurrency=1)
    queue = CallQueue(limiter)
    first, second = (asyncio.create_task(queue.call(name)) for name in ("first", "second"))
    await settle()
    limiter.pause({"retry-after": "30"})
    queue.release.set()
    await first
    with pytest.raises(Transient):
        await second
    assert queue.order == ["first"]


async def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    limiter = TenantLimiter(StillClock())
    limiter.pause({"retry-after": "30"})
    limiter.pause({"retry-after": "1"})
    assert limiter.remaining_pause() == timedelta(seconds=30)


async def test_without_retry_after_pauses_grow_until_a_call_goes_through() -> None:
    limiter = TenantLimiter(StillClock())
    pauses = [limiter.pause({}) for _ in range(9)]
    assert pauses[:3] == [INITIAL_PAUSE, INITIAL_PAUSE * 2, INITIAL_PAUSE * 4]
    assert pauses[-1] == MAX_PAUSE
    limiter.record_response({})
    assert limiter.pause({}) == INITIAL_PAUSE


async def test_a_nearly_used_quota_slows_background_calls_for_a_while() -> None:
    clock = StillClock()
    limiter = TenantLimiter(clock, concurrency=32)
    limiter.record_response({"x-ms-throttle-limit-percentage": "0.8"})
    queue = CallQueue(limiter)
    calls = [asyncio.create_task(queue.call(str(number))) for number in range(40)]
    await settle()
    assert len(queue.order) == 6
    clock.move(BUSY_PERIOD)
    queue.release.set()
    await asyncio.gather(*calls)


@pytest.mark.parametrize("share", ["", "much", "nan", "0.79"])
async def test_other_news_of_the_quota_slow_nothing(share: str) -> None:
    limiter = TenantLimiter(StillClock(), concurrency=32)
    limiter.record_response({"x-ms-throttle-limit-percentage": share})
    queue = CallQueue(limiter)
    calls = [asyncio.create_task(queue.call(str(number))) for number in range(40)]
    await settle()
    assert len(queue.order) == 24
    queue.release.set()
    await asyncio.gather(*calls)
