"""Why Graph or its login gave no answer, in words that say what to check."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from entrasync.core.decision.errors import Transient
from entrasync.graph.auth import msal_http
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.auth.tokens import TokenProvider
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.failures import describe_failure
from tests.support.permits import AnyWrite
from tests.support.scripted_client import SP, ScriptedClient, token_source
from tests.support.scripted_graph import TENANT
from tests.support.still_clock import StillClock


class FixedToken(TokenProvider):
    """A token that needs no login."""

    def __init__(self, endpoint: GraphEndpoint) -> None:
        self._endpoint = endpoint

    @property
    def endpoint(self) -> GraphEndpoint:
        return self._endpoint

    @property
    def tenant_id(self) -> str:
        return TENANT

    async def get_token(self) -> AccessToken:
        return AccessToken("a token")

    def drop(self, token: AccessToken | None = None) -> None:
        raise NotImplementedError

    def drop_for_missing_role(self, token: AccessToken) -> None:
        raise NotImplementedError


async def list_jobs(endpoint: GraphEndpoint, limits: ExchangeLimits | None = None) -> None:
    client = GraphClient(FixedToken(endpoint), TenantLimiter(StillClock()), limits=limits)
    try:
        await client.list_jobs(SP)
    finally:
        await client.aclose()


async def create_job(endpoint: GraphEndpoint, limits: ExchangeLimits | None = None) -> None:
    client = GraphClient(FixedToken(endpoint), TenantLimiter(StillClock()), limits=limits).with_permit(AnyWrite())
    try:
        await client.create_job(SP, "scim")
    finally:
        await client.aclose()


async def log_in(endpoint: GraphEndpoint, limits: ExchangeLimits | None = None) -> None:
    del limits  # they are Graph's only
    await token_source(endpoint).get_token()


async def read_message(call: Awaitable[None]) -> str:
    with pytest.raises(Transient) as caught:
        await call
    assert caught.value.message.startswith("No answer from ")
    assert caught.value.message.endswith(".")
    return caught.value.message


@contextmanager
def listen_without_accepting(*, backlog: int) -> Iterator[GraphEndpoint]:
    """Listen on a port of this machine. The kernel makes `backlog` + 1 connections, and leaves others unanswered."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(backlog)
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        yield GraphEndpoint(url, url)


@contextmanager
def fill_backlog(endpoint: GraphEndpoint) -> Iterator[None]:
    """Connect until the kernel makes no connection any more."""
    address = urlsplit(endpoint.graph_url)
    with ExitStack() as stack:
        while True:
            client = stack.enter_context(socket.socket())
            client.settimeout(0.3)
            try:
                client.connect((address.hostname, address.port))
            except TimeoutError:
                break
        yield


@pytest.mark.parametrize("call", [list_jobs, create_job, log_in])
class TestConnectionThatDoesNotComeAbout:
    @pytest.fixture(autouse=True)
    def short_timeout(self, monkeypatch: pytest.MonkeyPatch) -> ExchangeLimits:
        monkeypatch.setattr(msal_http, "TIMEOUT_SECONDS", 0.3)
        return ExchangeLimits(connect_timeout=timedelta(seconds=0.3))

    async def test_is_told_when_nobody_answers(
        self, call: Callable[[GraphEndpoint, ExchangeLimits], Awaitable[None]], short_timeout: ExchangeLimits
    ) -> None:
        with listen_without_accepting(backlog=0) as endpoint, fill_backlog(endpoint):
            message = await read_message(call(endpoint, short_timeout))
        assert "no connection came about in time. Check proxies and firewalls." in message

    async def test_is_told_when_tls_is_not_answered(
        self, call: Callable[[GraphEndpoint, ExchangeLimits], Awaitable[None]], short_timeout: ExchangeLimits
    ) -> None:
        with listen_without_accepting(backlog=5) as endpoint:
            message = await read_message(call(endpoint, short_timeout))
        assert "no connection came about in time. Check proxies and firewalls." in message


class TestPoolOfConnections:
    async def test_is_told_when_none_is_free(self) -> None:
        with listen_without_accepting(backlog=5) as endpoint:
            url = endpoint.graph_url.replace("https", "http")
            timeout = httpx.Timeout(None, pool=0.1)
            async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1), timeout=timeout) as client:
                held = asyncio.create_task(client.get(url))
                with pytest.raises(httpx.PoolTimeout) as caught:
                    await asyncio.gather(client.get(url), held)
                held.cancel()
        assert describe_failure(caught.value) == "no connection was free in time"


@pytest.mark.parametrize("call", [list_jobs, create_job])
async def test_a_connection_that_is_cut_during_tls_is_told_as_such(
    call: Callable[[GraphEndpoint], Awaitable[None]],
) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    async with await asyncio.start_server(cut, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert "the connection was cut." in await read_message(call(GraphEndpoint(url, url)))


@pytest.mark.parametrize("call", [list_jobs, create_job, log_in])
class TestUnreachable:
    async def test_by_a_certificate_that_is_not_trusted(
        self, scripted: ScriptedClient, tmp_path: Path, call: Callable[[GraphEndpoint], Awaitable[None]]
    ) -> None:
        stranger = tmp_path / "stranger.pem"
        trustme.CA().cert_pem.write_to_path(str(stranger))
        message = await read_message(call(replace(scripted.graph.endpoint, ca_file=stranger)))
        assert "its certificate is not trusted (unable to get local issuer certificate)." in message
        assert "Check for a proxy that opens TLS" in message

    async def test_by_a_certificate_for_another_host(
        self, scripted: ScriptedClient, call: Callable[[GraphEndpoint], Awaitable[None]]
    ) -> None:
        known = scripted.graph.endpoint
        url = known.graph_url.replace("localhost", "127.0.0.1")
        message = await read_message(call(replace(known, graph_url=url, authority=url)))
        assert "its certificate is not trusted (IP address mismatch" in message

    async def test_by_a_host_name_that_is_unknown(self, call: Callable[[GraphEndpoint], Awaitable[None]]) -> None:
        url = "https://no-such-host.invalid"
        assert "its host name is unknown. Check the cloud's endpoints and DNS." in await read_message(
            call(GraphEndpoint(url, url))
        )

    async def test_by_a_port_that_is_refused(self, call: Callable[[GraphEndpoint], Awaitable[None]]) -> None:
        url = "https://127.0.0.1:9"
        assert "it refused the connection. Check the port, proxies and firewalls." in await read_message(
            call(GraphEndpoint(url, url))
        )
