"""What every request to Graph carries, and where it goes."""

import asyncio
import gzip
import logging
import traceback
from pathlib import Path

import httpx
import pytest

from entrasync.core.decision.errors import (
    OutcomeUnknown,
    PossiblyReplicating,
    Transient,
)
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from tests.support.graph_facts import VERSIONS, check_request
from tests.support.halts import stalls
from tests.support.permits import AnyWrite
from tests.support.scripted_client import (
    CALLS,
    DENIED,
    GONE,
    JOB,
    JOBS,
    READS,
    SP,
    WRITES,
    Call,
    ScriptedClient,
    each,
    token_source,
)
from tests.support.scripted_graph import JSON, SECRET, Reply, run_scripted_graph
from tests.support.still_clock import StillClock


class TestRequest:
    @each(CALLS)
    async def test_is_as_microsoft_describes_it(self, scripted: ScriptedClient, call: Call) -> None:
        await call(scripted.api)
        (request,) = scripted.graph.requests
        for version in VERSIONS:
            path = request.path.removeprefix("/v1.0")
            check_request(version, request.method, path, request.body, request.headers.get("content-type", ""))

    async def test_carries_token_user_agent_id_and_priority(self, scripted: ScriptedClient) -> None:
        for _ in range(2):
            await scripted.api.list_jobs(SP)
        await scripted.api.list_jobs(SP, is_urgent=True)
        await scripted.api.pause_job(SP, JOB)
        headers = [request.headers for request in scripted.graph.requests]
        assert [each_["x-ms-throttle-priority"] for each_ in headers] == ["Low", "Low", "Normal", "High"]
        assert all(each_["authorization"].startswith("Bearer ") for each_ in headers)
        assert all(each_["user-agent"].startswith("entra-sync-operator/") for each_ in headers)
        assert len({each_["client-request-id"] for each_ in headers}) == 4
        assert len(scripted.graph.token_requests) == 1

    async def test_of_a_machine_with_an_odd_name_is_sent(self, scripted: ScriptedClient) -> None:
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock), replica="zoë\n(1)")
        await client.list_jobs(SP)
        await client.aclose()
        assert scripted.graph.requests[0].headers["user-agent"].endswith(" (zo???1?)")

    async def test_keeps_an_odd_id_within_its_path_segment(self, scripted: ScriptedClient) -> None:
        scripted.graph.default_reply = Reply(status=204)
        odd = "a/b?c#d%2F ü+../..;e"
        await scripted.api.start_job(SP, odd)
        assert scripted.graph.requests[0].path == f"{JOBS}/a%2Fb%3Fc%23d%252F%20%C3%BC%2B..%2F..;e/start"

    @pytest.mark.parametrize("odd", ["", ".", ".."])
    async def test_is_not_sent_with_an_id_that_climbs_the_path(self, scripted: ScriptedClient, odd: str) -> None:
        """Deleting job `..` would delete all of the service principal's synchronization."""
        with stalls():
            await scripted.api.delete_job(SP, odd)
        assert scripted.count == 0

    async def test_goes_to_the_root_of_beta(self, tmp_path: Path) -> None:
        async with run_scripted_graph(tmp_path) as graph:
            beta = GraphEndpoint(
                graph.endpoint.graph_url, graph.endpoint.authority, api_version="beta", ca_file=graph.endpoint.ca_file
            )
            tokens = token_source(beta)
            client = GraphClient(tokens, TenantLimiter(StillClock())).with_permit(AnyWrite())
            graph.reply_with(Reply(body={"value": []}))
            await client.list_jobs(SP)
            await client.aclose()
        assert graph.requests[0].path.startswith("/beta/servicePrincipals/")

    async def test_accepts_a_compressed_response(self, scripted: ScriptedClient) -> None:
        body = gzip.compress(b'{"value": [{"id": "a"}]}')
        scripted.graph.reply_with(Reply(body=body, headers={"content-encoding": "gzip", "content-type": JSON}))
        assert (await scripted.api.list_jobs(SP)).ids == {"a"}

    async def test_goes_through_any_transport(self, scripted: ScriptedClient) -> None:
        headers, body = {"request-id": "their-id", "content-type": JSON}, httpx.ByteStream(b'{"value": [{"id": "a"}]}')
        transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, stream=body))
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock), transport=transport)
        assert (await client.list_jobs(SP)).ids == {"a"}
        await client.aclose()

    async def test_gives_its_slot_back_when_the_caller_gives_up(self, scripted: ScriptedClient) -> None:
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock, concurrency=1)).with_permit(AnyWrite())
        await scripted.tokens.get_token()
        scripted.graph.reply_with(Reply(held_until=asyncio.Event()), Reply(body={"value": []}))
        held = asyncio.create_task(client.get_job(SP, JOB))
        await scripted.graph.request_arrived.wait()
        held.cancel()
        assert (await client.list_jobs(SP)).jobs == ()
        await client.aclose()

    async def test_is_counted_in_the_metrics(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"value": []}), GONE)
        await scripted.api.list_jobs(SP)
        assert await scripted.api.get_job(SP, JOB) is None
        assert scripted.metrics.calls == [("list_jobs", 200, "their-id"), ("get_job", 404, "their-id")]

    async def test_shows_no_token_secret_or_body_in_logs_and_errors(
        self, scripted: ScriptedClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        token = (await scripted.tokens.get_token()).value
        scripted.graph.reply_with(Reply(body=b"canary body"), Reply(drops_connection=True), DENIED)
        shown = []
        for call in (READS["get_job"], WRITES["start_job"], WRITES["pause_job"]):
            with pytest.raises((Transient, OutcomeUnknown, PossiblyReplicating)) as caught:
                await call(scripted.api)
            shown.append("".join(traceback.format_exception(caught.value)))
        for text in (caplog.text, *shown):
            assert token not in text
            assert SECRET not in text
            assert "canary body" not in text
