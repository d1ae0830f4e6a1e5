"""Clients for GraphConnections: one for each tenant, with a credential that can be replaced."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from entrasync.api.reasons import Reason
from entrasync.core.connection.credential_expiry import CredentialExpiry
from entrasync.core.connection.identity import (
    CertificateProof,
    ClientSettings,
    Identity,
    OnRefusal,
    Proof,
    SecretProof,
    ServiceAccountProof,
)
from entrasync.core.connection.status import LoggedIn
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.graph.auth.credentials import AppCredential, ClientCertificate, ClientSecret, FederatedToken, SecretValue
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.call_metrics import CallMetrics
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.client import GraphClient
from entrasync.graph.permissions import find_missing_permissions
from entrasync.graph.secret_expiry import SecretExpiry
from entrasync.graph.wire.clouds import ApiVersion, GraphEndpoint
from entrasync.graph.wire.transport import build_transport

TokenIssuer = Callable[[ObjectKey, str], Awaitable[str]]
"""Requests a token of a ServiceAccount, for an audience, from the API server.

Raises `Halted` (TOKEN_REQUEST_DENIED) or `Transient`.
"""


@dataclass(frozen=True)
class ServiceAccountTokenSource:
    """A `SecretSource` that requests a new token of a ServiceAccount at each read."""

    service_account: ObjectKey
    audience: str
    issue: TokenIssuer

    @property
    def where(self) -> str:
        """The ServiceAccount, as messages name it."""
        return f"ServiceAccount {self.service_account}"

    async def read(self) -> str:
        """Request a token. Raises what the issuer raises."""
        return await self.issue(self.service_account, self.audience)


class ReplaceableTokenSource:
    """A `TokenProvider` whose source is replaced when Entra has accepted a new proof.

    `on_refusal` receives a refusal that comes in the middle of a pass, and returns the error for that pass.
    """

    def __init__(self, source: TokenSource, on_refusal: OnRefusal) -> None:
        self.source = source
        self._on_refusal = on_refusal

    @property
    def endpoint(self) -> GraphEndpoint:
        """The Graph that the tokens are valid for."""
        return self.source.endpoint

    @property
    def tenant_id(self) -> str:
        """The tenant that the tokens are valid for."""
        return self.source.tenant_id

    async def get_token(self) -> AccessToken:
        """Return a token that is valid now. Raises what `on_refusal` makes of a refusal, or `Transient`."""
        while True:
            source = self.source
            try:
                return await source.get_token()
            except Halted as refusal:
                if source is self.source:  # else the proof was replaced in the meantime
                    raise self._on_refusal(refusal) from refusal

    def drop(self, token: AccessToken | None = None) -> None:
        """Drop the cached token; with an argument, only if it is still that one."""
        self.source.drop(token)

    def drop_for_missing_role(self, token: AccessToken) -> None:
        """Drop a token that lacks a permission, if the last such time is long enough ago."""
        self.source.drop_for_missing_role(token)


class TenantAccess:
    """Implements `Access` (`reconcile/ports/tenant_access.py`)."""

    def __init__(
        self,
        tokens: ReplaceableTokenSource,
        client: GraphClient,
        make_source: Callable[[Proof], TokenSource],
        *,
        client_id: str,
    ) -> None:
        self._tokens = tokens
        self._client = client
        self._make_source = make_source
        self._secret_expiry = SecretExpiry(client, client_id, lambda: tokens.source)

    @property
    def api(self) -> GraphClient:
        """The client, which uses the proof that Entra accepted last."""
        return self._client

    @property
    def credential_expiry(self) -> CredentialExpiry | None:
        """What is known of the end of the credential in use; None if Graph has not told it yet."""
        source = self._tokens.source
        if source.accepted_secret is not None:
            return self._secret_expiry.known
        return CredentialExpiry(source.certificate_expires_at)

    async def look_up_expiry(self, now: datetime) -> bool:
        """Ask Graph when the client secret ends, if that is due. Returns whether another end is known than before."""
        return await self._secret_expiry.look(now)

    async def log_in(self, proof: Proof) -> LoggedIn:
        """Log in by a proof now, and use it from then on if Entra accepts it. Raises `Halted` or `Transient`."""
        source = self._make_source(proof)
        token = await source.log_in()
        self._tokens.source = source
        return _describe(token)

    async def ensure_login(self) -> LoggedIn:
        """Tell what the token in use allows. Raises what `log_in` raises."""
        return _describe(await self._tokens.source.get_token())

    async def close(self) -> None:
        """Close all connections to Graph."""
        await self._client.aclose()


class TenantAccessFactory:
    """Implements `AccessFactory` (`reconcile/ports/tenant_access.py`) for the clouds that the install knows.

    Connections by one app in one tenant share a limiter. They never share tokens.
    """

    def __init__(
        self,
        clouds: Mapping[str, GraphEndpoint],
        *,
        limiters: SharedLimiters,
        metrics: CallMetrics,
        issue_token: TokenIssuer,
        replica: str = "",
    ) -> None:
        self._replica = replica
        self._clouds = clouds
        self._limiters = limiters
        self._metrics = metrics
        self._issue_token = issue_token

    async def open(self, identity: Identity, *, on_refusal: OnRefusal) -> TenantAccess:
        """Make a client for a tenant, without a login yet. Raises `Halted` (CLOUD_UNKNOWN)."""
        settings = identity.client_settings
        endpoint = self.find_endpoint(settings)

        def make_source(proof: Proof) -> TokenSource:
            return TokenSource(endpoint, self.build_credential(settings, proof, endpoint))

        tokens = ReplaceableTokenSource(make_source(identity.proof), on_refusal)
        limiter = self._limiters.find(
            settings.tenant_id, settings.client_id, endpoint=endpoint, at_most=settings.concurrency
        )
        # In a thread: it reads the certificates of all public authorities
        transport = await asyncio.to_thread(build_transport, endpoint, connections=limiter.concurrency)
        client = GraphClient(tokens, limiter, transport=transport, metrics=self._metrics, replica=self._replica)
        return TenantAccess(tokens, client, make_source, client_id=settings.client_id)

    def find_endpoint(self, settings: ClientSettings) -> GraphEndpoint:
        """Find the endpoint of Graph and its login. Raises `Halted` (CLOUD_UNKNOWN)."""
        cloud = self._clouds.get(settings.cloud)
        if cloud is None:
            known = ", ".join(sorted(self._clouds))
            message = f"This install knows no cloud {settings.cloud}. It knows: {known}. Correct spec.cloud."
            raise Halted(Stall(Reason.CLOUD_UNKNOWN, message))
        version = cast("ApiVersion | None", settings.api_version)  # the CRD allows no other
        return replace(cloud, api_version=version or "v1.0")

    def build_credential(self, settings: ClientSettings, proof: Proof, endpoint: GraphEndpoint) -> AppCredential:
        """Build the credential of a login at an endpoint."""
        return AppCredential(
            settings.tenant_id, settings.client_id, self._translate_proof(proof, endpoint.exchange_audience)
        )

    def _translate_proof(self, proof: Proof, audience: str) -> ClientSecret | ClientCertificate | FederatedToken:
        match proof:
            case SecretProof(value, where):
                return ClientSecret(SecretValue(value, where))
            case CertificateProof(certificate, private_key, where, private_key_where):
                pem = SecretValue(certificate, where, "client certificate")
                return ClientCertificate(pem, SecretValue(private_key, private_key_where, "private key"))
            case ServiceAccountProof(service_account):
                return FederatedToken(ServiceAccountTokenSource(service_account, audience, self._issue_token))


def _describe(token: AccessToken) -> LoggedIn:
    return LoggedIn(token.roles, find_missing_permissions(token.roles))
