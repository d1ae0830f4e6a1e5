"""Holds the applications and managed identities that may request tokens, with their credentials and roles."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

DEFAULT_CLIENT = "6a8f7f3e-2b5c-4a0e-8c56-0f6f6d4f1c11"
DEFAULT_SECRET = "toy~secret-of-the-simulator"
DEFAULT_ROLES = ("Application.Read.All", "Synchronization.ReadWrite.All")
EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
"""The audience of tokens for workload identity federation (graph-facts 7.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FederatedCredential:
    """Describes the tokens of another issuer that are accepted for an application."""

    issuer: str
    subject: str
    audience: str = EXCHANGE_AUDIENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An app registration that may request tokens, with the roles that were consented to.

    Any of its credentials is enough: a secret, a certificate (PEM), or a token of a federated issuer.
    """

    client_id: str
    tenant_id: str
    secrets: tuple[str, ...] = ()
    secret_ends: Mapping[str, datetime] = field(default_factory=dict)
    """When secrets end. The others do not, and of them no end is told."""
    certificates: tuple[str, ...] = ()
    federated_credentials: tuple[FederatedCredential, ...] = ()
    roles: tuple[str, ...] = DEFAULT_ROLES
    object_id: str = "0b7f2b3a-5e1d-4a57-9a53-3d2c8d1e4f90"
    display_name: str = "entra-sync-operator"

    def has_ended(self, secret: str, now: datetime) -> bool:
        """Check whether one of its secrets has ended."""
        return secret in self.secret_ends and self.secret_ends[secret] <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedIdentity:
    """An identity of the simulated machine, either system-assigned or user-assigned."""

    client_id: str
    tenant_id: str
    is_system_assigned: bool = False
    roles: tuple[str, ...] = DEFAULT_ROLES
    object_id: str = "3c4be0b1-5f0c-4d0e-9d6b-7d2f8f2b6a77"
    display_name: str = "node"


@dataclass(slots=True)
class Registry:
    """The applications of all tenants. A tenant exists as soon as it has an application."""

    applications: dict[tuple[str, str], Application] = field(default_factory=dict)
    issuers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The public keys (PEM) of other issuers of tokens, by issuer."""
    managed_identities: dict[str, ManagedIdentity] = field(default_factory=dict)
    """The managed identities by client id."""

    def add(self, application: Application) -> None:
        """Add an application; it replaces one with the same tenant and client id."""
        self.applications[application.tenant_id, application.client_id] = application

    def find(self, tenant_id: str, client_id: str) -> Application | None:
        """Find an application of a tenant."""
        return self.applications.get((tenant_id, client_id))

    def has_tenant(self, tenant_id: str) -> bool:
        """Check whether the tenant exists."""
        return any(tenant == tenant_id for tenant, _ in self.applications)

    def find_managed_identity(self, client_id: str) -> ManagedIdentity | None:
        """Find a managed identity; without a client id, the system-assigned one, or else the only one."""
        if client_id:
            return self.managed_identities.get(client_id)
        own = [identity for identity in self.managed_identities.values() if identity.is_system_assigned]
        candidates = own or list(self.managed_identities.values())
        return candidates[0] if len(candidates) == 1 else None
