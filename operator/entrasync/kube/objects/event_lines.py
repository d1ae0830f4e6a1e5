"""The Events that wait to be posted, in a line for each namespace."""

import asyncio
from collections import OrderedDict, deque
from typing import Any

MAX_QUEUED_EVENTS = 4000
"""Events of all namespaces that may wait, about 6 MiB. One namespace alone fills half of it."""


class EventLines:
    """Lines of Events, which are posted in turn: one Event of a namespace at a time, in the order of the line."""

    def __init__(self) -> None:
        self._ready: OrderedDict[str, deque[dict[str, Any]]] = OrderedDict()
        self._in_progress: dict[str, deque[dict[str, Any]]] = {}
        self._size = 0
        self._has_work = asyncio.Event()
        self._is_empty = asyncio.Event()
        self._is_empty.set()

    def add(self, namespace: str, body: dict[str, Any]) -> bool:
        """Add an Event to the line of its namespace. Returns False when the line is too long.

        No line may be longer than the room that it leaves, so a namespace cannot take it all.
        """
        line = self._in_progress.get(namespace) or self._ready.get(namespace) or deque()
        if len(line) >= MAX_QUEUED_EVENTS - self._size:
            return False
        line.append(body)
        self._size += 1
        if namespace in self._in_progress:
            self._in_progress[namespace] = line
        else:
            self._ready.setdefault(namespace, line)
            self._has_work.set()
        self._is_empty.clear()
        return True

    async def take(self) -> tuple[str, dict[str, Any]]:
        """Wait for the next Event, and return its namespace and body. `finish` must follow."""
        while not self._ready:
            self._has_work.clear()
            await self._has_work.wait()
        namespace, line = self._ready.popitem(last=False)
        body = line.popleft()
        self._size -= 1
        self._in_progress[namespace] = line
        return namespace, body

    def finish(self, namespace: str) -> None:
        """Let the next Event of a namespace be taken."""
        if line := self._in_progress.pop(namespace):
            self._ready[namespace] = line
            self._has_work.set()
        elif not self._ready and not self._in_progress:
            self._is_empty.set()

    async def wait_empty(self) -> None:
        """Wait until no Event waits and none is being posted."""
        await self._is_empty.wait()
