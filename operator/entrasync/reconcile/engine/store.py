"""The objects of one kind as last seen, from watch events, lists and the answers to our own writes."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Generic, TypeVar

from entrasync.core.primitives.object_key import ObjectKey, StoredObject

MAX_REMEMBERED_DELETIONS = 10_000
"""How many uids of deleted objects are remembered. An answer that shows a deleted object is late by milliseconds."""


ObjectT = TypeVar("ObjectT", bound=StoredObject)


class Store(Generic[ObjectT]):
    """The objects of one kind.

    The newest version of an object is kept, in whatever order watch events and answers arrive.
    """

    def __init__(self) -> None:
        self._by_key: dict[ObjectKey, ObjectT] = {}
        self._in_namespace: defaultdict[str, dict[ObjectKey, None]] = defaultdict(dict)
        self._deleted_uids: dict[str, None] = {}
        self._replaced_uids: dict[str, None] = {}
        """Objects that were created again under the same name before the watch or a list showed their deletion."""
        self.is_complete = False
        """Whether a complete list was read since the start. Before that, a missing object may exist all the same."""

    def __len__(self) -> int:
        return len(self._by_key)

    def __iter__(self) -> Iterator[ObjectT]:
        return iter(list(self._by_key.values()))

    def get(self, key: ObjectKey) -> ObjectT | None:
        """Return an object, or None when it is not known."""
        return self._by_key.get(key)

    def has_seen(self, key: ObjectKey, uid: str, resource_version: str) -> bool:
        """Whether this version of an object, or a newer one, is known."""
        known = self._by_key.get(key)
        return known is not None and known.uid == uid and int(known.resource_version) >= int(resource_version)

    def newest(self, known: ObjectT) -> ObjectT:
        """Return the newest version of an object; the object as it is given if it is gone.

        An object that was created again under the same name is another one.
        """
        found = self._by_key.get(known.key)
        return found if found is not None and found.uid == known.uid else known

    def in_namespace(self, namespace: str) -> list[ObjectT]:
        """Return all objects of a namespace."""
        return [self._by_key[key] for key in self._in_namespace.get(namespace, ())]

    def put(self, seen: ObjectT) -> ObjectT | None:
        """Keep an object, unless a newer version of it or its deletion is known.

        Returns the object that was known before, or `seen` itself when it was not kept.
        """
        seen = self.resolved(seen)
        if seen.uid in self._deleted_uids or seen.uid in self._replaced_uids:
            return seen  # an answer to an earlier write that arrived after the deletion
        known = self._by_key.get(seen.key)
        if self.has_seen(seen.key, seen.uid, seen.resource_version):
            return seen
        if known and known.uid != seen.uid:
            _remember(self._replaced_uids, known.uid)
        self._by_key[seen.key] = seen
        self._in_namespace[seen.key.namespace][seen.key] = None
        self._relink(known, seen)
        return known

    def resolved(self, seen: ObjectT) -> ObjectT:
        """Complete an object with what the store knows of it. A kind whose store knows more overrides this."""
        return seen

    def remove(self, key: ObjectKey, uid: str) -> None:
        """Remove an object that was deleted. A new object with the same name stays."""
        _remember(self._deleted_uids, uid)
        known = self._by_key.get(key)
        if known and known.uid == uid:
            del self._by_key[key]
            self._leave_namespace(key)
            self._unlink(known)

    def by_uid(self, namespace: str | None = None) -> dict[str, ObjectT]:
        """Return all known objects of a namespace, or of the whole cluster (None), by uid."""
        found = self if namespace is None else self.in_namespace(namespace)
        return {known.uid: known for known in found}

    def prune(self, known_before: Mapping[str, ObjectT], present: Collection[str]) -> list[ObjectT]:
        """Remove and return the objects that a complete list does not show.

        `known_before` has the objects known before the list, by uid; `present` has the uids that the list shows.
        """
        gone = [known for uid, known in known_before.items() if uid not in present and uid not in self._deleted_uids]
        for known in gone:
            self.remove(known.key, known.uid)
        return gone

    def _leave_namespace(self, key: ObjectKey) -> None:
        del self._in_namespace[key.namespace][key]
        if not self._in_namespace[key.namespace]:
            del self._in_namespace[key.namespace]

    def _link(self, seen: ObjectT) -> None:
        """Add an object to the indexes of a kind that has any."""

    def _relink(self, known: ObjectT | None, seen: ObjectT) -> None:
        """Exchange an object in the indexes."""
        if known:
            self._unlink(known)
        self._link(seen)

    def _unlink(self, known: ObjectT) -> None:
        """Remove an object that was deleted or changed from the indexes."""


def _remember(uids: dict[str, None], uid: str) -> None:
    uids[uid] = None
    if len(uids) > MAX_REMEMBERED_DELETIONS:
        del uids[next(iter(uids))]
