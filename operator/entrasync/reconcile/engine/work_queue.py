"""The work queue: it deduplicates keys, has a due time and a backoff for each, and hands them out in fair shares."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random

from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.growing_pause import grow_pause
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.agenda import Agenda
from entrasync.reconcile.engine.fair_line import FairLine
from entrasync.reconcile.engine.shares import Shares

MIN_BACKOFF = timedelta(seconds=1)
"""The pause after the first failure. Each further failure in a row doubles it."""

MAX_BACKOFF = timedelta(minutes=2)
"""The longest pause between tries, so that a resource recovers soon after the trouble has ended."""

MAX_BACKOFF_OF_THROTTLED_EDIT = timedelta(seconds=15)
"""The longest pause before an edit that Graph throttled is tried again. It is the first to call after that pause."""

DEFAULT_CAPACITY = 80
"""How many passes run at the same time. Most of a pass is waiting for Graph, so many cost little.

One tenant alone runs at most half of them, which is more than its calls to Graph at the same time.
"""

KeyFunction = Callable[[ObjectKey], str]


def namespace_of(key: ObjectKey) -> str:
    """Return the namespace of a key."""
    return key.namespace


def never_pauses(_: ObjectKey) -> timedelta:
    """Return no pause."""
    return timedelta()


@dataclass
class _Entry:
    """One resource's place in the queue."""

    since: datetime | None = None
    """Graph must be read at this time or later (world time). None means that no read is requested."""
    is_urgent: bool = False
    is_new: bool = False
    """Whether it is urgent only because it is new. Edits overtake it."""
    line: FairLine | None = None
    """The line that it waits in: that of a tenant, or that of a serialization key with a pass in progress."""
    let_go_by: tuple[str, str] | None = None
    """The serialization key and the tenant whose line it has just left for that of its tenant."""
    failures: int = 0
    is_postponed: bool = False
    """Whether its last pass could not call because of a pause. No other begins before the calls go on."""


@dataclass(frozen=True)
class Ticket:
    """An object handed out for a pass, to be reconciled with Graph as of `since` or later."""

    key: ObjectKey
    since: datetime
    is_urgent: bool


@dataclass(frozen=True)
class _Taken:
    """What a pass in progress holds."""

    tenant: str
    serialization_key: str
    is_urgent: bool
    is_new: bool


