"""The API server for GraphConnections: lists, and merge patches of their status."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

from entrasync.api.names import CONNECTION_PLURAL, GROUP, VERSION
from entrasync.core.connection.connection_resource import ConnectionResource, read_connection
from entrasync.kube.client.api_client import ApiClient
from entrasync.reconcile.engine.store import Store


class ConnectionServer:
    """Implements `reconcile.access.ConnectionApi`. Keeps the store current with the answers to its own writes."""

    def __init__(self, api_client: ApiClient, store: Store[ConnectionResource]) -> None:
        self._api_client = api_client
        self._store = store

    async def list_connections(self, namespace: str | None = None) -> AsyncIterator[ConnectionResource]:
        """Read all GraphConnections, page by page: of one namespace, or of the cluster."""
        place = f"namespaces/{quote(namespace)}/{CONNECTION_PLURAL}" if namespace else CONNECTION_PLURAL
        async for page in self._api_client.list_pages(f"/apis/{GROUP}/{VERSION}/{place}"):
            for item in page.get("items") or ():
                yield read_connection(item)

    async def patch_status(self, resource: ConnectionResource, patch: Mapping[str, Any]) -> ConnectionResource:
        """Merge-patch `status` (contract: `reconcile.access.ConnectionApi`).

        Bound to the version, for the API server ignores a uid in a patch of `status`.
        """
        namespace, name = quote(resource.key.namespace), quote(resource.key.name)
        path = f"/apis/{GROUP}/{VERSION}/namespaces/{namespace}/{CONNECTION_PLURAL}/{name}/status"
        body = {"metadata": {"resourceVersion": resource.resource_version}, "status": patch}
        written = read_connection(await self._api_client.call("PATCH", path, body=body))
        self._store.put(written)
        return written
