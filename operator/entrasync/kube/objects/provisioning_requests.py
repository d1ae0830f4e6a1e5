"""The API server for ProvisioningRequests."""

from entrasync.api.names import PROVISIONING_PLURAL
from entrasync.core.provisioning.request_resource import RequestResource, read_request
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.object_client import ObjectClient
from entrasync.reconcile.engine.store import Store


class RequestClient(ObjectClient[RequestResource]):
    """Implements `reconcile.ports.provisioning.RequestApi`."""

    def __init__(self, api_client: ApiClient, store: Store[RequestResource]) -> None:
        super().__init__(api_client, store, plural=PROVISIONING_PLURAL, read=read_request)
