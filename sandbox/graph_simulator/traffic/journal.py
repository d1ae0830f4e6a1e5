"""Records the requests that the simulator got, and counts them."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from graph_simulator.traffic.operations import IDENTITY_OPERATIONS, Target

HEADERS_OF_INTEREST = (
    "client-request-id",
    "x-ms-throttle-priority",
    "user-agent",
    "content-type",
    "accept",
    "consistencylevel",
    "prefer",
)
"""The headers that the journal keeps. The authorization header is none of them: a journal must not hold tokens."""


@dataclass(slots=True)
class Entry:
    """One request. `status` is None while it is under way, and if its connection ended without an answer."""

    sequence: int
    real_time: float
    world_time: datetime
    method: str
    path: str
    query: str
    target: Target
    headers: dict[str, str]
    connection: str
    in_flight: int
    """The number of requests under way when this one came, including itself."""
    body: bytes | None = None
    status: int | None = None
    retry_after: int | None = None
    """The seconds after which the caller may call again, if it was throttled."""
    limit: str = ""
    """Which limit it exceeded then, in Graph's words."""
    end: str = "under way"
    """`answered`, `cut` (closed before the effect), `lost` (closed after it), `abandoned` (by the caller)."""
    had_effect: bool = False
    """Whether a write took effect, even if it changed nothing."""
    fault: str | None = None
    seconds: float | None = None
    roles: tuple[str, ...] = field(default=())
    job: str = ""
    """The job that it was about; for a create, the job that it created."""
    batch: int | None = None
    """The sequence number of the batch that it is a part of; None for a request of its own."""


@dataclass(slots=True)
class Journal:
    """The last requests, and counters of all requests."""

    limit: int = 100_000
    entries: deque[Entry] = field(default_factory=deque)
    counts: Counter[str] = field(default_factory=Counter)
    part_counts: Counter[str] = field(default_factory=Counter)
    """The requests within batches."""
    in_flight: int = 0
    most_in_flight: int = 0
    dropped: int = 0
    _sequence: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, make: Callable[[int, int], Entry]) -> Entry:
        """Record a new request; `make` gets its number and the number of requests under way."""
        self._sequence += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        entry = make(self._sequence, self.in_flight)
        self.counts[entry.target.operation] += 1
        self._add(entry)
        return entry

    def open_part(self, batch: Entry, **own: Any) -> Entry:
        """Record a request within a batch, which has the connection and the time of that one, and its `own` members."""
        self._sequence += 1
        entry = replace(batch, sequence=self._sequence, batch=batch.sequence, body=None, fault=None, **own)
        self.part_counts[entry.target.operation] += 1
        self._add(entry)
        return entry

    def _add(self, entry: Entry) -> None:
        if len(self.entries) >= self.limit:
            self.entries.popleft()
            self.dropped += 1
        self.entries.append(entry)
        self.notify()

    def close(self, entry: Entry, end: str, seconds: float) -> None:
        """Record how a request ended."""
        self.in_flight -= 1
        self.close_part(entry, end, seconds)

    def close_part(self, entry: Entry, end: str, seconds: float) -> None:
        """Record how a request within a batch ended."""
        entry.end, entry.seconds = end, seconds
        self.notify()

    def clear(self) -> None:
        """Delete all entries and counters; sequence numbers go on."""
        self.entries.clear()
        self.counts.clear()
        self.part_counts.clear()
        self.dropped, self.most_in_flight = 0, self.in_flight

    def select(
        self, *, operation: str = "", service_principal: str = "", job: str = "", after: int = 0
    ) -> Iterator[Entry]:
        """Yield the entries that match, oldest first."""
        for entry in self.entries:
            if (
                entry.sequence > after
                and (not operation or entry.target.operation == operation)
                and (not service_principal or entry.target.service_principal == service_principal)
                and (not job or entry.job == job)
            ):
                yield entry

    async def wait_for(self, is_there: Callable[[], bool], seconds: float) -> bool:
        """Wait until a condition holds, at most a number of real seconds; return whether it holds.

        The condition is checked again whenever the journal changes.
        """
        try:
            async with asyncio.timeout(seconds):
                while not is_there():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return is_there()
        return True

    def count_calls(self) -> dict[str, Any]:
        """Count the calls by operation; those to the token service and those within batches are counted separately."""
        graph = {name: n for name, n in sorted(self.counts.items()) if name not in IDENTITY_OPERATIONS}
        identity = {name: n for name, n in sorted(self.counts.items()) if name in IDENTITY_OPERATIONS}
        return {
            "graph": graph,
            "identity": identity,
            "batched": dict(sorted(self.part_counts.items())),
            "graph_total": sum(graph.values()),
            "batched_total": self.part_counts.total(),
            "identity_total": sum(identity.values()),
            "most_in_flight": self.most_in_flight,
        }

    def notify(self) -> None:
        """Let all waiting callers check their conditions again."""
        self._changed.set()
