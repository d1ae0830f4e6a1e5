"""Our own calls to the API server: lists of our kind, merge patches, Events. All by the session that Kopf uses too."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import quote

import aiohttp

from entrasync.api.names import GROUP, PLURAL, VERSION
from entrasync.core.reading import Defaults, read_resource
from entrasync.core.resource import Resource
from entrasync.reconcile.ports import ApiServerUnavailable, ResourceChanged, ResourceGone
from entrasync.reconcile.resources import Resources

PAGE = 500
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)


class ApiServer:
    """The API server for our own kind. Keeps the store current with the answers to its own writes."""

    def __init__(
        self, server: str, session: aiohttp.ClientSession, resources: Resources, *, defaults: Defaults
    ) -> None:
        self._server = server.rstrip("/")
        self._session = session
        self._resources = resources
        self._defaults = defaults
        self._refusals = 0

    @property
    def refusals_in_a_row(self) -> int:
        """How many writes to our own kind the API server did not take since it last took one."""
        return self._refusals

    async def list_resources(self, namespace: str | None = None) -> AsyncIterator[Resource]:
        """Read all resources of our kind, page by page: of one namespace, or of the cluster."""
        place = f"namespaces/{quote(namespace)}/{PLURAL}" if namespace else PLURAL
        token = ""
        while True:
            query = {"limit": str(PAGE)} | ({"continue": token} if token else {})
            page = await self._call("GET", f"/apis/{GROUP}/{VERSION}/{place}", query=query)
            for item in page.get("items") or ():
                yield read_resource(item, self._defaults)
            token = (page.get("metadata") or {}).get("continue") or ""
            if not token:
                return

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
        await self._call("POST", f"/api/v1/namespaces/{quote(namespace)}/events", body=event)

    async def _patch(self, resource: Resource, subresource: str, body: Mapping[str, Any]) -> Resource:
        key = resource.key
        path = f"/apis/{GROUP}/{VERSION}/namespaces/{quote(key.namespace)}/{PLURAL}/{quote(key.name)}{subresource}"
        try:
            answer = await self._call("PATCH", path, body=body)
        except ApiServerUnavailable:
            self._refusals += 1
            raise
        self._refusals = 0
        written = read_resource(answer, self._defaults)
        if written.uid != resource.uid:
            raise ResourceChanged(f"{key} was deleted and made anew meanwhile")
        if written.is_deleting and not written.finalizers:
            self._resources.remove(written.key, written.uid)
        else:
            self._resources.put(written)
        return written

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Mapping[str, Any] | None = None
    ) -> Any:
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        try:
            async with self._session.request(
                method, self._server + path, params=query, data=data, headers={"Content-Type": kind}, timeout=TIMEOUT
            ) as response:
                if response.status >= 400:
                    raise await _error_of(response)
                return await response.json()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: what came is no JSON
            raise ApiServerUnavailable(f"{method} {path}: {type(error).__name__} {error}") from error


async def _error_of(response: aiohttp.ClientResponse) -> Exception:
    try:
        message = str((await response.json()).get("message", ""))
    except (ValueError, aiohttp.ClientError, AttributeError):
        message = ""
    words = f"{response.method} {response.url.path}: {response.status} {message[:500]}"
    match response.status:
        case 409:
            return ResourceChanged(words)
        case 404:
            return ResourceGone(words)
        case _:
            return ApiServerUnavailable(words)
