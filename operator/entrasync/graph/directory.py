"""Service principals in the directory (Entra), which jobs and credentials belong to."""

from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.json_caller import JsonCaller
from entrasync.graph.calls.operations import FIND_SERVICE_PRINCIPAL, GET_SERVICE_PRINCIPAL, Operation


class DirectoryClient(JsonCaller):
    """`DirectoryApi` over HTTP."""

    async def has_service_principal(self, service_principal_id: str) -> bool:
        """Tell whether the directory knows the service principal; returns False only on Graph's own 404.

        An answer without an id raises, because it proves nothing.
        """
        url = f"{self._urls.service_principal(service_principal_id)}?$select=id"
        return await self._get_id(GET_SERVICE_PRINCIPAL, url) is not None

    async def find_service_principal(self, app_id: str) -> str | None:
        """Find the object id of an app's service principal; returns None only on Graph's own 404."""
        url = f"{self._urls.service_principal_by_app_id(app_id)}?$select=id"
        return await self._get_id(FIND_SERVICE_PRINCIPAL, url)

    async def _get_id(self, operation: Operation, url: str) -> str | None:
        document = await self._get(operation, url)
        if document is None:
            return None
        object_id = document.get("id")
        if not isinstance(object_id, str) or not object_id:
            raise make_unreadable_error(operation, "it has no id")
        return object_id
