"""The informer of a kind: it puts what a watch or list shows into the store, and what is new into the queue."""

from collections.abc import Collection, Mapping
from typing import ClassVar, Generic, TypeVar

from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.object_meta import ObjectMeta, has_news
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue

ObjectT = TypeVar("ObjectT", bound=ObjectMeta)


class Informer(Generic[ObjectT]):
    """Keeps the store of one kind current and enqueues the objects that users have changed.

    A kind that has more to do overrides `_note_change` and `_enqueue_after_deletion`. A kind `is_awaited` if objects of
    other kinds wait for its objects, which are urgent then when all of them are enqueued.
    """

    is_awaited: ClassVar[bool] = False

    def __init__(self, store: Store[ObjectT], queue: WorkQueue, *, clock: Clock) -> None:
        self.store = store
        self._queue = queue
        self._clock = clock

    def handle_event(self, event_type: str | None, seen: ObjectT) -> None:
        """Handle one watch event (`ADDED`, `MODIFIED`, `DELETED`, None for the first list)."""
        if event_type == "DELETED":
            self.store.remove(seen.key, seen.uid)
            self._enqueue_after_deletion(seen)
        else:
            self.update(seen)

    def update(self, seen: ObjectT) -> None:
        """Handle an object that the watch or a list shows. Only the first of the two enqueues it."""
        known = self.store.put(seen)
        if known is None or has_news(known, seen):
            self._note_change(seen)
            answered = self._answered_generation(seen)
            # An object of the first list is no edit of a user, unless a user made it while no process was there.
            is_urgent = self.store.is_complete or answered not in (None, seen.generation)
            self._enqueue(seen.key, is_urgent=is_urgent, is_new=known is None and (answered or -1) < 0)

    def prune(self, known_before: Mapping[str, ObjectT], present: Collection[str]) -> None:
        """Remove objects that a complete list does not show. `known_before` has those known before the list, by uid."""
        for gone in self.store.prune(known_before, present):
            self._enqueue_after_deletion(gone)

    def enqueue_all(self, namespace: str | None = None) -> None:
        """Enqueue all objects of a namespace, or of the whole cluster (None), as after a start."""
        for known in self.store:
            if namespace in (None, known.key.namespace):
                self._enqueue(known.key, is_urgent=self.is_awaited and self.store.is_complete)

    def _note_change(self, seen: ObjectT) -> None:
        """Called for an object that is new or changed, before it is enqueued."""

    def _answered_generation(self, seen: ObjectT) -> int | None:
        """Return which generation the status of an object answers, -1 if none; None if the kind does not tell."""

    def _enqueue_after_deletion(self, gone: ObjectT) -> None:
        """Enqueue an object that was deleted, so that a last pass removes what is remembered of it."""
        self._enqueue(gone.key, is_urgent=self.store.is_complete)

    def _enqueue(self, key: ObjectKey, *, is_urgent: bool, is_new: bool = False) -> None:
        self._queue.add(key, since=self._clock.now(), is_urgent=is_urgent, is_new=is_new)
