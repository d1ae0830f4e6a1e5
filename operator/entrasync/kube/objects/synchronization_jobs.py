"""The API server for SynchronizationJobs."""

from entrasync.api.names import FINALIZER, PLURAL
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import ResourceReader
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.objects.object_client import ObjectClient
from entrasync.reconcile.state.jobs import JobStore


class JobClient(ObjectClient[Resource]):
    """Implements `reconcile.ports.kubernetes.ResourceApi`."""

    def __init__(self, api_client: ApiClient, resources: JobStore) -> None:
        super().__init__(api_client, resources, plural=PLURAL, read=ResourceReader().read)

    async def release(self, resource: Resource) -> Resource:
        """Remove our finalizer. Returns the new resource."""
        return await self.remove_finalizer(resource, FINALIZER)
