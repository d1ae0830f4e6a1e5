"""The API server for SynchronizationJobs: lists and merge patches, and Events on any of our kinds."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any
from urllib.parse import quote

from entrasync.api.names import GROUP, PLURAL, VERSION
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import read_resource
from entrasync.kube.client.api_client import ApiClient
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged
from entrasync.reconcile.state.jobs import Resources


class ApiServer:
    """The API server for our own kind. Keeps the store current with the answers to its own writes."""

    def __init__(self, api_client: ApiClient, resources: Resources) -> None:
        self._api_client = api_client
        self._resources = resources
        self._refusals: Counter[str] = Counter()

    def count_refusals(self, *, besides: Callable[[str], bool]) -> int:
        """Count the writes to our own kind that the API server did not take since it last took one.

        What is known to be refused in a namespace says nothing about the others.
        """
        return sum(times for namespace, times in self._refusals.items() if not besides(namespace))

    async def list_resources(self, namespace: str | None = None) -> AsyncIterator[Resource]:
        """Read all resources of our kind, page by page: of one namespace, or of the cluster."""
        place = f"namespaces/{quote(namespace)}/{PLURAL}" if namespace else PLURAL
        async for page in self._api_client.list_pages(f"/apis/{GROUP}/{VERSION}/{place}"):
            for item in page.get("items") or ():
                yield read_resource(item)

    async def patch_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        """Merge-patch `metadata` (contract: `reconcile.ports.ResourceApi`)."""
        return await self._patch(resource, "", {"metadata": patch})

    async def patch_status(
        self, resource: Resource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> Resource:
        """Merge-patch `status` (contract: `reconcile.ports.ResourceApi`)."""
        version = {"metadata": {"resourceVersion": resource.resource_version}} if if_unchanged else {}
        return await self._patch(resource, "/status", {"status": patch, **version})

    async def post_event(self, namespace: str, event: Mapping[str, Any]) -> None:
        """Post an Event of core/v1."""
        await self._api_client.call("POST", f"/api/v1/namespaces/{quote(namespace)}/events", body=event)

    async def _patch(self, resource: Resource, subresource: str, body: Mapping[str, Any]) -> Resource:
        key = resource.key
        path = f"/apis/{GROUP}/{VERSION}/namespaces/{quote(key.namespace)}/{PLURAL}/{quote(key.name)}{subresource}"
        try:
            answer = await self._api_client.call("PATCH", path, body=body)
        except ApiServerUnavailable:
            self._refusals[key.namespace] += 1
            raise
        self._refusals.clear()
        written = read_resource(answer)
        if written.uid != resource.uid:
            raise ResourceChanged(f"{key} was deleted and made anew meanwhile")
        if written.is_deleting and not written.finalizers:
            self._resources.remove(written.key, written.uid)
        else:
            self._resources.put(written)
        return self._resources.resolved(written)
