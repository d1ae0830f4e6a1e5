"""Watches the metadata of the Secrets and ConfigMaps that are labelled for it. What they hold is never sent.

Kopf would watch all of them with their values. Without the right to list and watch, they are read again at polls.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from entrasync.api.names import WATCH_LABEL
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient, Forbidden
from entrasync.kube.client.paths import encode_segment
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

LOG = logging.getLogger("entrasync.kube")

LIST_FORM = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
WATCH_FORM = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"

SELECTOR = {"labelSelector": f"{WATCH_LABEL}=true"}
WATCH_TIMEOUT_SECONDS = "290"
"""The API server ends each watch after that time. The next one begins with a list."""

WATCH_DELAY_SECONDS = 1.0
RETRY_DELAY_SECONDS = 5.0
FORBIDDEN_DELAY_SECONDS = 300.0
"""Real seconds until the next list: after a watch that ended in time, one that was cut, and one that was refused."""


@dataclass
class _WatchedNamespace:
    """A namespace, or the cluster (None), and the versions of the objects that were seen there."""

    plural: str
    namespace: str | None
    versions: dict[ObjectKey, str] = field(default_factory=dict)
    is_forbidden: bool = False

    @property
    def path(self) -> str:
        scope = f"namespaces/{encode_segment(self.namespace)}/" if self.namespace else ""
        return f"/api/v1/{scope}{self.plural}"


@dataclass
class LabelledWatch:
    """Calls `on_change` with the key of each labelled object that was added, changed or deleted.

    `kind` is the kind of the objects in the plural, as people write it: Secrets or ConfigMaps.
    """

    kind: str
    api_client: ApiClient
    namespaces: Sequence[str]
    on_change: Callable[[ObjectKey], None]
    _watched: list[_WatchedNamespace] = field(init=False)

    def __post_init__(self) -> None:
        self._watched = [_WatchedNamespace(self.plural, namespace) for namespace in self.namespaces or (None,)]

    @property
    def plural(self) -> str:
        """The plural of the kind, as the API server writes it."""
        return self.kind.lower()

    async def prime(self) -> None:
        """List the objects before any is read for work, so that no change in between is lost. Never fails."""
        for watched in self._watched:
            try:
                await self._list(watched)
            except (ApiServerUnavailable, ResourceGone, ResourceChanged):
                continue  # `run` tries again and logs it

    async def run(self) -> None:
        """Watch for ever."""
        async with asyncio.TaskGroup() as tasks:
            for watched in self._watched:
                tasks.create_task(self._follow(watched))

    async def _follow(self, watched: _WatchedNamespace) -> None:
        while True:
            try:
                version = await self._list(watched)
                watched.is_forbidden = False
                await self._watch(watched, version)
                delay = WATCH_DELAY_SECONDS
            except Forbidden as error:
                self._log_forbidden(watched, error)
                delay = FORBIDDEN_DELAY_SECONDS
            except (ApiServerUnavailable, ResourceGone, ResourceChanged) as error:
                LOG.info("The watch of %s was cut; it is started again.", self.kind, extra={"why": str(error)})
                delay = RETRY_DELAY_SECONDS
            await asyncio.sleep(delay)

    async def _list(self, watched: _WatchedNamespace) -> str:
        """List the labelled objects and report what differs from the list before. Returns the version to watch from."""
        found: dict[ObjectKey, str] = {}
        version = ""
        async for page in self.api_client.list_pages(watched.path, query=SELECTOR, accept=LIST_FORM):
            found |= dict(_read(item) for item in page.get("items") or ())
            version = str((page.get("metadata") or {}).get("resourceVersion", ""))
        before, watched.versions = watched.versions, found
        for key in sorted({key for key, _ in before.items() ^ found.items()}):
            self.on_change(key)
        return version

    async def _watch(self, watched: _WatchedNamespace, version: str) -> None:
        query = {**SELECTOR, "resourceVersion": version, "timeoutSeconds": WATCH_TIMEOUT_SECONDS}
        async for event in self.api_client.watch(watched.path, query=query, accept=WATCH_FORM):
            if event.get("type") == "ERROR":
                return  # the version is too old: the next list shows what is new
            key, seen = _read(event["object"])
            if event["type"] == "DELETED":
                watched.versions.pop(key, None)
            elif watched.versions.get(key) == seen:
                continue
            else:
                watched.versions[key] = seen
            self.on_change(key)

    def _log_forbidden(self, watched: _WatchedNamespace, error: Forbidden) -> None:
        if not watched.is_forbidden:
            LOG.warning(
                "%s cannot be watched; their changes are seen at the next poll. "
                "Grant list and watch on %s to see them at once.",
                self.kind,
                self.plural,
                extra={"why": str(error)},
            )
        watched.is_forbidden = True


def _read(item: Any) -> tuple[ObjectKey, str]:
    metadata = item["metadata"]
    return ObjectKey(metadata["namespace"], metadata["name"]), str(metadata["resourceVersion"])
