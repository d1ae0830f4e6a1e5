"""The work queue: it deduplicates keys, and has a due time and a backoff for each object."""

import asyncio
import heapq
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey

MIN_BACKOFF = timedelta(seconds=1)
"""The pause after the first failure. Each further failure in a row doubles it."""

MAX_BACKOFF = timedelta(minutes=2)
"""The longest pause between tries, so that a resource recovers soon after the trouble has ended."""


@dataclass
class _Entry:
    """One resource's place in the queue."""

    since: datetime | None = None
    """Graph must be read at this time or later (world time). None means that no read is requested."""
    is_urgent: bool = False
    is_queued: bool = False
    is_taken: bool = False
    due: datetime | None = None
    failures: int = 0


@dataclass(frozen=True)
class Ticket:
    """An object handed to a worker, to be reconciled with Graph as of `since` or later."""

    key: ObjectKey
    since: datetime
    is_urgent: bool


class WorkQueue:
    """Gives each object to at most one worker. An object added during its pass is handed out once more afterwards."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[ObjectKey, _Entry] = {}
        self._urgent: deque[ObjectKey] = deque()
        self._background: deque[ObjectKey] = deque()
        self._agenda: list[tuple[datetime, ObjectKey]] = []
        self._has_work = asyncio.Event()
        self._agenda_changed = asyncio.Event()

    def __len__(self) -> int:
        """Return how many objects are ready or being worked on."""
        return sum(1 for entry in self._entries.values() if entry.is_queued or entry.is_taken)

    def add(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> None:
        """Make an object ready now. An urgent one, such as after a user's edit, overtakes background reads."""
        entry = self._entries.setdefault(key, _Entry())
        entry.since = max(entry.since, since) if entry.since else since
        overtakes = is_urgent and not entry.is_urgent
        entry.is_urgent = entry.is_urgent or is_urgent
        if entry.is_taken or (entry.is_queued and not overtakes):
            return
        entry.is_queued = True
        (self._urgent if entry.is_urgent else self._background).append(key)
        self._has_work.set()

    def schedule(self, key: ObjectKey, after: timedelta | None) -> None:
        """Make an object ready after a delay; None removes its due time. Replaces an earlier due time."""
        entry = self._entries.setdefault(key, _Entry())
        entry.due = None if after is None else self._clock.now() + after
        if entry.due is not None:
            heapq.heappush(self._agenda, (entry.due, key))
            self._agenda_changed.set()

    def back_off(self, key: ObjectKey) -> None:
        """Make an object ready after a delay that grows with each failure in a row."""
        entry = self._entries.setdefault(key, _Entry())
        pause = min(MIN_BACKOFF * 2 ** min(entry.failures, 10), MAX_BACKOFF)
        entry.failures += 1
        self.schedule(key, pause)

    def succeed(self, key: ObjectKey) -> None:
        """Reset the failures of an object."""
        if entry := self._entries.get(key):
            entry.failures = 0

    def forget(self, key: ObjectKey) -> None:
        """Drop an object that was deleted."""
        self._entries.pop(key, None)

    async def take(self) -> Ticket:
        """Wait for the next object. `finish` must follow."""
        while True:
            while (key := self._next()) is None:
                self._has_work.clear()
                await self._has_work.wait()
            entry = self._entries.get(key)
            if entry is None or not entry.is_queued or entry.is_taken:
                continue
            ticket = Ticket(key, entry.since or self._clock.now(), entry.is_urgent)
            entry.since, entry.is_urgent, entry.is_queued, entry.is_taken = None, False, False, True
            return ticket

    def is_taken(self, key: ObjectKey) -> bool:
        """Whether a worker is working on this object."""
        entry = self._entries.get(key)
        return entry is not None and entry.is_taken

    def put_back(self, ticket: Ticket) -> None:
        """Return an object without a pass, to be handed out again with the same ticket."""
        if entry := self._entries.get(ticket.key):
            entry.is_taken = False
        self.add(ticket.key, since=ticket.since, is_urgent=ticket.is_urgent)

    def finish(self, key: ObjectKey) -> None:
        """Return an object after its pass. If it was added meanwhile, it is ready again."""
        entry = self._entries.get(key)
        if entry is None:
            return
        entry.is_taken = False
        if entry.since is not None:
            self.add(key, since=entry.since, is_urgent=entry.is_urgent)

    async def run_schedule(self) -> None:
        """Make each object ready when it is due. Runs until it is cancelled."""
        while True:
            self._agenda_changed.clear()
            now = self._clock.now()
            while self._agenda and self._agenda[0][0] <= now:
                due, key = heapq.heappop(self._agenda)
                entry = self._entries.get(key)
                if entry is not None and entry.due == due:
                    entry.due = None
                    self.add(key, since=due)
            await self._sleep_until_next(now)

    async def _sleep_until_next(self, now: datetime) -> None:
        changed = asyncio.create_task(self._agenda_changed_once())
        waits: set[asyncio.Task[None]] = {changed}
        if self._agenda:
            waits.add(asyncio.create_task(self._clock.sleep(self._agenda[0][0] - now)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _agenda_changed_once(self) -> None:
        await self._agenda_changed.wait()

    def _next(self) -> ObjectKey | None:
        if self._urgent:
            return self._urgent.popleft()
        return self._background.popleft() if self._background else None
