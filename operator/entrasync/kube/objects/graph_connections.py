"""The API server for GraphConnections."""

from entrasync.api.names import CONNECTION_PLURAL
from entrasync.core.connection.connection_resource import ConnectionResource, read_connection
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.object_client import ObjectClient
from entrasync.reconcile.engine.store import Store


class ConnectionClient(ObjectClient[ConnectionResource]):
    """Implements `reconcile.ports.tenant_access.ConnectionApi`."""

    def __init__(self, api_client: ApiClient, store: Store[ConnectionResource]) -> None:
        super().__init__(api_client, store, plural=CONNECTION_PLURAL, read=read_connection)
