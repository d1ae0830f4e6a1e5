"""A watch of the Secrets that are labelled for it, by their metadata: values never travel.

Kopf would watch all Secrets with all they hold. Without the right to list and watch, Secrets are read again at polls.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from entrasync.api.names import WATCH_LABEL
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient, Forbidden
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

LOG = logging.getLogger("entrasync.kube")

LIST_FORM = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
WATCH_FORM = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

SELECTOR = {"labelSelector": f"{WATCH_LABEL}=true"}
WATCH_SECONDS = "290"
"""The API server ends each watch by then; the next one goes on where it ended."""

BETWEEN_WATCHES = 1.0
BETWEEN_TRIES = 5.0
WHILE_FORBIDDEN = 300.0
"""Real seconds until the next list: after a watch that ended as it should, one that was cut, one that was refused."""


@dataclass
class _Place:
    """A namespace, or the cluster (None), and the versions of the Secrets seen there."""

    namespace: str | None
    versions: dict[ObjectKey, str] = field(default_factory=dict)
    is_forbidden: bool = False

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{quote(self.namespace)}/secrets" if self.namespace else "/api/v1/secrets"


@dataclass
class SecretWatch:
    """Tells `on_change` of each labelled Secret that has come, changed or gone."""

    api_client: ApiClient
    namespaces: Sequence[str]
    on_change: Callable[[ObjectKey], None]
    _places: list[_Place] = field(init=False)

    def __post_init__(self) -> None:
        self._places = [_Place(namespace) for namespace in self.namespaces or (None,)]

    async def prime(self) -> None:
        """Note which Secrets there are before any is read for work, so that no change falls in between. Never fails."""
        for namespace in self._places:
            try:
                await self._list(namespace)
            except (ApiServerUnavailable, ResourceGone, ResourceChanged):
                continue  # `run` tries again and tells

    async def run(self) -> None:
        """Watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            for namespace in self._places:
                tasks.create_task(self._follow(namespace))

    async def _follow(self, namespace: _Place) -> None:
        while True:
            try:
                version = await self._list(namespace)
                namespace.is_forbidden = False
                await self._watch(namespace, version)
                pause = BETWEEN_WATCHES
            except Forbidden as error:
                self._log_forbidden(namespace, error)
                pause = WHILE_FORBIDDEN
            except (ApiServerUnavailable, ResourceGone, ResourceChanged) as error:
                LOG.info("The watch of Secrets was cut; begun anew.", extra={"why": str(error)})
                pause = BETWEEN_TRIES
            await asyncio.sleep(pause)

    async def _list(self, namespace: _Place) -> str:
        """Read which labelled Secrets there are, and tell what is new against the list before."""
        found: dict[ObjectKey, str] = {}
        version = ""
        async for page in self.api_client.list_pages(namespace.path, query=SELECTOR, accept=LIST_FORM):
            found |= dict(_read(item) for item in page.get("items") or ())
            version = str((page.get("metadata") or {}).get("resourceVersion", ""))
        before, namespace.versions = namespace.versions, found
        for key in sorted({key for key, _ in before.items() ^ found.items()}):
            self.on_change(key)
        return version

    async def _watch(self, namespace: _Place, version: str) -> None:
        query = {**SELECTOR, "resourceVersion": version, "timeoutSeconds": WATCH_SECONDS}
        async for event in self.api_client.watch(namespace.path, query=query, accept=WATCH_FORM):
            if event.get("type") == "ERROR":
                return  # the version is too old: the next list tells what is new
            key, seen = _read(event["object"])
            if event["type"] == "DELETED":
                namespace.versions.pop(key, None)
            elif namespace.versions.get(key) == seen:
                continue
            else:
                namespace.versions[key] = seen
            self.on_change(key)

    def _log_forbidden(self, namespace: _Place, error: Forbidden) -> None:
        if not namespace.is_forbidden:
            LOG.warning(
                "Secrets cannot be watched; their changes are seen at the next poll. %s",
                "Grant list and watch on secrets to see them at once.",
                extra={"why": str(error)},
            )
        namespace.is_forbidden = True


def _read(item: Any) -> tuple[ObjectKey, str]:
    metadata = item["metadata"]
    return ObjectKey(metadata["namespace"], metadata["name"]), str(metadata["resourceVersion"])
