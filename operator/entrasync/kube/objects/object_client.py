"""The API server for the objects of one kind: lists, and merge patches."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import quote

from entrasync.api.names import GROUP, VERSION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.object_meta import ObjectMeta
from entrasync.kube.client.api_client import ApiClient
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged

ObjectT = TypeVar("ObjectT", bound=ObjectMeta)


class ObjectClient(Generic[ObjectT]):
    """Lists and patches the objects of one kind. Keeps their store current with the answers to its own writes.

    `read` makes an object from the JSON of the API server. Each call may raise `ResourceChanged` (409, also for an
    answer that shows another object, created again under the same name), `ResourceGone` (404) and
    `ApiServerUnavailable` (anything else).
    """

    def __init__(
        self,
        api_client: ApiClient,
        store: Store[ObjectT],
        *,
        plural: str,
        read: Callable[[Mapping[str, Any]], ObjectT],
    ) -> None:
        self.plural = plural
        self.read = read
        self._api_client = api_client
        self._store = store
        self._refusals: Counter[str] = Counter()

    def count_refusals(self, *, besides: Callable[[str], bool]) -> int:
        """Count the writes that the API server has refused since it last took one.

        Namespaces for which `besides` returns True do not count: what is known to be refused there says nothing about
        the others.
        """
        return sum(times for namespace, times in self._refusals.items() if not besides(namespace))

    async def list_all(self, namespace: str | None = None) -> AsyncIterator[ObjectT]:
        """Read all objects of a namespace, or of the whole cluster (None), page by page."""
        async for page in self._api_client.list_pages(self._path(namespace)):
            for item in page.get("items") or ():
                yield self.read(item)

    async def patch_metadata(self, resource: ObjectT, patch: Mapping[str, Any]) -> ObjectT:
        """Merge-patch `metadata` and return the new object. With a `resourceVersion` inside, a stale one is refused."""
        return await self._patch(resource, "", {"metadata": patch})

    async def patch_status(self, resource: ObjectT, patch: Mapping[str, Any], *, if_unchanged: bool = False) -> ObjectT:
        """Merge-patch `status` through the subresource and return the new object.

        With `if_unchanged` the API server takes the patch only for the version that `resource` has. A uid would not do:
        the API server ignores it in a patch of `status`.
        """
        version = {"metadata": {"resourceVersion": resource.resource_version}} if if_unchanged else {}
        return await self._patch(resource, "/status", {"status": patch, **version})

    async def _patch(self, resource: ObjectT, subresource: str, body: Mapping[str, Any]) -> ObjectT:
        try:
            answer = await self._api_client.call("PATCH", self._path_of(resource.key) + subresource, body=body)
        except ApiServerUnavailable:
            self._refusals[resource.key.namespace] += 1
            raise
        self._refusals.clear()
        return self._keep(self.read(answer), resource)

    def _keep(self, written: ObjectT, resource: ObjectT) -> ObjectT:
        if written.uid != resource.uid:
            raise ResourceChanged(f"{resource.key} was deleted and made anew meanwhile")
        if written.is_deleting and not written.finalizers:
            self._store.remove(written.key, written.uid)
        else:
            self._store.put(written)
        return self._store.resolved(written)

    def _path(self, namespace: str | None) -> str:
        scope = f"namespaces/{quote(namespace)}/" if namespace else ""
        return f"/apis/{GROUP}/{VERSION}/{scope}{self.plural}"

    def _path_of(self, key: ObjectKey) -> str:
        return f"{self._path(key.namespace)}/{quote(key.name)}"
