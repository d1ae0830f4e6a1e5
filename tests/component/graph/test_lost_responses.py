"""What a call raises when no response, or only a part of one, comes back."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    OutcomeUnknown,
    Transient,
)
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.transport import GraphTransport, build_transport
from tests.support.permits import AnyWrite
from tests.support.scripted_client import (
    CALLS,
    JOB,
    READS,
    SP,
    VALIDATIONS,
    WRITES,
    Call,
    RecordedCallMetrics,
    ScriptedClient,
    each,
    token_source,
)
from tests.support.scripted_graph import Reply, run_scripted_graph
from tests.support.still_clock import StillClock


class TestLostResponse:
    @each(WRITES)
    async def test_leaves_the_outcome_of_a_write_unknown(self, scripted: ScriptedClient, call: Call) -> None:
        scripted.graph.default_reply = Reply(drops_connection=True)
        with pytest.raises(OutcomeUnknown):
            await call(scripted.api)

    @each(WRITES)
    async def test_never_repeats_a_write(self, scripted: ScriptedClient, call: Call) -> None:
        """Neither on a new connection nor on a kept one that the server closes at the same moment."""
        scripted.graph.reply_with(Reply(body={"value": []}))
        await scripted.api.list_jobs(SP)
        scripted.graph.reply_with(Reply(drops_connection=True))
        with pytest.raises(OutcomeUnknown):
            await call(scripted.api)
        assert scripted.count == 2

    @each(READS | VALIDATIONS)
    async def test_lets_a_read_or_a_validation_be_tried_again_later(self, scripted: ScriptedClient, call: Call) -> None:
        scripted.graph.default_reply = Reply(drops_connection=True)
        with pytest.raises(Transient) as caught:
            await call(scripted.api)
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE

    async def test_is_one_that_ends_too_early(self, scripted: ScriptedClient) -> None:
        short = Reply(status=201, body={"id": JOB}, headers={"content-length": "500"}, closes_after=True)
        scripted.graph.reply_with(short, short)
        with pytest.raises(OutcomeUnknown):
            await scripted.api.create_job(SP, "scim")
        with pytest.raises(Transient):
            await scripted.api.get_job(SP, JOB)

    @pytest.mark.parametrize(
        "limits",
        [ExchangeLimits(read_timeout=timedelta(seconds=0.2)), ExchangeLimits(total_timeout=timedelta(seconds=2))],
    )
    async def test_is_one_that_does_not_come_in_time(self, scripted: ScriptedClient, limits: ExchangeLimits) -> None:
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock), limits=limits).with_permit(AnyWrite())
        await scripted.tokens.get_token()
        held = Reply(status=201, held_until=asyncio.Event())
        scripted.graph.reply_with(held, held)
        with pytest.raises(OutcomeUnknown):
            await client.create_job(SP, "scim")
        with pytest.raises(Transient):
            await client.get_job(SP, JOB)
        await client.aclose()

    @each(WRITES)
    async def test_counts_a_server_fault_of_a_write_as_unknown(self, scripted: ScriptedClient, call: Call) -> None:
        scripted.graph.default_reply = Reply(status=503, body={"error": {"code": "serviceNotAvailable"}})
        with pytest.raises(OutcomeUnknown):
            await call(scripted.api)
        assert scripted.count == 1


class TestRequestThatWasNotSent:
    @each(CALLS)
    async def test_did_nothing_without_a_connection(self, tmp_path: Path, call: Call) -> None:
        async with run_scripted_graph(tmp_path) as graph:
            tokens = token_source(graph.endpoint)
            await tokens.get_token()
        metrics = RecordedCallMetrics()
        client = GraphClient(tokens, TenantLimiter(StillClock()), metrics=metrics).with_permit(AnyWrite())
        with pytest.raises(Transient):
            await call(client)
        assert [status for _, status, _ in metrics.calls] == [None]
        await client.aclose()

    async def test_did_nothing_when_the_certificate_is_not_trusted(self, scripted: ScriptedClient) -> None:
        stranger = GraphEndpoint(scripted.graph.endpoint.graph_url, scripted.graph.endpoint.authority)
        client = GraphClient(
            scripted.tokens, TenantLimiter(scripted.clock), transport=build_transport(stranger)
        ).with_permit(AnyWrite())
        with pytest.raises(Transient):
            await client.create_job(SP, "scim")
        assert scripted.count == 0
        await client.aclose()

    async def test_did_nothing_when_the_connection_pool_is_full(self, scripted: ScriptedClient) -> None:
        """`httpx-aiohttp` has no exception of its own for it."""
        transport = build_transport(scripted.graph.endpoint)
        assert isinstance(transport, GraphTransport)
        held_until = asyncio.Event()
        limits = ExchangeLimits(connect_timeout=timedelta(seconds=0.3))
        client = GraphClient(
            scripted.tokens, TenantLimiter(scripted.clock, concurrency=500), transport=transport, limits=limits
        ).with_permit(AnyWrite())
        await scripted.tokens.get_token()
        scripted.graph.default_reply = Reply(status=201, body={"id": JOB}, held_until=held_until)
        calls = [asyncio.create_task(client.create_job(SP, "scim")) for _ in range(70)]
        done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
        while len(done) < 6:
            done, _ = await asyncio.wait(calls, timeout=0.1)
        held_until.set()
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert {type(outcome) for outcome in failed} == {Transient}
        assert scripted.count == 70 - len(failed)
        await client.aclose()
