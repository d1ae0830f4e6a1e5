"""Controls the stored secrets and the target applications of a running simulator."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph_simulator.control_client.transport import ControlTransport
from graph_simulator.control_client.views import CredentialValidationView, SecretWriteView


class TargetAppControl(ControlTransport):
    """Reads and changes the secrets that service principals store, and the target applications that check them."""

    def secrets(self, principal: str) -> dict[str, str]:
        """Return the secrets of a service principal, by key and in clear."""
        values: dict[str, str] = self._call("GET", f"/service-principals/{principal}/secrets")["values"]
        return values

    def set_secrets(
        self, principal: str, values: Mapping[str, str | None], *, replaces: bool = False
    ) -> dict[str, str]:
        """Store secrets as the portal does, and return what is stored then; None and "" remove a key.

        Unlike a PUT, this appears neither in the journal nor in `secret_writes`.
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
        """Change which credentials the target application accepts; an argument that is None changes nothing.

        By default the target application of a service principal is available and accepts anything.

        Args:
            principal: The service principal's object id.
            accepts: The accepted values by key, such as `{"SecretToken": ["good"]}`; None accepts any value.
            needs: Keys that must have a value, whatever it is.
            available: Whether the target application can validate credentials.
        """
        given = {"accepts": accepts and dict(accepts), "needs": needs, "is_available": available}
        document: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        self._call("PATCH", f"/service-principals/{principal}/target-app", document)

    def set_objects(self, *objects: Mapping[str, Any]) -> None:
        """Replace the users and groups that can be provisioned on demand.

        Args:
            objects: Each has `id`, `type` (`User`), `attributes` by name and `is_assigned`. Without any object, which
                is the default, every id is an object without further attributes.
        """
        self._call("PUT", "/objects", {"items": [dict(item) for item in objects]})

    def log_provisioning(self, job: str, *entries: Mapping[str, Any]) -> None:
        """Add entries of a job to the provisioning log: see `world.provisioning.log.LogEntry` for their fields."""
        self._call("POST", "/provisioning-log", {"items": [{"job_id": job, **entry} for entry in entries]})

    def secret_writes(self, principal: str = "") -> list[SecretWriteView]:
        """List the PUTs of secrets that Graph accepted, oldest first, with their values."""
        items = self._call("GET", "/secret-writes", query={"service_principal": principal})["items"]
        return [SecretWriteView.model_validate(item) for item in items]

    def credential_validations(self, principal: str = "") -> list[CredentialValidationView]:
        """List the validations of credentials, oldest first, with the values that were checked."""
        items = self._call("GET", "/credential-validations", query={"service_principal": principal})["items"]
        return [CredentialValidationView.model_validate(item) for item in items]
