"""The client of Microsoft Graph's synchronization API for one tenant."""

from copy import copy
from dataclasses import replace
from datetime import timedelta

import httpx

from entrasync.core.decision.write_permit import WritePermit
from entrasync.graph.applications import ApplicationsClient
from entrasync.graph.auth.tokens import TokenProvider
from entrasync.graph.calls.call_metrics import CallMetrics, NoCallMetrics
from entrasync.graph.calls.exchange import USER_AGENT, Exchange, ExchangeLimits
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.directory import DirectoryClient
from entrasync.graph.jobs import JobsClient
from entrasync.graph.provisioning import ProvisioningClient
from entrasync.graph.schema import SchemaClient
from entrasync.graph.secrets import SecretsClient
from entrasync.graph.wire.transport import build_transport


class GraphClient(JobsClient, SchemaClient, ProvisioningClient, SecretsClient, DirectoryClient, ApplicationsClient):
    """`SyncApi` over HTTP, for one tenant and one credential. Belongs to one event loop; `aclose` ends it.

    It writes only with a permit. `replica` is the name of this process among those that could write.
    """

    def __init__(
        self,
        tokens: TokenProvider,
        limiter: TenantLimiter,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        metrics: CallMetrics | None = None,
        limits: ExchangeLimits | None = None,
        replica: str = "",
    ) -> None:
        # As many connections as slots, so that a call with a slot does not wait for a connection
        self._transport = transport or build_transport(tokens.endpoint, connections=limiter.concurrency)
        exchange = Exchange(
            self._transport,
            tokens,
            limiter,
            metrics or NoCallMetrics(),
            limits or ExchangeLimits(),
            user_agent=f"{USER_AGENT} ({_write_ascii(replica)})" if replica else USER_AGENT,
        )
        super().__init__(exchange, tokens.endpoint)

    @property
    def tenant_id(self) -> str:
        """The tenant that the credential belongs to."""
        return self._exchange.tokens.tenant_id

    @property
    def graph_url(self) -> str:
        """The Graph of its cloud. A tenant id means something there only."""
        return self._exchange.tokens.endpoint.graph_url

    @property
    def pause(self) -> timedelta:
        """How long no call is made from now on, because Graph asked for a pause; zero without one."""
        return self._exchange.limiter.remaining_pause()

    def with_permit(self, permit: WritePermit) -> "GraphClient":
        """Return this client for one pass: its writes ask the permit. It shares all else, also the connections."""
        permitted = copy(self)
        permitted._exchange = replace(self._exchange, permit=permit)  # noqa: SLF001  a copy of this very client
        return permitted

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


def _write_ascii(name: str) -> str:
    """Return a name as a header can carry it: the name of a machine may have any characters."""
    return "".join(each if each.isascii() and each.isprintable() and each not in "()\\" else "?" for each in name)
