"""The API server for the objects of one kind: lists, and patches that never reach another object of the same name."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from entrasync.api.names import GROUP, VERSION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.object_meta import ObjectMeta
from entrasync.kube.client.api_client import REFUSALS, ApiClient, Unprocessable
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone, WriteRefused

ObjectT = TypeVar("ObjectT", bound=ObjectMeta)

MAX_TRIES = 5
"""The most tries of a patch that somebody else's edits overtake. Each follows a look at the newest version."""

Patch = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""A merge patch, or the operations of a JSON patch."""


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

    async def refresh(self, resource: ObjectT) -> None:
        """Read one object again into the store, by a list of its name, which takes no right to get.

        Raises `ResourceGone` when there is none of that name any more.
        """
        query = {"fieldSelector": f"metadata.name={resource.key.name}"}
        answer = await self._api_client.call("GET", self._path(resource.key.namespace), query=query)
        found = answer.get("items") or ()
        if not found:
            raise ResourceGone(f"{resource.key} was deleted")
        self._keep(self.read(found[0]), resource)

    async def patch_metadata(self, resource: ObjectT, patch: Mapping[str, Any]) -> ObjectT:
        """Merge-patch `metadata` of this very object, by its uid, and return the new one.

        With a `resourceVersion` inside, a stale one is refused. Raises `WriteRefused` too.
        """
        try:
            return await self._patch_metadata(resource, {"metadata": {"uid": resource.uid, **patch}})
        except Unprocessable as error:
            await self._look(resource)  # the uid is that of another object, unless this returns
            raise WriteRefused(str(error)) from error

    async def patch_status(self, resource: ObjectT, patch: Mapping[str, Any], *, if_unchanged: bool = False) -> ObjectT:
        """Merge-patch `status` through the subresource and return the new object.

        Every patch names a version of this very object, because the API server ignores a uid in a patch of `status`.
        With `if_unchanged` that is the version that `resource` has, and whoever was faster wins. Otherwise it is the
        newest version, and the patch is merged into whatever an edit of others has made of the object meanwhile: they
        do not write `status`.
        """
        if if_unchanged:
            return await self._patch_version(resource, patch)
        newest = self._store.newest(resource)
        for _ in range(MAX_TRIES - 1):
            try:
                return await self._patch_version(newest, patch)
            except ResourceChanged:
                newest = await self._look(resource)
        return await self._patch_version(newest, patch)

    async def delete(self, resource: ObjectT) -> None:
        """Delete this very object, by its uid. Idempotent. The watch shows it gone."""
        body = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": resource.uid}}
        with suppress(ResourceGone):
            await self._api_client.call("DELETE", self._path_of(resource.key), body=body)

    async def remove_finalizer(self, resource: ObjectT, finalizer: str) -> ObjectT:
        """Remove one finalizer of this very object and return the new one. Idempotent.

        The patch tests only the uid and that finalizer, so no edit of others stops it. Raises `WriteRefused` too.
        """
        newest = self._store.newest(resource)
        for _ in range(MAX_TRIES):
            if finalizer not in newest.finalizers:
                return newest
            tried = newest
            try:
                return await self._patch_metadata(tried, _without_finalizer(tried, finalizer))
            except ResourceChanged:
                newest = await self._look(resource)
            except Unprocessable as error:
                newest = await self._look(resource)
                if newest.finalizers == tried.finalizers:  # so the patch's own test has not failed
                    raise WriteRefused(str(error)) from error
        raise ResourceChanged(f"the finalizers of {resource.key} change faster than ours can be removed")

    async def _look(self, resource: ObjectT) -> ObjectT:
        """Return the newest version of an object, by an empty patch: the operator has no right to get it.

        Raises `ResourceChanged` when there is another object under its name.
        """
        return await self._patch(resource, "/status", {})

    async def _patch_metadata(self, resource: ObjectT, body: Patch) -> ObjectT:
        try:
            return await self._patch(resource, "", body)
        except REFUSALS as error:
            raise WriteRefused(str(error)) from error

    async def _patch_version(self, version: ObjectT, patch: Mapping[str, Any]) -> ObjectT:
        metadata = {"resourceVersion": version.resource_version}
        return await self._patch(version, "/status", {"status": patch, "metadata": metadata})

    async def _patch(self, resource: ObjectT, subresource: str, body: Patch) -> ObjectT:
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
        scope = f"namespaces/{encode_segment(namespace)}/" if namespace else ""
        return f"/apis/{GROUP}/{VERSION}/{scope}{self.plural}"

    def _path_of(self, key: ObjectKey) -> str:
        return f"{self._path(key.namespace)}/{encode_segment(key.name)}"


def _without_finalizer(resource: ObjectMeta, finalizer: str) -> list[dict[str, Any]]:
    """Return the JSON patch that removes one finalizer, wherever it stands among those of others."""
    place = f"/metadata/finalizers/{resource.finalizers.index(finalizer)}"
    return [
        {"op": "test", "path": "/metadata/uid", "value": resource.uid},
        {"op": "test", "path": place, "value": finalizer},
        {"op": "remove", "path": place},
    ]
