"""The agenda of a work queue: when each key is due."""

import heapq
from datetime import datetime

from entrasync.core.primitives.object_key import ObjectKey

MIN_STALE_ENTRIES = 64
"""Stale entries that are not worth a sweep."""


class Agenda:
    """Has one due time for each key. A newer one replaces the one before.

    What was replaced is swept out before it outnumbers what is due, so the agenda never holds more than two entries for
    each key, and a few.
    """

    def __init__(self) -> None:
        self._due: dict[ObjectKey, datetime] = {}
        self._heap: list[tuple[datetime, ObjectKey]] = []

    def __len__(self) -> int:
        """Return how many entries the agenda holds, stale ones included."""
        return len(self._heap)

    def set(self, key: ObjectKey, due: datetime) -> None:
        """Make a key due at a time."""
        self._due[key] = due
        heapq.heappush(self._heap, (due, key))
        if len(self._heap) > 2 * len(self._due) + MIN_STALE_ENTRIES:
            self._sweep()

    def remove(self, key: ObjectKey) -> None:
        """Remove the due time of a key, if it has one."""
        self._due.pop(key, None)

    def due_at(self, key: ObjectKey) -> datetime | None:
        """Return when a key is due."""
        return self._due.get(key)

    def pop_due(self, now: datetime) -> tuple[ObjectKey, datetime] | None:
        """Remove and return the key that was due first, and when; None if none is due."""
        self._drop_stale()
        if not self._heap or self._heap[0][0] > now:
            return None
        due, key = heapq.heappop(self._heap)
        del self._due[key]
        return key, due

    def next_due(self) -> datetime | None:
        """Return the earliest due time."""
        self._drop_stale()
        return self._heap[0][0] if self._heap else None

    def _drop_stale(self) -> None:
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)

    def _sweep(self) -> None:
        self._heap = [(due, key) for key, due in self._due.items()]
        heapq.heapify(self._heap)
