"""A Graph client whose Graph is a scripted server, and one call of each operation."""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrasync.core.remote.provisioning import ProvisioningSubject
from entrasync.graph.applications import ApplicationsClient
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.permits import AnyWrite
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, Reply, ScriptedGraph, run_scripted_graph
from tests.support.still_clock import StillClock

SP = "33333333-3333-3333-3333-333333333333"
APP = "55555555-5555-5555-5555-555555555555"
JOB = "scim.11111111111111111111111111111111.44444444-4444-4444-4444-444444444444"
JOBS = f"/v1.0/servicePrincipals/{SP}/synchronization/jobs"
SECRETS = f"/v1.0/servicePrincipals/{SP}/synchronization/secrets"

GONE = Reply(status=404, body={"error": {"code": "UnknownError", "message": ""}})
OLD_TOKEN = Reply(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "Expired."}})
DENIED = Reply(status=403, body={"error": {"code": "Authorization_RequestDenied", "message": "Insufficient."}})

CANARY = "canary/value-5d1e=="
ENTRIES = {"BaseAddress": "https://scim.example", "SecretToken": CANARY}

Call = Callable[[Any], Awaitable[Any]]

ARGUMENTS: Mapping[str, Any] = {
    "service_principal_id": SP,
    "job_id": JOB,
    "app_id": APP,
    "client_id": APP,
    "template_id": "scim",
    "settings": [{"name": "LookaheadQueryEnabled", "value": "False"}],
    "interval": "PT20M",
    "entries": ENTRIES,
    "schema": {"synchronizationRules": [], "directories": []},
    "expression": "[mail]",
    "attributes": {"mail": "a@example.com"},
    "rule_id": "a-rule",
    "subject": ProvisioningSubject("an-object", "User"),
}
"""What a call is made with, by the names of its parameters. Those with a default are left out."""


def _make_call(owner: type, name: str) -> Call:
    parameters = inspect.signature(getattr(owner, name)).parameters.values()
    given = [ARGUMENTS[each.name] for each in parameters if each.name != "self" and each.default is each.empty]

    async def call(api: Any) -> Any:
        return await getattr(api, name)(*given)

    return call


CALLS: dict[str, Call] = {
    name: _make_call(owner, name)
    for owner in (SyncApi, ApplicationsClient)
    for name, _ in inspect.getmembers(owner, inspect.iscoroutinefunction)
    if not name.startswith("_")
}
"""One call of each kind, by the name of its method. A new method is called without an edit."""

READS = {name: call for name, call in CALLS.items() if name.startswith(("find_", "get_", "has_", "list_"))}
VALIDATIONS = {name: call for name, call in CALLS.items() if name.startswith(("evaluate_", "parse_", "validate_"))}
"""Calls that change nothing although they are a POST."""
WRITES = {name: call for name, call in CALLS.items() if name not in READS | VALIDATIONS}
CALLS_WITH_SECRETS = {name: CALLS[name] for name in ("put_secrets", "validate_credentials")}


def each(calls: dict[str, Call]) -> pytest.MarkDecorator:
    """Run a test once for each of the calls."""
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


@dataclass
class RecordedCallMetrics:
    """`CallMetrics` that keeps what it was given."""

    calls: list[tuple[str, int | None, str]] = field(default_factory=list)
    pauses: list[tuple[str, float]] = field(default_factory=list)

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        assert seconds >= 0
        self.calls.append((operation, status, request_id))

    def throttled(self, operation: str, seconds: float) -> None:
        self.pauses.append((operation, seconds))


@dataclass
class ScriptedClient:
    """A scripted Graph and a client of it."""

    graph: ScriptedGraph
    clock: StillClock
    metrics: RecordedCallMetrics
    tokens: TokenSource
    client: GraphClient

    @property
    def api(self) -> SyncApi:
        """The client as its callers see it."""
        return self.client

    @property
    def count(self) -> int:
        """The number of requests that Graph received."""
        return len(self.graph.requests)


def token_source(endpoint: GraphEndpoint) -> TokenSource:
    """Make a source of tokens of the scripted server's app."""
    return TokenSource(endpoint, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, "a test"))))


@asynccontextmanager
async def run_scripted_client(folder: Path) -> AsyncIterator[ScriptedClient]:
    """Run a scripted Graph and a client of it, with a certificate authority written into `folder`."""
    async with run_scripted_graph(folder) as graph:
        clock, metrics, tokens = StillClock(), RecordedCallMetrics(), token_source(graph.endpoint)
        limits = ExchangeLimits(max_body_bytes=10_000, max_pages=5, read_timeout=timedelta(seconds=20))
        client = GraphClient(tokens, TenantLimiter(clock), metrics=metrics, limits=limits).with_permit(AnyWrite())
        yield ScriptedClient(graph, clock, metrics, tokens, client)
        await client.aclose()
