"""An API server and a sink of Events in memory."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from entrasync.api.names import FINALIZER
from entrasync.core.decision.event import Event
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone, Subject
from entrasync.reconcile.state.jobs import JobStore


def merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """Apply a merge patch (RFC 7386)."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            before = result.get(name)
            result[name] = merged(before if isinstance(before, Mapping) else {}, value)
        else:
            result[name] = value
    return result


class Now(Protocol):
    """What tells the world's time."""

    def now(self) -> datetime: ...


class FakeApiServer:
    """`ResourceApi` over a dict, with versions, and `NamespaceStore`.

    `meanwhile` runs once, before the next write. While it `is_cut_off` no call is answered. It is its own
    `ApiServerContact`, by the world's clock.
    """

    def __init__(self, resources: JobStore, clock: Now) -> None:
        self.resources = resources
        self._clock = clock
        self._answered_at = clock.now()
        self.refreshes = 0
        self.is_cut_off = False
        self.stored: dict[ObjectKey, Resource] = {}
        self.writes: list[str] = []
        self.patches: list[Mapping[str, Any]] = []
        self.failures: deque[Exception | None] = deque()
        self.meanwhile: Callable[[], None] | None = None
        self.namespaces: dict[str, Mapping[str, str] | Exception | None] = {}
        self.namespace_reads: list[str] = []

    def apply(self, resource: Resource) -> None:
        """Store a resource as a user would, and have the watch show it."""
        self.change(resource)
        self.resources.put(self.stored[resource.key])

    def change(self, resource: Resource) -> None:
        """Store a resource that the watch has not shown yet."""
        known = self.stored.get(resource.key)
        version = str(int(known.resource_version if known else "0") + 1)
        self.stored[resource.key] = replace(resource, resource_version=version)

    async def patch_metadata(self, resource: Resource, patch: Mapping[str, Any]) -> Resource:
        known = self._begin(resource, "metadata", patch, patch.get("resourceVersion"))
        changed = replace(
            known,
            annotations=merged(known.annotations, patch.get("annotations", {})),
            finalizers=tuple(patch.get("finalizers", known.finalizers)),
        )
        return self._store(changed)

    async def release(self, resource: Resource) -> Resource:
        known = self._begin(resource, "metadata", {}, None)
        return self._store(replace(known, finalizers=tuple(name for name in known.finalizers if name != FINALIZER)))

    async def patch_status(
        self, resource: Resource, patch: Mapping[str, Any], *, if_unchanged: bool = False
    ) -> Resource:
        version = resource.resource_version if if_unchanged else None
        known = self._begin(resource, "status", patch, version)
        return self._store(replace(known, status=merged(known.status, patch)))

    async def refresh(self, resource: Resource) -> None:
        self.refreshes += 1
        self._answer()
        if (known := self.stored.get(resource.key)) is None:
            raise ResourceGone(str(resource.key))
        self.resources.put(known)

    def silence(self) -> timedelta:
        return self._clock.now() - self._answered_at

    async def read_annotations(self, namespace: str) -> Mapping[str, str] | None:
        self.namespace_reads.append(namespace)
        found = self.namespaces.get(namespace, {})
        if isinstance(found, Exception):
            raise found
        return found

    def _begin(self, resource: Resource, what: str, patch: Mapping[str, Any], version: str | None) -> Resource:
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if self.failures and (error := self.failures.popleft()) is not None:
            raise error
        self._answer()
        known = self.stored.get(resource.key)
        if known is None:
            raise ResourceGone(str(resource.key))
        if known.uid != resource.uid or (version is not None and version != known.resource_version):
            raise ResourceChanged(str(resource.key))
        self.writes.append(what)
        self.patches.append(patch)
        return known

    def _answer(self) -> None:
        if self.is_cut_off:
            raise ApiServerUnavailable("no route to the API server")
        self._answered_at = self._clock.now()

    def _store(self, changed: Resource) -> Resource:
        self.change(changed)
        written = self.stored[changed.key]
        if written.is_deleting and not written.finalizers:
            del self.stored[changed.key]
            self.resources.remove(changed.key, changed.uid)
        else:
            self.resources.put(written)
        return self.resources.resolved(written)


@dataclass
class FakeDefinitions:
    """`DefinitionStore` that says what a test sets, and raises it if it is an error."""

    is_deleted: bool | Exception = False

    async def is_job_kind_deleted(self) -> bool:
        if isinstance(self.is_deleted, Exception):
            raise self.is_deleted
        return self.is_deleted


@dataclass
class RecordedEvents:
    """`EventSink` that keeps all Events."""

    events: list[Event] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        return [str(event.reason) for event in self.events]

    def record(self, subject: Subject, event: Event) -> None:
        self.events.append(event)
