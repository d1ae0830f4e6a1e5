"""What Kopf tells us, handed over.

No opinion about jobs. Errors in event handlers are dropped by Kopf, so these only enqueue.
"""

from collections.abc import Collection, Mapping
from typing import Any

import kopf

from entrasync.api.names import CONNECTION_PLURAL, GROUP, PLURAL, VERSION
from entrasync.core.connection.connection_resource import ConnectionResource, read_connection
from entrasync.core.primitives.clock import Clock
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.object_meta import has_news
from entrasync.core.resource.parsing import read_resource
from entrasync.reconcile.connection.registry import Connections
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import Resources


class Watch:
    """Puts what the watch shows into the store and wakes those whose wish or bonds changed."""

    def __init__(self, resources: Resources, queue: WorkQueue, *, clock: Clock) -> None:
        self._resources = resources
        self._queue = queue
        self._clock = clock

    def see(self, event_type: str | None, raw: Any) -> None:
        """Take one watch event (`ADDED`, `MODIFIED`, `DELETED`, None for the first list)."""
        seen = read_resource(raw)
        if event_type == "DELETED":
            self._resources.remove(seen.key, seen.uid)
            self._wake_after(seen)
        else:
            self.keep(seen)

    def keep(self, seen: Resource) -> None:
        """Take what the watch or a list shows: whichever is first wakes it, for to the other it is no news."""
        known = self._resources.put(seen)
        if known is None or has_news(known, seen):
            self._wake(seen, is_urgent=self._resources.is_complete)  # what was there at the start is nobody's edit

    def prune(self, known_before: Mapping[str, Resource], present: Collection[str]) -> None:
        """Forget what a complete list no longer shows."""
        for gone in self._resources.prune(known_before, present):
            self._wake_after(gone)

    def wake_all(self, place: str | None = None) -> None:
        """Have every resource in the store, or of one namespace, looked at, as after a start."""
        for resource in self._resources:
            if place in (None, resource.key.namespace):
                self._wake(resource, is_urgent=False)

    def _wake_after(self, gone: Resource) -> None:
        """What it claimed is free now: whoever it was a conflict for need not wait for the next poll."""
        for key in sorted({gone.key, *self._resources.keys_on(gone.service_principal_id or "")}):
            self._queue.add(key, since=self._clock.now())

    def _wake(self, resource: Resource, *, is_urgent: bool) -> None:
        self._queue.add(resource.key, since=self._clock.now(), is_urgent=is_urgent)


class ConnectionWatch:
    """Puts GraphConnections into their store, notes that they are there, and has those looked at that changed."""

    def __init__(
        self, store: Store[ConnectionResource], connections: Connections, queue: WorkQueue, *, clock: Clock
    ) -> None:
        self._store = store
        self._connections = connections
        self._queue = queue
        self._clock = clock

    def see(self, event_type: str | None, raw: Any) -> None:
        """Take one watch event (`ADDED`, `MODIFIED`, `DELETED`, None for the first list)."""
        seen = read_connection(raw)
        if event_type == "DELETED":
            self._store.remove(seen.key, seen.uid)
            self._wake(seen)
        else:
            self.keep(seen)

    def keep(self, seen: ConnectionResource) -> None:
        """Take what the watch or a list shows."""
        known = self._store.put(seen)
        if known is None or has_news(known, seen):
            self._connections.expect(seen.key)
            self._wake(seen)

    def prune(self, known_before: Mapping[str, ConnectionResource], present: Collection[str]) -> None:
        """Forget what a complete list no longer shows."""
        for gone in self._store.prune(known_before, present):
            self._wake(gone)

    def _wake(self, connection: ConnectionResource) -> None:
        self._queue.add(connection.key, since=self._clock.now(), is_urgent=self._store.is_complete)

    def wake_all(self, place: str | None = None) -> None:
        """Have every connection in the store, or of one namespace, looked at."""
        for connection in self._store:
            if place in (None, connection.key.namespace):
                self._wake(connection)


def register(registry: kopf.OperatorRegistry, watch: Watch, connection_watch: ConnectionWatch) -> None:
    """Subscribe to our own kinds."""

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=registry)
    async def synchronization_job_changed(event: kopf.RawEvent, **_: Any) -> None:
        watch.see(event["type"], event["object"])

    @kopf.on.event(GROUP, VERSION, CONNECTION_PLURAL, registry=registry)
    async def graph_connection_changed(event: kopf.RawEvent, **_: Any) -> None:
        connection_watch.see(event["type"], event["object"])
