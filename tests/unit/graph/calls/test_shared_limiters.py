"""Connections by one app in one tenant share a limiter, each with its own concurrency."""

import asyncio

import pytest

from entrasync.core.decision.errors import Transient
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.calls.write_quota import WRITES_AT_ONCE
from entrasync.graph.wire.clouds import CLOUDS
from tests.support.scripted_graph import CLIENT, TENANT
from tests.support.still_clock import StillClock

GLOBAL = CLOUDS["Global"]


@pytest.fixture
def limiters() -> SharedLimiters:
    return SharedLimiters(StillClock(), concurrency=4)


def find_limiter(limiters: SharedLimiters, concurrency: int | None = None) -> TenantLimiter:
    return limiters.find(TENANT, CLIENT, endpoint=GLOBAL, at_most=concurrency)


class Calls:
    """Urgent calls that hold their slots until they are released."""

    def __init__(self) -> None:
        self.under_way: list[TenantLimiter] = []
        self.release = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def begin(self, limiter: TenantLimiter, count: int) -> None:
        self._tasks += [asyncio.create_task(self._call(limiter)) for _ in range(count)]
        for _ in range(20):
            await asyncio.sleep(0)

    async def end(self) -> None:
        self.release.set()
        await asyncio.gather(*self._tasks)

    async def _call(self, limiter: TenantLimiter) -> None:
        async with limiter.slot(is_urgent=True):
            self.under_way.append(limiter)
            await self.release.wait()


class TestLimiterShare:
    async def test_has_the_concurrency_that_its_connection_asks_for(self, limiters: SharedLimiters) -> None:
        calls, narrow = Calls(), find_limiter(limiters, 2)
        await calls.begin(narrow, 5)
        assert len(calls.under_way) == 2
        await calls.end()
        assert len(calls.under_way) == 5

    async def test_never_has_more_slots_than_the_install_allows(self, limiters: SharedLimiters) -> None:
        calls, wide = Calls(), find_limiter(limiters, 256)
        assert wide.concurrency == 4
        await calls.begin(wide, 10)
        assert len(calls.under_way) == 4
        await calls.end()

    async def test_shares_the_slots_with_all_other_shares(self, limiters: SharedLimiters) -> None:
        calls = Calls()
        for limiter in (find_limiter(limiters, 3), find_limiter(limiters, 3), find_limiter(limiters)):
            await calls.begin(limiter, 3)
        assert len(calls.under_way) == 4
        await calls.end()
        assert len(calls.under_way) == 9

    @pytest.mark.parametrize(("throttled", "other"), [(None, 2), (2, None), (2, 3)])
    async def test_keeps_the_pause_of_another_share(
        self, limiters: SharedLimiters, throttled: int | None, other: int | None
    ) -> None:
        first, second = find_limiter(limiters, throttled), find_limiter(limiters, other)
        first.pause({"retry-after": "120"})
        assert second.remaining_pause().total_seconds() == 120
        with pytest.raises(Transient):
            async with second.slot(is_urgent=True):
                pass

    async def test_has_the_writes_that_are_kept_for_urgent_ones(self, limiters: SharedLimiters) -> None:
        share = find_limiter(limiters, 2)
        for _ in range(WRITES_AT_ONCE):
            await share.wait_for_write(is_urgent=True)
        assert share.clock.now() == StillClock().now()

    async def test_slows_down_when_another_finds_the_quota_nearly_used(self, limiters: SharedLimiters) -> None:
        calls = Calls()
        first, second = find_limiter(limiters, 2), find_limiter(limiters)
        first.record_response({"x-ms-throttle-limit-percentage": "0.9"})
        await calls.begin(second, 4)
        assert len(calls.under_way) == 1
        await calls.end()


class TestSharedLimiters:
    def test_ignore_upper_and_lower_case_of_ids(self, limiters: SharedLimiters) -> None:
        assert limiters.find(TENANT.upper(), CLIENT.upper(), endpoint=GLOBAL) is find_limiter(limiters)

    def test_have_one_limiter_for_each_app_in_each_tenant_of_each_cloud(self, limiters: SharedLimiters) -> None:
        found = [
            find_limiter(limiters),
            limiters.find(TENANT, TENANT, endpoint=GLOBAL),
            limiters.find(CLIENT, CLIENT, endpoint=GLOBAL),
            limiters.find(TENANT, None, endpoint=GLOBAL),
            limiters.find(TENANT, CLIENT, endpoint=CLOUDS["China"]),
        ]
        assert len({id(limiter) for limiter in found}) == 5
