"""Controls the applications, issuers, managed identities and tokens of a running simulator."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from graph_simulator.control_client.transport import ControlTransport
from graph_simulator.control_client.views import ApplicationView, ManagedIdentityView
from graph_simulator.identity.applications import EXCHANGE_AUDIENCE


class IdentityControl(ControlTransport):
    """Reads and changes applications and other identities; client and tenant default to those of world.json."""

    def set_application(self, client_id: str = "", tenant_id: str = "", **fields: Any) -> None:
        """Add or change an application; secrets, certificates, federated_credentials and roles are whole lists."""
        self._call("POST", "/applications", self._name_application(client_id, tenant_id) | fields)

    def applications(self) -> list[ApplicationView]:
        """List all applications, with their credentials."""
        return [ApplicationView.model_validate(item) for item in self._call("GET", "/applications")["items"]]

    def add_secret(self, secret: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Add a client secret to an application."""
        return self._change(client_id, tenant_id, add={"secrets": [secret]})

    def remove_secret(self, secret: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Remove a client secret from an application."""
        return self._change(client_id, tenant_id, remove={"secrets": [secret]})

    def set_secret_end(
        self, secret: str, end: datetime | None, *, client_id: str = "", tenant_id: str = ""
    ) -> ApplicationView:
        """Set when a client secret of an application ends, in real time as that of a certificate; None for no end."""
        ends = {secret: end.isoformat() if end else None}
        return self._change(client_id, tenant_id, secret_ends=ends)

    def add_certificate(self, pem: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Add a certificate, which verifies the application's signatures."""
        return self._change(client_id, tenant_id, add={"certificates": [pem]})

    def remove_certificate(self, pem: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Remove a certificate from an application."""
        return self._change(client_id, tenant_id, remove={"certificates": [pem]})

    def add_federated_credential(
        self, issuer: str, subject: str, *, audience: str = EXCHANGE_AUDIENCE, client_id: str = "", tenant_id: str = ""
    ) -> ApplicationView:
        """Accept tokens of another issuer for the application; `set_issuer` sets that issuer's keys.

        The subject of a Kubernetes ServiceAccount is `system:serviceaccount:<namespace>:<name>`.
        """
        credential = {"issuer": issuer, "subject": subject, "audience": audience}
        return self._change(client_id, tenant_id, add={"federated_credentials": [credential]})

    def remove_federated_credential(
        self, issuer: str, subject: str, *, audience: str = EXCHANGE_AUDIENCE, client_id: str = "", tenant_id: str = ""
    ) -> ApplicationView:
        """Stop accepting such tokens for the application."""
        credential = {"issuer": issuer, "subject": subject, "audience": audience}
        return self._change(client_id, tenant_id, remove={"federated_credentials": [credential]})

    def grant(self, *roles: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Consent to roles, which only tokens issued from now on have."""
        return self._change(client_id, tenant_id, add={"roles": roles})

    def withdraw(self, *roles: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Withdraw the consent to roles, for tokens issued from now on."""
        return self._change(client_id, tenant_id, remove={"roles": roles})

    def set_issuer(self, issuer: str, *, public_keys: Iterable[str] = (), jwks: dict[str, Any] | None = None) -> None:
        """Set the keys, in PEM or as a JWKS document, that verify tokens of an issuer; they replace earlier ones."""
        self._call("POST", "/issuers", {"issuer": issuer, "public_keys": list(public_keys), "jwks": jwks})

    def set_managed_identity(
        self,
        client_id: str,
        tenant_id: str = "",
        *,
        is_system_assigned: bool = False,
        roles: Sequence[str] | None = None,
    ) -> ManagedIdentityView:
        """Add or change a managed identity, which gets tokens at `connection.metadata_url`."""
        document: dict[str, Any] = self._name_application(client_id, tenant_id)
        document |= {"is_system_assigned": is_system_assigned} | ({} if roles is None else {"roles": list(roles)})
        return ManagedIdentityView.model_validate(self._call("POST", "/managed-identities", document))

    def remove_managed_identity(self, client_id: str) -> None:
        """Remove a managed identity."""
        self._call("DELETE", f"/managed-identities/{client_id}")

    def set_token_lifetime(self, seconds: int) -> None:
        """Set the lifetime, in real seconds, of tokens issued from now on."""
        self._call("PATCH", "/tokens", {"lifetime_seconds": seconds})

    def revoke_tokens(self) -> None:
        """Refuse every token issued so far."""
        self._call("PATCH", "/tokens", {"revoke": True})

    def _name_application(self, client_id: str, tenant_id: str) -> dict[str, Any]:
        known = self.connection
        return {"client_id": client_id or known.client_id, "tenant_id": tenant_id or known.tenant_id}

    def _change(self, client_id: str, tenant_id: str, **changes: Any) -> ApplicationView:
        document = self._name_application(client_id, tenant_id) | changes
        return ApplicationView.model_validate(self._call("PATCH", "/applications", document))
