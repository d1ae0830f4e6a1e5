"""The way to Graph in memory: a transport and tokens, whose calls go by the lifeline of their process."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx

from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import Identity, OnRefusal, Proof
from entrasync.core.connection.status import LoggedIn
from entrasync.graph.auth.token_claims import AccessToken, parse_access_token
from entrasync.graph.auth.tokens import RENEW_EARLY_SECONDS
from entrasync.graph.calls.call_metrics import CallMetrics
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from graph_simulator.app import SimulatorApp
from graph_simulator.identity.applications import DEFAULT_CLIENT
from graph_simulator.identity.tokens import GRAPH
from graph_simulator.traffic.operations import find_target
from graph_simulator.world.directory import DEFAULT_TENANT
from tests.support.kill_points.lifeline import Lifeline


class MemoryTransport(httpx.AsyncBaseTransport):
    """Hands requests to the simulator."""

    def __init__(self, simulator: SimulatorApp, lifeline: Lifeline) -> None:
        self._inner = httpx.ASGITransport(app=simulator)
        self._lifeline = lifeline

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        operation = find_target(request.method, request.url.path).operation
        return await self._lifeline.carry(operation, lambda: self._inner.handle_async_request(request))


class MemoryTokens:
    """`TokenProvider` of one app, which is the same in all tenants. Its logins are one call each."""

    def __init__(
        self,
        simulator: SimulatorApp,
        lifeline: Lifeline,
        read_seconds: Callable[[], float],
        *,
        tenant_id: str = DEFAULT_TENANT,
    ) -> None:
        self.endpoint = GraphEndpoint(GRAPH, "https://login.microsoftonline.com")
        self.tenant_id = tenant_id
        self._identity = simulator.simulator.identity
        self._lifeline = lifeline
        self._read_seconds = read_seconds
        self._cached: AccessToken | None = None
        self._renew_at = 0.0

    async def get_token(self) -> AccessToken:
        if self._cached is None or self._read_seconds() >= self._renew_at:
            self._cached = parse_access_token(await self._lifeline.carry("log in", self._issue))
            self._renew_at = self._read_seconds() + self._identity.mint.lifetime_seconds - RENEW_EARLY_SECONDS
        return self._cached

    def drop(self, token: AccessToken | None = None) -> None:
        self._cached = None

    def drop_for_missing_role(self, token: AccessToken) -> None:
        self._cached = None

    async def _issue(self) -> str:
        application = self._identity.registry.find(self.tenant_id, DEFAULT_CLIENT)
        assert application is not None
        return self._identity.mint.issue(application, GRAPH)


class MemoryAccess:
    """`Access` of a GraphConnection to one tenant. It takes any proof."""

    def __init__(self, tokens: MemoryTokens, api: GraphClient) -> None:
        self._tokens = tokens
        self.api = api
        self.credential_expiry = CredentialExpiry(None)

    async def log_in(self, _: Proof) -> LoggedIn:
        return LoggedIn((await self._tokens.get_token()).roles, ())

    async def ensure_login(self) -> LoggedIn:
        return LoggedIn((await self._tokens.get_token()).roles, ())

    async def look_up_expiry(self, now: datetime) -> bool:
        return False

    async def close(self) -> None:
        await self.api.aclose()


class MemoryAccesses:
    """`AccessFactory` for the tenants of the simulator."""

    def __init__(self, make_tokens: Callable[[str], MemoryTokens], transport: httpx.AsyncBaseTransport) -> None:
        self._make_tokens = make_tokens
        self._transport = transport
        self._limiters: SharedLimiters | None = None
        self._metrics: CallMetrics | None = None

    def join(self, _: Mapping[str, GraphEndpoint], **parts: Any) -> "MemoryAccesses":
        """Take what the composition root has made for it."""
        self._limiters, self._metrics = parts["limiters"], parts["metrics"]
        return self

    async def open(self, identity: Identity, *, on_refusal: OnRefusal) -> MemoryAccess:
        settings = identity.client_settings
        tokens = self._make_tokens(settings.tenant_id)
        assert self._limiters is not None
        limiter = self._limiters.find(settings.tenant_id, settings.client_id, endpoint=tokens.endpoint)
        return MemoryAccess(tokens, GraphClient(tokens, limiter, transport=self._transport, metrics=self._metrics))
