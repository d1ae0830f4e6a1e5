from collections.abc import Mapping, Sequence
from typing import Any

from graph_simulator.control_client.transport import ControlTransport
from graph_simulator.control_client.views import CredentialValidationView, SecretWriteView


class TargetAppControl(ControlTransport):
    """The secrets that service principals store, and the applications that these open."""

    def secrets(self, principal: str) -> dict[str, str]:
        """Look at what a service principal stores, by key and in clear."""
        values: dict[str, str] = self._call("GET", f"/service-principals/{principal}/secrets")["values"]
        return values

    def set_secrets(
        self, principal: str, values: Mapping[str, str | None], *, replaces: bool = False
    ) -> dict[str, str]:
        """Store secrets as a person in the portal does: None and "" remove a key. Gives what is stored then.

        Unlike a PUT it is neither a request of the journal nor one of `secret_writes`.
        """
        document = {"values": dict(values), "replaces": replaces}
        stored: dict[str, str] = self._call("PATCH", f"/service-principals/{principal}/secrets", document)["values"]
        return stored

    def set_target_app(
        self,
        principal: str,
        *,
        accepts: Mapping[str, Sequence[str] | None] | None = None,
        needs: Sequence[str] | None = None,
        available: bool | None = None,
    ) -> None:
        """Say whom the target application lets in; what is not given stays.

        `accepts` names the values that it takes by key, `{"SecretToken": ["good"]}`; None stands for any. `needs` are
        keys that must have a value, whatever it is. One that is not `available` can't validate credentials. Each
        service principal begins with an application that is available and takes anything.
        """
        given = {"accepts": accepts and dict(accepts), "needs": needs, "is_available": available}
        document: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self._call("PATCH", f"/service-principals/{principal}/target-app", document)

    def secret_writes(self, principal: str = "") -> list[SecretWriteView]:
        """List the PUTs of secrets that Graph took, oldest first, with their values."""
        items = self._call("GET", "/secret-writes", query={"service_principal": principal})["items"]
        return [SecretWriteView.model_validate(item) for item in items]

    def credential_validations(self, principal: str = "") -> list[CredentialValidationView]:
        """List the validations of credentials, oldest first, with the values that were judged."""
        items = self._call("GET", "/credential-validations", query={"service_principal": principal})["items"]
        return [CredentialValidationView.model_validate(item) for item in items]