class WorkQueue:
    """Gives each object to at most one pass. An object added during its pass is handed out once more afterwards.

    The tenants, as `tenant_of` names them, share the passes that may run at the same time: see `Shares`. Two objects
    with the same `serialization_key` are never handed out at the same time: the second one waits in a line of its own
    until the first one is returned. Both are asked when an object is about to be handed out or queued.

    After a failed pass the next one is as urgent. While Graph's calls pause for an object, as `pause_of` tells, no pass
    over it begins, unless none has met the pause yet.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        serialization_key: KeyFunction = str,
        tenant_of: KeyFunction = namespace_of,
        pause_of: Callable[[ObjectKey], timedelta] = never_pauses,
        capacity: int = DEFAULT_CAPACITY,
    ) -> None:
        self._clock = clock
        self._serialization_key = serialization_key
        self._tenant_of = tenant_of
        self._pause_of = pause_of
        self._entries: dict[ObjectKey, _Entry] = {}
        self._taken: dict[ObjectKey, _Taken] = {}
        self._shares = Shares(capacity)
        self._busy: set[str] = set()
        """The serialization keys with a pass in progress."""
        self._waiting: dict[str, dict[str, FairLine]] = {}
        """By serialization key and tenant: what waits for the end of a pass in progress."""
        self._agenda = Agenda()
        self._has_work = asyncio.Event()
        self._agenda_changed = asyncio.Event()

    def __len__(self) -> int:
        """Return how many objects are ready or being worked on."""
        return sum(1 for key, entry in self._entries.items() if entry.line is not None or key in self._taken)

    def add(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False, is_new: bool = False) -> None:
        """Make an object ready now. An urgent one overtakes background reads, and a user's edit what `is_new` too."""
        entry = self._entries.setdefault(key, _Entry())
        place = entry.is_urgent, entry.is_new
        if is_urgent:
            entry.is_new = is_new and (entry.is_new or not entry.is_urgent)
            entry.is_postponed = False  # whoever made the change is told of the pause once
        entry.is_urgent = entry.is_urgent or is_urgent
        entry.since = max(entry.since, since) if entry.since else since
        if key in self._taken:
            return
        if entry.line is None:
            self._line_up(key, entry)
        elif place != (entry.is_urgent, entry.is_new):
            entry.line.add(key, is_urgent=entry.is_urgent, is_new=entry.is_new)
            self._has_work.set()

    def schedule(self, key: ObjectKey, after: timedelta | None) -> None:
        """Make an object ready after a delay; None removes its due time. Replaces an earlier due time."""
        self._entries.setdefault(key, _Entry())
        if after is None:
            self._agenda.remove(key)
            return
        self._agenda.set(key, self._clock.now() + after)
        self._agenda_changed.set()

    def back_off(self, key: ObjectKey, *, at_least: timedelta | None = None, is_throttled: bool = False) -> None:
        """Make an object ready after a delay that grows with each failure in a row, and is `at_least` so long."""
        entry = self._keep_urgency(key)
        is_throttled_edit = is_throttled and entry.is_urgent and not entry.is_new
        longest = MAX_BACKOFF_OF_THROTTLED_EDIT if is_throttled_edit else MAX_BACKOFF
        pause = grow_pause(entry.failures, first=MIN_BACKOFF, longest=longest, spread=random(), at_least=at_least)
        entry.failures += 1
        self.schedule(key, pause)

    def wait_out_pause(self, key: ObjectKey, pause: timedelta) -> None:
        """Make an object ready when its calls go on. That is no failure of the object, so the delay does not grow."""
        self._keep_urgency(key).is_postponed = True
        self.schedule(key, pause)

    def go_on(self, key: ObjectKey, *, is_urgent: bool) -> None:
        """Make an object ready at once after its pass, as urgent as that was, or as an edit that the pass came upon."""
        entry = self._keep_urgency(key)
        if is_urgent:
            entry.is_urgent, entry.is_new = True, False
        self.schedule(key, timedelta(0))

    def succeed(self, key: ObjectKey) -> None:
        """Reset the failures of an object."""
        if entry := self._entries.get(key):
            entry.failures = 0

    def forget(self, key: ObjectKey) -> None:
        """Drop an object that was deleted. What its pass holds is kept until `finish`."""
        self._agenda.remove(key)
        entry = self._entries.pop(key, None)
        if entry is not None and entry.line is not None:
            entry.line.discard(key)
            self._let_go_next(entry)

    def due_at(self, key: ObjectKey) -> datetime | None:
        """Return when an object becomes ready by itself; None if it does not."""
        return self._agenda.due_at(key)

    async def take(self) -> Ticket:
        """Wait for the next object. `finish` must follow."""
        while (ticket := self._next()) is None:
            self._has_work.clear()
            await self._has_work.wait()
        return ticket

    def is_taken(self, key: ObjectKey) -> bool:
        """Whether a pass over this object is in progress."""
        return key in self._taken

    def has_moved(self, key: ObjectKey) -> bool:
        """Whether an object that was taken is serialized by another key now."""
        taken = self._taken.get(key)
        return taken is not None and taken.serialization_key != self._serialization_key(key)

    def finish(self, key: ObjectKey) -> None:
        """Return an object after its pass. If it was added meanwhile, it is ready again."""
        taken = self._taken.pop(key)
        self._shares.end(taken.tenant, is_urgent=taken.is_urgent)
        self._busy.discard(taken.serialization_key)
        self._let_go(taken.serialization_key)
        entry = self._entries.get(key)
        if entry is not None and entry.since is not None:
            self._line_up(key, entry)
        self._has_work.set()

    async def run_schedule(self) -> None:
        """Make each object ready when it is due. Runs until it is cancelled."""
        while True:
            self._agenda_changed.clear()
            now = self._clock.now()
            while found := self._agenda.pop_due(now):
                key, due = found
                self.add(key, since=due)
            await self._sleep_until_next(now)

    async def _sleep_until_next(self, now: datetime) -> None:
        changed = asyncio.create_task(self._agenda_changed_once())
        waits: set[asyncio.Task[None]] = {changed}
        if due := self._agenda.next_due():
            waits.add(asyncio.create_task(self._clock.sleep(due - now)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def _agenda_changed_once(self) -> None:
        await self._agenda_changed.wait()

    def _keep_urgency(self, key: ObjectKey) -> _Entry:
        """Return the entry of an object whose pass has failed, as urgent as that was."""
        entry, taken = self._entries.setdefault(key, _Entry()), self._taken.get(key)
        if taken is not None and taken.is_urgent and not entry.is_urgent:
            entry.is_urgent, entry.is_new = True, taken.is_new
        return entry

    def _next(self) -> Ticket | None:
        while found := self._shares.pop():
            tenant, key = found
            entry, serialization_key = self._entries[key], self._serialization_key(key)
            entry.line = None
            if entry.is_postponed and (pause := self._pause_of(key)):
                self.schedule(key, pause)
                self._let_go_next(entry)
                continue
            if serialization_key not in self._busy:
                return self._hand_out(key, entry, _Taken(tenant, serialization_key, entry.is_urgent, entry.is_new))
            entry.line = self._waiting.setdefault(serialization_key, {}).setdefault(tenant, FairLine())
            entry.line.add(key, is_urgent=entry.is_urgent, is_new=entry.is_new)
            self._let_go_next(entry)
        return None

    def _hand_out(self, key: ObjectKey, entry: _Entry, taken: _Taken) -> Ticket:
        ticket = Ticket(key, entry.since or self._clock.now(), entry.is_urgent)
        entry.since, entry.is_urgent, entry.is_new, entry.is_postponed = None, False, False, False
        self._taken[key] = taken
        self._busy.add(taken.serialization_key)
        self._shares.begin(taken.tenant, is_urgent=taken.is_urgent)
        self._let_go_next(entry)
        return ticket

    def _line_up(self, key: ObjectKey, entry: _Entry) -> None:
        tenant = self._tenant_of(key)
        entry.line = self._shares.add(tenant, key, is_urgent=entry.is_urgent, is_new=entry.is_new)
        self._has_work.set()

    def _let_go(self, serialization_key: str) -> None:
        """Let the next one of each tenant that waits for the end of a pass go back to the line of its tenant.

        If only one of them all went, it could wait there for a share of its tenant, and the others with it.
        """
        for tenant in list(self._waiting.get(serialization_key, ())):
            self._let_go_of(serialization_key, tenant)

    def _let_go_of(self, serialization_key: str, tenant: str) -> None:
        lines = self._waiting.get(serialization_key, {})
        line = lines.get(tenant)
        key = line.pop() if line else None
        if not line:
            lines.pop(tenant, None)
        if not lines:
            self._waiting.pop(serialization_key, None)
        if key is not None:
            entry = self._entries[key]
            entry.let_go_by = serialization_key, tenant
            self._line_up(key, entry)

    def _let_go_next(self, entry: _Entry) -> None:
        """Let the next one go if the one that was let go has not begun a pass under the same serialization key."""
        let_go_by, entry.let_go_by = entry.let_go_by, None
        if let_go_by is not None and let_go_by[0] not in self._busy:
            self._let_go_of(*let_go_by)
