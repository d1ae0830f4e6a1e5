"""Why Graph or its login gave no answer, in words that say what to check."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from entrasync.core.decision.errors import Transient
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.auth.tokens import TokenProvider
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
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


async def list_jobs(endpoint: GraphEndpoint) -> None:
    client = GraphClient(FixedToken(endpoint), TenantLimiter(StillClock()))
    try:
        await client.list_jobs(SP)
    finally:
        await client.aclose()


async def create_job(endpoint: GraphEndpoint) -> None:
    client = GraphClient(FixedToken(endpoint), TenantLimiter(StillClock())).with_permit(AnyWrite())
    try:
        await client.create_job(SP, "scim")
    finally:
        await client.aclose()


async def log_in(endpoint: GraphEndpoint) -> None:
    await token_source(endpoint).get_token()


@pytest.mark.parametrize("call", [list_jobs, create_job, log_in])
class TestUnreachable:
    async def read_message(self, call: Callable[[GraphEndpoint], Awaitable[None]], endpoint: GraphEndpoint) -> str:
        with pytest.raises(Transient) as caught:
            await call(endpoint)
        assert caught.value.message.startswith("No answer from ")
        assert caught.value.message.endswith(".")
        return caught.value.message

    async def test_by_a_certificate_that_is_not_trusted(
        self, scripted: ScriptedClient, tmp_path: Path, call: Callable[[GraphEndpoint], Awaitable[None]]
    ) -> None:
        stranger = tmp_path / "stranger.pem"
        trustme.CA().cert_pem.write_to_path(str(stranger))
        message = await self.read_message(call, replace(scripted.graph.endpoint, ca_file=stranger))
        assert "its certificate is not trusted (unable to get local issuer certificate)." in message
        assert "Check for a proxy that opens TLS" in message

    async def test_by_a_certificate_for_another_host(
        self, scripted: ScriptedClient, call: Callable[[GraphEndpoint], Awaitable[None]]
    ) -> None:
        known = scripted.graph.endpoint
        url = known.graph_url.replace("localhost", "127.0.0.1")
        message = await self.read_message(call, replace(known, graph_url=url, authority=url))
        assert "its certificate is not trusted (IP address mismatch" in message

    async def test_by_a_host_name_that_is_unknown(self, call: Callable[[GraphEndpoint], Awaitable[None]]) -> None:
        url = "https://no-such-host.invalid"
        assert "its host name is unknown. Check the cloud's endpoints and DNS." in await self.read_message(
            call, GraphEndpoint(url, url)
        )

    async def test_by_a_port_that_is_refused(self, call: Callable[[GraphEndpoint], Awaitable[None]]) -> None:
        url = "https://127.0.0.1:9"
        assert "it refused the connection. Check the port, proxies and firewalls." in await self.read_message(
            call, GraphEndpoint(url, url)
        )
