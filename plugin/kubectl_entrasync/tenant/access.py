"""The way to a tenant: its cloud, its login, and a client of Graph that only reads."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from entrasync.api.ids import GUID_PATTERN
from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.graph.provisioning_log import ProvisioningLogClient
from entrasync.graph.service_principals import ServicePrincipalsClient
from entrasync.graph.wire.batching import BatchingTransport
from entrasync.graph.wire.clouds import CLOUDS, GraphEndpoint
from entrasync.graph.wire.transport import build_transport
from kubectl_entrasync.failure import Failure
from kubectl_entrasync.tenant.call_count import CountingTransport
from kubectl_entrasync.tenant.clock import MachineClock
from kubectl_entrasync.tenant.logins import CHAIN, Login, LoginKind, Session
from kubectl_entrasync.tenant.tokens import SessionTokens


@dataclass(frozen=True)
class TenantFlags:
    """The options that lead to a tenant."""

    tenant: str | None = None
    login: LoginKind | None = None
    client_id: str | None = None
    cloud: str = "Global"
    graph_url: str | None = None
    authority: str | None = None
    ca_file: Path | None = None


class TenantClient(GraphClient, ServicePrincipalsClient, ProvisioningLogClient):
    """The operator's client of Graph, with what only people read. It has no permit, so it cannot write."""


@dataclass(frozen=True)
class Tenant:
    """An opened way to a tenant."""

    graph: TenantClient
    graph_in_batches: TenantClient
    """The same, whose reads that are made at the same time go in one call. It is for many small reads."""
    tokens: SessionTokens
    limiter: TenantLimiter
    counted: CountingTransport


@asynccontextmanager
async def open_tenant(flags: TenantFlags) -> AsyncIterator[Tenant]:
    """Log in, and open a client until the end of the block. Raises `Failure`."""
    endpoint = find_endpoint(flags)
    kinds = CHAIN if flags.login is None else (flags.login,)
    tokens = SessionTokens(endpoint, Session(Login(endpoint, kinds, flags.tenant, flags.client_id)))
    _check_tenant(flags, (await tokens.get_token()).tenant_id)
    limiter = TenantLimiter(MachineClock())
    counted = CountingTransport(build_transport(endpoint, connections=limiter.concurrency))
    batching = BatchingTransport(counted, endpoint.root, max_body_bytes=ExchangeLimits().max_body_bytes)
    graph, in_batches = (TenantClient(tokens, limiter, transport=each) for each in (counted, batching))
    try:
        yield Tenant(graph, in_batches, tokens, limiter, counted)
    finally:
        await in_batches.aclose()  # which closes the connections of both


def _check_tenant(flags: TenantFlags, tenant_id: str) -> None:
    """Check that the login leads to the tenant that was asked for, where that is told by its id."""
    asked = (flags.tenant or "").lower()
    if re.match(GUID_PATTERN, asked) and tenant_id and tenant_id.lower() != asked:
        raise Failure(
            f"The login leads to tenant {tenant_id}, and not to {flags.tenant}. Log in to that one, for example with "
            f"`az login --tenant {flags.tenant}`, or correct --tenant."
        )


def find_endpoint(flags: TenantFlags) -> GraphEndpoint:
    """Find where Graph and its login are. Raises `Failure`."""
    cloud = CLOUDS.get(flags.cloud)
    if cloud is None:
        raise Failure(f"There is no cloud {flags.cloud}. Choose one of {', '.join(CLOUDS)} with --cloud.")
    if flags.ca_file is not None and not flags.ca_file.is_file():
        raise Failure(f"There is no file {flags.ca_file}. Name the certificate authority (PEM) with --ca-file.")
    try:
        if flags.graph_url:
            cloud = replace(cloud, graph_url=flags.graph_url, scope="")
        return replace(cloud, authority=flags.authority or cloud.authority, ca_file=flags.ca_file)
    except ValueError as error:
        raise Failure(f"{error} Correct --graph-url or --authority.") from None
