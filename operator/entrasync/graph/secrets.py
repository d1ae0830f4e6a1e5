"""The credentials of target apps that Graph stores."""

from collections.abc import Mapping

from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.json_caller import JsonCaller
from entrasync.graph.calls.operations import LIST_SECRETS, PUT_SECRETS, VALIDATE_CREDENTIALS
from entrasync.graph.wire.payloads import UnreadableError, read_secrets


class SecretsClient(JsonCaller):
    """`SecretsApi` over HTTP."""

    @property
    def is_losing_secrets(self) -> bool:
        """Whether this is beta, which marks its calls about secrets for removal (graph-facts 2.4)."""
        return self._endpoint.api_version == "beta"

    async def list_secrets(self, service_principal_id: str) -> tuple[StoredSecret, ...]:
        """Read every stored credential, sensitive values as `*` (graph-facts 5.3).

        Microsoft documents no GET, but it works. Raises `Transient` when an entry cannot be read.
        """
        url = self._urls.synchronization(service_principal_id, "secrets")
        entries = await self._list(LIST_SECRETS, url)
        try:
            return read_secrets(entries)
        except UnreadableError as error:
            raise make_unreadable_error(LIST_SECRETS, str(error)) from None

    async def put_secrets(self, service_principal_id: str, entries: Mapping[str, str]) -> None:
        """Store credentials by key; an empty value removes most of them. May be repeated."""
        url = self._urls.synchronization(service_principal_id, "secrets")
        await self._send(PUT_SECRETS, "PUT", url, document={"value": _pairs(entries)}, secrets=entries)

    async def validate_credentials(self, service_principal_id: str, job_id: str, entries: Mapping[str, str]) -> None:
        """Let the target app try credentials. Raises `Refused` (400) when the app does not take them."""
        url = self._urls.job(service_principal_id, job_id, "validateCredentials")
        document = {"credentials": _pairs(entries)}
        await self._send(VALIDATE_CREDENTIALS, "POST", url, document=document, secrets=entries)


def _pairs(entries: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in entries.items()]
