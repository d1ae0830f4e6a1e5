"""How many calls of one tenant run at once, in which order, and what a pause does."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import PostponedCall, Transient
from entrasync.graph.calls.limiter import BUSY_PERIOD, INITIAL_PAUSE, MAX_PAUSE, MAX_WAIT_OF_WRITE, TenantLimiter
from entrasync.graph.calls.write_quota import KEPT_FOR_URGENT, WRITES_AT_ONCE, WRITES_PER_SECOND
from tests.support.still_clock import StillClock


@pytest.fixture(autouse=True)
def no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrasync.graph.calls.limiter.random", lambda: 0.0)


class CallQueue:
    """Calls that wait for a slot, and the order in which they got one."""

    def __init__(self, limiter: TenantLimiter) -> None:
        self.limiter = limiter
        self.order: list[str] = []
        self.release = asyncio.Event()

    async def call(self, name: str, *, is_urgent: bool = False) -> None:
        async with self.limiter.slot(is_urgent=is_urgent):
            self.order.append(name)
            await self.release.wait()


class RelapsingClock(StillClock):
    """After each sleep one call succeeds, and the next one makes Graph ask for a pause of 15 s again."""

    limiter: TenantLimiter

    async def sleep(self, delay: timedelta) -> None:
        await super().sleep(delay)
        self.limiter.record_response({})
        if len(self.slept) < 10:
            self.limiter.pause({"retry-after": "15"})


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class TestSlots:
    async def test_are_never_more_than_the_concurrency(self) -> None:
        queue = CallQueue(TenantLimiter(StillClock(), concurrency=4))
        calls = [asyncio.create_task(queue.call(str(number), is_urgent=True)) for number in range(10)]
        await settle()
        assert queue.order == ["0", "1", "2", "3"]
        queue.release.set()
        await asyncio.gather(*calls)
        assert queue.order == [str(number) for number in range(10)]

    async def test_are_kept_free_by_background_calls_for_urgent_ones(self) -> None:
        queue = CallQueue(TenantLimiter(StillClock(), concurrency=4))
        calls = [asyncio.create_task(queue.call(f"background {number}")) for number in range(10)]
        await settle()
        assert len(queue.order) == 3
        calls.append(asyncio.create_task(queue.call("urgent", is_urgent=True)))
        await settle()
        assert queue.order[3:] == ["urgent"]
        queue.release.set()
        await asyncio.gather(*calls)

    async def test_go_to_urgent_calls_before_background_calls(self) -> None:
        queue = CallQueue(TenantLimiter(StillClock(), concurrency=1))
        calls = [asyncio.create_task(queue.call(name)) for name in ("first", "second", "third")]
        await settle()
        calls.append(asyncio.create_task(queue.call("urgent", is_urgent=True)))
        await settle()
        queue.release.set()
        await asyncio.gather(*calls)
        assert queue.order == ["first", "urgent", "second", "third"]

    async def test_go_past_a_caller_that_has_given_up(self) -> None:
        queue = CallQueue(TenantLimiter(StillClock(), concurrency=1))
        first, second, third = (asyncio.create_task(queue.call(name)) for name in ("first", "second", "third"))
        await settle()
        second.cancel()
        queue.release.set()
        await asyncio.gather(first, third)
        assert queue.order == ["first", "third"]

    async def test_are_returned_by_a_caller_that_gives_up_as_it_gets_one(self) -> None:
        limiter = TenantLimiter(StillClock(), concurrency=1)
        queue = CallQueue(limiter)
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(limiter.slot(is_urgent=True))
            second = asyncio.create_task(queue.call("second"))
            await settle()
        second.cancel()  # it has its slot, but has not run yet
        await settle()
        queue.release.set()
        await queue.call("third")
        assert queue.order == ["third"]


class TestPause:
    async def test_is_waited_out_when_it_is_short(self) -> None:
        clock = StillClock()
        limiter = TenantLimiter(clock)
        limiter.pause({"retry-after": "2"})
        async with limiter.slot(is_urgent=True):
            assert clock.slept == [timedelta(seconds=2)]

    async def test_sends_callers_back_to_the_work_queue_when_it_is_long(self) -> None:
        clock = StillClock()
        limiter = TenantLimiter(clock)
        assert limiter.pause({"retry-after": "30"}) == timedelta(seconds=30)
        clock.move(timedelta(seconds=10))
        with pytest.raises(PostponedCall) as caught:
            async with limiter.slot(is_urgent=True):
                pass
        assert caught.value.reason is Reason.THROTTLED
        assert caught.value.after == timedelta(seconds=20)
        clock.move(timedelta(seconds=20))
        async with limiter.slot(is_urgent=True):
            assert clock.slept == []

    async def test_is_waited_out_by_a_write_that_would_only_meet_the_next_one_after_it(self) -> None:
        clock = StillClock()
        limiter = TenantLimiter(clock)
        limiter.pause({"retry-after": "20"})
        async with limiter.slot(is_urgent=True, is_write=True):
            assert clock.slept == [MAX_WAIT_OF_WRITE]
        limiter.pause({"retry-after": "21"})
        with pytest.raises(PostponedCall):
            async with limiter.slot(is_urgent=True, is_write=True):
                pass

    async def test_after_another_is_waited_out_no_longer_than_one_alone(self) -> None:
        clock = RelapsingClock()
        limiter = clock.limiter = TenantLimiter(clock)
        limiter.pause({"retry-after": "15"})
        with pytest.raises(PostponedCall):
            async with limiter.slot(is_urgent=True, is_write=True):
                pass
        assert sum(clock.slept, timedelta()) <= MAX_WAIT_OF_WRITE

    async def test_stops_the_calls_that_wait_for_a_slot(self) -> None:
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

    async def test_is_not_shortened_by_a_later_shorter_one(self) -> None:
        limiter = TenantLimiter(StillClock())
        limiter.pause({"retry-after": "30"})
        limiter.pause({"retry-after": "1"})
        assert limiter.remaining_pause() == timedelta(seconds=30)

    @pytest.mark.parametrize("value", ["", "0", "-5", "0.001", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"])
    async def test_grows_whatever_retry_after_says_until_a_call_succeeds(self, value: str) -> None:
        clock = StillClock()
        limiter, headers = TenantLimiter(clock), {"retry-after": value, "date": "Sun, 06 Nov 1994 09:49:37 GMT"}
        pauses = []
        for _ in range(9):
            pauses.append(limiter.pause(headers))
            clock.move(pauses[-1])
        assert pauses[:3] == [INITIAL_PAUSE, INITIAL_PAUSE * 2, INITIAL_PAUSE * 4]
        assert pauses[-1] == MAX_PAUSE
        limiter.record_response({})
        assert limiter.pause(headers) == INITIAL_PAUSE

    async def test_grows_once_for_all_calls_that_were_in_flight(self) -> None:
        limiter = TenantLimiter(StillClock())
        assert [limiter.pause({}) for _ in range(32)] == [INITIAL_PAUSE] * 32

    async def test_is_not_ended_by_the_success_of_a_call_that_was_sent_before(self) -> None:
        clock = StillClock()
        limiter = TenantLimiter(clock)
        limiter.pause({})
        limiter.record_response({})
        clock.move(INITIAL_PAUSE)
        assert limiter.pause({}) == INITIAL_PAUSE * 2


class TestQuota:
    async def test_slows_background_calls_for_a_while_when_it_is_nearly_used(self) -> None:
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
    async def test_slows_nothing_when_its_header_is_low_or_unreadable(self, share: str) -> None:
        limiter = TenantLimiter(StillClock(), concurrency=32)
        limiter.record_response({"x-ms-throttle-limit-percentage": share})
        queue = CallQueue(limiter)
        calls = [asyncio.create_task(queue.call(str(number))) for number in range(40)]
        await settle()
        assert len(queue.order) == 24
        queue.release.set()
        await asyncio.gather(*calls)


class TestWrites:
    async def test_beyond_the_quota_of_graph_wait_for_their_turn(self) -> None:
        clock = StillClock()
        limiter, began = TenantLimiter(clock), clock.now()
        for _ in range(WRITES_AT_ONCE):
            await limiter.wait_for_write(is_urgent=True)
        assert clock.now() == began
        for _ in range(40):
            await limiter.wait_for_write(is_urgent=True)
        assert clock.now() - began == timedelta(seconds=2)

    async def test_end_the_pass_that_would_wait_long_and_leave_the_quota_to_others(self) -> None:
        limiter = TenantLimiter(UnmovedClock())
        await use_up(limiter)
        for _ in range(2):
            with pytest.raises(Transient) as caught:
                await limiter.wait_for_write()
            assert (caught.value.reason, caught.value.after) == (Reason.THROTTLED, timedelta(seconds=3.05))

    async def test_slow_down_when_graph_says_that_their_quota_is_used_up_by_others(self) -> None:
        clock = StillClock()
        limiter = TenantLimiter(clock)
        limiter.pause({"x-ms-throttle-scope": "Tenant_Application/Write/app/tenant"})
        began = clock.now()
        for _ in range(10):
            await limiter.wait_for_write(is_urgent=True)
        assert clock.now() - began == timedelta(seconds=0.5)


class TestUrgentWrites:
    async def test_do_not_wait_behind_all_others_that_may_be_waiting(self) -> None:
        clock = UnmovedClock()
        limiter = TenantLimiter(clock)
        await use_up(limiter)
        clock.waits.clear()
        for _ in range(KEPT_FOR_URGENT - LONGEST_LINE):
            await limiter.wait_for_write(is_urgent=True)
        assert clock.waits == []

    async def test_without_an_end_leave_a_part_to_the_others(self) -> None:
        clock = StillClock()
        limiter = TenantLimiter(clock)
        for _ in range(WRITES_AT_ONCE):
            await limiter.wait_for_write(is_urgent=True)
        began = clock.now()
        for _ in range(30):
            await limiter.wait_for_write(is_urgent=True)
            await limiter.wait_for_write()
        assert 30 / (clock.now() - began).total_seconds() >= WRITES_PER_SECOND / 4

    async def test_take_no_more_together_with_the_others_than_graph_allows(self) -> None:
        clock = StillClock()
        limiter, began = TenantLimiter(clock), clock.now()
        for number in range(WRITES_AT_ONCE + 400):
            await limiter.wait_for_write(is_urgent=number % 3 == 0)
            assert number < WRITES_AT_ONCE + (clock.now() - began).total_seconds() * WRITES_PER_SECOND + 0.01

    @pytest.mark.parametrize(("idle", "free"), [(10, 150), (3600, WRITES_AT_ONCE - KEPT_FOR_URGENT)])
    async def test_find_again_what_is_kept_for_them_after_a_while(self, idle: float, free: int) -> None:
        """A quarter of what Graph allows is kept, and at most a hundred."""
        clock = StillClock()
        limiter = TenantLimiter(clock)
        for _ in range(WRITES_AT_ONCE):
            await limiter.wait_for_write(is_urgent=True)
        clock.move(timedelta(seconds=idle))
        began = clock.now()
        for _ in range(free):
            await limiter.wait_for_write()
        assert clock.now() == began
        await limiter.wait_for_write()
        assert clock.now() > began

    async def test_have_nothing_kept_when_graph_says_that_nothing_is_left(self) -> None:
        clock = UnmovedClock()
        limiter = TenantLimiter(clock)
        limiter.pause({"x-ms-throttle-scope": "Tenant_Application/Write/app/tenant"})
        await limiter.wait_for_write()
        assert clock.waits == [timedelta(seconds=0.05)]

    async def test_that_graph_refuses_do_not_let_others_overtake_those_that_wait_for_their_turn(self) -> None:
        limiter = TenantLimiter(UnmovedClock())
        await use_up(limiter)
        limiter.pause({"x-ms-throttle-scope": "Tenant_Application/Write/app/tenant"})
        with pytest.raises(Transient):
            await limiter.wait_for_write()


LONGEST_LINE = 60
"""So many writes may wait for their turn, each for up to three seconds."""


async def use_up(limiter: TenantLimiter) -> None:
    """Take all that is not kept for urgent writes, and as much as may wait for its turn. The clock stands still."""
    for _ in range(WRITES_AT_ONCE - KEPT_FOR_URGENT + LONGEST_LINE):
        await limiter.wait_for_write()


class UnmovedClock(StillClock):
    """A clock that stands still while others sleep. `waits` has how long they would."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[timedelta] = []

    async def sleep(self, delay: timedelta) -> None:
        """Return at once."""
        self.waits.append(delay)
