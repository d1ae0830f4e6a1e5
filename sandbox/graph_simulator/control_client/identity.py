from collections.abc import Iterable, Sequence
from typing import Any

from graph_simulator.control_client.transport import ControlTransport
from graph_simulator.control_client.views import ApplicationView, ManagedIdentityView
from graph_simulator.identity.applications import EXCHANGE_AUDIENCE


class IdentityControl(ControlTransport):
    """Who may enter. Client and tenant are those of world.json where none are given."""

    def set_application(self, client_id: str = "", tenant_id: str = "", **fields: Any) -> None:
        """Add an application, or change one: secrets, certificates, federated_credentials and roles as whole lists."""
        self._call("POST", "/applications", self._name_application(client_id, tenant_id) | fields)

    def applications(self) -> list[ApplicationView]:
        """List all applications, with their credentials."""
        return [ApplicationView.model_validate(item) for item in self._call("GET", "/applications")["items"]]

    def add_secret(self, secret: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Have a client secret accepted beside those there are."""
        return self._change(client_id, tenant_id, add={"secrets": [secret]})

    def remove_secret(self, secret: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Have a client secret accepted no more."""
        return self._change(client_id, tenant_id, remove={"secrets": [secret]})

    def add_certificate(self, pem: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Register a certificate, by which the application's signatures are known."""
        return self._change(client_id, tenant_id, add={"certificates": [pem]})

    def remove_certificate(self, pem: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Forget a certificate."""
        return self._change(client_id, tenant_id, remove={"certificates": [pem]})

    def add_federated_credential(
        self, issuer: str, subject: str, *, audience: str = EXCHANGE_AUDIENCE, client_id: str = "", tenant_id: str = ""
    ) -> ApplicationView:
        """Have tokens of another issuer stand for the application; see `set_issuer` for the issuer's keys.

        A Kubernetes ServiceAccount's subject is `system:serviceaccount:<namespace>:<name>`.
        """
        credential = {"issuer": issuer, "subject": subject, "audience": audience}
        return self._change(client_id, tenant_id, add={"federated_credentials": [credential]})

    def remove_federated_credential(
        self, issuer: str, subject: str, *, audience: str = EXCHANGE_AUDIENCE, client_id: str = "", tenant_id: str = ""
    ) -> ApplicationView:
        """Have such tokens stand for it no more."""
        credential = {"issuer": issuer, "subject": subject, "audience": audience}
        return self._change(client_id, tenant_id, remove={"federated_credentials": [credential]})

    def grant(self, *roles: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Consent to roles. Tokens issued from now on carry them, older ones don't."""
        return self._change(client_id, tenant_id, add={"roles": roles})

    def withdraw(self, *roles: str, client_id: str = "", tenant_id: str = "") -> ApplicationView:
        """Take the consent to roles back, for tokens issued from now on."""
        return self._change(client_id, tenant_id, remove={"roles": roles})

    def set_issuer(self, issuer: str, *, public_keys: Iterable[str] = (), jwks: dict[str, Any] | None = None) -> None:
        """Say by what keys, as PEM or as a JWKS document, tokens of an issuer are known; in place of earlier ones."""
        self._call("POST", "/issuers", {"issuer": issuer, "public_keys": list(public_keys), "jwks": jwks})

    def set_managed_identity(
        self,
        client_id: str,
        tenant_id: str = "",
        *,
        is_system_assigned: bool = False,
        roles: Sequence[str] | None = None,
    ) -> ManagedIdentityView:
        """Add a managed identity, which gets tokens at `connection.metadata_url`, or change one."""
        document: dict[str, Any] = self._name_application(client_id, tenant_id)
        document |= {"is_system_assigned": is_system_assigned} | ({} if roles is None else {"roles": list(roles)})
        return ManagedIdentityView.model_validate(self._call("POST", "/managed-identities", document))

    def remove_managed_identity(self, client_id: str) -> None:
        """Remove a managed identity."""
        self._call("DELETE", f"/managed-identities/{client_id}")

    def set_token_lifetime(self, seconds: int) -> None:
        """Have tokens issued from now on live so long, in real time."""
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
