"""The status of a GraphConnection on a real API server is written only to the object that was reconciled."""

import aiohttp
import pytest

from entrasync.core.connection.connection_resource import ConnectionResource
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.graph_connections import ConnectionClient
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ResourceChanged, ResourceGone
from tests.support.cluster import Cluster, Object

SOME_ID = "aaaaaaaa-1111-4111-8111-111111111111"
PROOF = {"clientId": SOME_ID, "secretRef": {"name": "entra", "key": "secret"}}
MANIFEST: Object = {
    "apiVersion": "entrasync.io/v1alpha1",
    "kind": "GraphConnection",
    "metadata": {"name": "contoso"},
    "spec": {"tenantId": SOME_ID, "clientSecret": PROOF},
}
ROLES = {"roles": ["Synchronization.ReadWrite.All"]}


async def test_the_status_of_a_connection_is_never_written_to_its_successor(
    cluster: Cluster, crd_installed: None, namespace: str
) -> None:
    trust = aiohttp.TCPConnector(ssl=cluster.plane.certificates.client_context(with_admin=True))
    store: Store[ConnectionResource] = Store()
    async with aiohttp.ClientSession(connector=trust) as session:
        server = ConnectionClient(ApiClient(cluster.plane.url, session), store)
        cluster.create("graphconnections", MANIFEST, namespace)
        [seen] = [found async for found in server.list_all(namespace)]
        written = await server.patch_status(seen, ROLES, if_unchanged=True)
        assert store.get(seen.key) == written
        cluster.delete("entrasync.io/v1alpha1", "graphconnections", "contoso", namespace)
        with pytest.raises(ResourceGone):
            await server.patch_status(written, ROLES, if_unchanged=True)
        cluster.create("graphconnections", MANIFEST, namespace)
        with pytest.raises(ResourceChanged):
            await server.patch_status(written, ROLES, if_unchanged=True)
        [anew] = [found async for found in server.list_all(namespace)]
        assert "roles" not in anew.status
