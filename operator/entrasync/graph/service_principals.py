"""The service principals of a tenant by name. The operator itself needs only their ids (`graph/directory.py`)."""

from dataclasses import dataclass
from http import HTTPStatus

from entrasync.core.primitives.json_values import read_text
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.json_caller import JsonCaller
from entrasync.graph.calls.operations import FIND_SERVICE_PRINCIPAL, GET_SERVICE_PRINCIPAL, Operation

_LIST = Operation(
    "list_service_principals",
    "list the service principals",
    GET_SERVICE_PRINCIPAL.permissions,
    frozenset({HTTPStatus.OK}),
)

_SELECT = "$select=id,appId,displayName,servicePrincipalType"

_LARGEST_PAGE = 999
"""The most that `$top` may ask for (graph-facts 6.5)."""

_MANAGED_IDENTITY = "ManagedIdentity"


@dataclass(frozen=True)
class ServicePrincipal:
    """A service principal (enterprise application)."""

    id: str
    app_id: str
    display_name: str
    is_managed_identity: bool = False
    """It stands for a resource of Azure, which nothing is provisioned to."""


class ServicePrincipalsClient(JsonCaller):
    """Reads service principals with their names. Its methods raise what `Exchange.send` raises."""

    async def list_service_principals(self) -> tuple[ServicePrincipal, ...]:
        """Read all service principals of the tenant, 999 a page; entries without an id are left out.

        Graph has no filter for those with provisioning: only the jobs of each tell (graph-facts 6.5).
        """
        url = f"{self._urls.service_principals()}?{_SELECT}&$top={_LARGEST_PAGE}"
        entries = await self._list(_LIST, url)
        return tuple(found for entry in entries if (found := _read(entry)) is not None)

    async def read_service_principal(self, object_id: str) -> ServicePrincipal | None:
        """Read one by its object id; returns None only on Graph's own 404."""
        return await self._read_one(GET_SERVICE_PRINCIPAL, self._urls.service_principal(object_id))

    async def read_service_principal_of_app(self, app_id: str) -> ServicePrincipal | None:
        """Read one by the id of its app; returns None only on Graph's own 404."""
        return await self._read_one(FIND_SERVICE_PRINCIPAL, self._urls.service_principal_by_app_id(app_id))

    async def _read_one(self, operation: Operation, url: str) -> ServicePrincipal | None:
        document = await self._get(operation, f"{url}?{_SELECT}")
        if document is None:
            return None
        if (found := _read(document)) is None:
            raise make_unreadable_error(operation, "it has no id")
        return found


def _read(entry: object) -> ServicePrincipal | None:
    if not isinstance(entry, dict) or not (object_id := read_text(entry.get("id"))):
        return None
    app_id, name = read_text(entry.get("appId")), read_text(entry.get("displayName"))
    is_managed = entry.get("servicePrincipalType") == _MANAGED_IDENTITY
    return ServicePrincipal(object_id, app_id or "", name or "", is_managed)
