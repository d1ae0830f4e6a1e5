"""The informer of ProvisioningRequests."""

from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.reconcile.engine.informer import Informer


class RequestInformer(Informer[RequestResource]):
    """Keeps the store of ProvisioningRequests current. A new one is urgent, because somebody waits for it."""

    def _answered_generation(self, seen: RequestResource) -> int:
        answered = seen.status.get("observedGeneration")
        return answered if isinstance(answered, int) else -1
