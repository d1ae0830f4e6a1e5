"""The way to Graph in memory: a transport and tokens, whose calls go by the lifeline of their process."""

from collections.abc import Callable

import httpx

from entrasync.graph.auth.token_claims import AccessToken, parse_access_token
from entrasync.graph.auth.tokens import RENEW_EARLY_SECONDS
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
    """`TokenProvider` whose logins are one call each."""

    def __init__(self, simulator: SimulatorApp, lifeline: Lifeline, read_seconds: Callable[[], float]) -> None:
        self.endpoint = GraphEndpoint(GRAPH, "https://login.microsoftonline.com")
        self.tenant_id = DEFAULT_TENANT
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
        [application] = self._identity.registry.applications.values()
        assert application.client_id == DEFAULT_CLIENT
        return self._identity.mint.issue(application, GRAPH)
