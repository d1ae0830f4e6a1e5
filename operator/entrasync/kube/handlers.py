"""What Kopf tells us, handed over.

No opinion about jobs. Errors in event handlers are dropped by Kopf, so these only enqueue.
"""

from collections.abc import Collection, Mapping
from typing import Any

import kopf

from entrasync.api.names import GROUP, PLURAL, VERSION
from entrasync.core.clock import Clock
from entrasync.core.reading import read_resource
from entrasync.core.resource import Resource, has_news
from entrasync.reconcile.queue import WorkQueue
from entrasync.reconcile.resources import Resources


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

    def wake_all(self) -> None:
        """Have every resource in the store looked at, as after a start."""
        for resource in self._resources:
            self._wake(resource, is_urgent=False)

    def _wake_after(self, gone: Resource) -> None:
        """What it claimed is free now: whoever it was a conflict for need not wait for the next poll."""
        for key in sorted({gone.key, *self._resources.keys_on(gone.service_principal_id or "")}):
            self._queue.add(key, since=self._clock.now())

    def _wake(self, resource: Resource, *, is_urgent: bool) -> None:
        self._queue.add(resource.key, since=self._clock.now(), is_urgent=is_urgent)


def register(registry: kopf.OperatorRegistry, watch: Watch) -> None:
    """Subscribe to our own kind."""

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=registry)
    async def synchronization_job_changed(event: kopf.RawEvent, **_: Any) -> None:
        watch.see(event["type"], event["object"])
