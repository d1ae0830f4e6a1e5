"""What a 429 does to the calls of a tenant, and how many calls run at once."""

import asyncio
from datetime import timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    Transient,
)
from entrasync.graph.calls.limiter import BUSY_PERIOD
from tests.support.scripted_client import (
    CALLS,
    JOB,
    SP,
    Call,
    ScriptedClient,
    each,
)
from tests.support.scripted_graph import Reply

SLOW_READS = 6
"""Reads in the background at once while the quota is nearly used up: a quarter of the 24 at other times."""


class TestThrottling:
    @each(CALLS)
    async def test_stops_all_calls_of_the_tenant_for_as_long_as_graph_asked(
        self, scripted: ScriptedClient, call: Call
    ) -> None:
        scripted.graph.reply_with(Reply(status=429, headers={"retry-after": "35"}))
        with pytest.raises(Transient) as caught:
            await call(scripted.api)
        assert caught.value.reason is Reason.THROTTLED
        assert caught.value.after == timedelta(seconds=35)
        scripted.clock.move(timedelta(seconds=5))
        with pytest.raises(Transient) as kept:
            await scripted.api.pause_job(SP, JOB)
        assert kept.value.after == timedelta(seconds=30)
        assert scripted.count == 1
        assert [seconds for _, seconds in scripted.metrics.pauses] == [35]

    async def test_measures_a_date_by_the_clock_of_the_response(self, scripted: ScriptedClient) -> None:
        dates = {"retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"}
        scripted.graph.reply_with(Reply(status=429, headers=dates))
        with pytest.raises(Transient) as caught:
            await scripted.api.list_jobs(SP)
        assert caught.value.after == timedelta(seconds=30)

    @pytest.mark.parametrize("headers", [{}, {"retry-after": "0"}, {"retry-after": "2"}])
    async def test_says_how_long_the_pause_is_that_the_operator_makes(
        self, scripted: ScriptedClient, headers: dict[str, str]
    ) -> None:
        scripted.graph.default_reply = Reply(status=429, headers=headers)
        for _ in range(4):
            with pytest.raises(Transient) as caught:
                await scripted.api.list_jobs(SP)
            assert caught.value.after == timedelta(seconds=scripted.metrics.pauses[-1][1])
            scripted.clock.move(caught.value.after)
        made = [seconds for _, seconds in scripted.metrics.pauses]
        assert all(seconds >= least for seconds, least in zip(made, (1, 2, 4, 8), strict=True)), made

    async def test_slows_reads_in_the_background_while_the_quota_is_nearly_used_up(
        self, scripted: ScriptedClient
    ) -> None:
        """Graph tells of its quota from 0.8 on, and of nothing below."""
        scripted.graph.reply_with(Reply(body={"value": []}, headers={"x-ms-throttle-limit-percentage": "0.8"}))
        await scripted.api.list_jobs(SP)
        released = asyncio.Event()
        scripted.graph.default_reply = Reply(body={"value": []}, held_until=released)
        reads = [asyncio.create_task(scripted.api.list_jobs(SP)) for _ in range(40)]
        await scripted.graph.wait_for_requests_in_flight(SLOW_READS)
        scripted.graph.reply_with(Reply(204))
        await scripted.api.pause_job(SP, JOB)  # a seventh read would have taken this answer
        assert scripted.count == 1 + SLOW_READS + 1
        assert {request.headers["x-ms-throttle-priority"] for request in scripted.graph.requests[:-1]} == {"Low"}
        scripted.clock.move(BUSY_PERIOD)
        scripted.graph.reply_with(Reply(204))
        await scripted.api.pause_job(SP, JOB)
        await scripted.graph.wait_for_requests_in_flight(24)
        released.set()
        await asyncio.gather(*reads)

    async def test_lets_no_more_calls_run_at_once_than_the_limiter_allows(self, scripted: ScriptedClient) -> None:
        scripted.graph.default_reply = Reply(body={"value": []})
        await asyncio.gather(*(scripted.api.list_jobs(SP) for _ in range(200)))
        assert scripted.graph.max_in_flight <= 24
        assert scripted.count == 200
