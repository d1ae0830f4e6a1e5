from dataclasses import dataclass, field

DEFAULT_CLIENT = "6a8f7f3e-2b5c-4a0e-8c56-0f6f6d4f1c11"
DEFAULT_SECRET = "toy~secret-of-the-simulator"
DEFAULT_ROLES = ("Application.Read.All", "Synchronization.ReadWrite.All")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An app registration that may ask for tokens, with the roles that were consented to."""

    client_id: str
    tenant_id: str
    secrets: tuple[str, ...]
    roles: tuple[str, ...] = DEFAULT_ROLES
    object_id: str = "0b7f2b3a-5e1d-4a57-9a53-3d2c8d1e4f90"
    display_name: str = "entra-sync-operator"


@dataclass(slots=True)
class Registry:
    """The applications of all tenants. A tenant exists as soon as something is in it."""

    applications: dict[tuple[str, str], Application] = field(default_factory=dict)

    def add(self, application: Application) -> None:
        """Add an application, in place of one with the same tenant and client id."""
        self.applications[application.tenant_id, application.client_id] = application

    def find(self, tenant_id: str, client_id: str) -> Application | None:
        """Find an application of a tenant."""
        return self.applications.get((tenant_id, client_id))

    def has_tenant(self, tenant_id: str) -> bool:
        """Tell whether the tenant is known."""
        return any(tenant == tenant_id for tenant, _ in self.applications)
