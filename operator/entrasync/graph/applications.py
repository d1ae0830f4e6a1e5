"""App registrations in the directory (Entra): when their client secrets end."""

from entrasync.core.connection.credential_expiry import ListedSecret
from entrasync.core.primitives.json_values import read_text
from entrasync.core.primitives.times import parse_time
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.json_caller import JsonCaller
from entrasync.graph.calls.operations import LIST_CLIENT_SECRETS


class ApplicationsClient(JsonCaller):
    """Reads app registrations. Its methods raise what `Exchange.send` raises."""

    async def list_client_secrets(self, client_id: str) -> tuple[ListedSecret, ...] | None:
        """List the client secrets of an app registration, without their values; None only on Graph's own 404.

        It gives way to all other calls. The app registration may be in another tenant than its service principal.
        Source: docs-contrib `application-get.md` and `passwordcredential.md` (graph-facts 7.3).
        """
        url = f"{self._urls.application_by_app_id(client_id)}?$select=passwordCredentials"
        document = await self._get(LIST_CLIENT_SECRETS, url, is_background=True)
        if document is None:
            return None
        entries = document.get("passwordCredentials")
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            raise make_unreadable_error(LIST_CLIENT_SECRETS, "it has no list of client secrets")
        return tuple(
            ListedSecret(read_text(entry.get("hint")) or "", parse_time(entry.get("endDateTime"))) for entry in entries
        )
