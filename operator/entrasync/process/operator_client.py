"""Makes the Graph client of the operator connection, the install's own, from the settings."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from entrasync.graph.auth.credentials import (
    AppCredential,
    ClientCertificate,
    ClientSecret,
    Credential,
    FederatedToken,
    ManagedIdentity,
    Proof,
    SecretFile,
    SecretValue,
)
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.shared_limiters import SharedLimiters
from entrasync.graph.client import GraphClient
from entrasync.graph.secret_expiry import SecretExpiry
from entrasync.process.observability.connection_views import view_operator_connection
from entrasync.process.observability.metrics import Metrics
from entrasync.process.settings.operator_connection import PREFIX
from entrasync.process.settings.run import RunSettings


@dataclass(frozen=True)
class OperatorClient:
    """The Graph client of the operator connection, its tokens, and the files that its credential is read from.

    `secret_expiry` is None for a managed identity, which has no client secret.
    """

    graph: GraphClient
    tokens: TokenSource
    files: tuple[Path, ...]
    secret_expiry: SecretExpiry | None = None


def make_operator_client(
    settings: RunSettings, limiters: SharedLimiters, metrics: Metrics, *, replica: str = ""
) -> OperatorClient | None:
    """Make the Graph client of the operator connection. Returns None when the install has none."""
    if settings.tenant_id is None:
        return None
    endpoint = settings.endpoint()
    limiter = limiters.find(settings.tenant_id, settings.client_id, endpoint=endpoint)
    tokens = TokenSource(endpoint, operator_credential(settings, settings.tenant_id))
    graph = GraphClient(tokens, limiter, metrics=metrics, replica=replica)
    secret_expiry = None
    if settings.client_id is not None and not settings.managed_identity:
        secret_expiry = SecretExpiry(graph, settings.client_id, lambda: tokens)
    metrics.watch_operator_connection(partial(view_operator_connection, graph, tokens, secret_expiry))
    return OperatorClient(graph, tokens, credential_files(settings), secret_expiry)


def credential_files(settings: RunSettings) -> tuple[Path, ...]:
    """Return the files that the credential of the operator connection is read from."""
    files = (
        settings.client_secret_file,
        settings.client_certificate_file,
        settings.client_key_file,
        settings.token_file if settings.workload_identity else None,
    )
    return tuple(file for file in files if file is not None)


def operator_credential(settings: RunSettings, tenant_id: str) -> Credential:
    """Return what the operator connection logs in with: who it is, and what proves that."""
    if settings.managed_identity:
        return ManagedIdentity(tenant_id, settings.client_id)
    return AppCredential(tenant_id, settings.client_id or "", _proof(settings))


def _proof(settings: RunSettings) -> Proof:
    if settings.workload_identity:
        return FederatedToken(SecretFile(settings.token_file, "ServiceAccount token"))
    if settings.client_certificate_file and settings.client_key_file:
        certificate = SecretFile(settings.client_certificate_file, "client certificate")
        return ClientCertificate(certificate, SecretFile(settings.client_key_file, "private key"))
    if settings.client_secret_file is not None:
        return ClientSecret(SecretFile(settings.client_secret_file))
    value = settings.client_secret.get_secret_value() if settings.client_secret else ""
    return ClientSecret(SecretValue(value, f"the setting {PREFIX}CLIENT_SECRET or --client-secret"))
