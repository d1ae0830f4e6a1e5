"""The line of ProvisioningRequests in which those of a tenant wait to be sent: Graph takes 5 in ten seconds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from entrasync.core.primitives.object_key import ObjectKey

MAX_SENT = 5
PERIOD = timedelta(seconds=10)
"""Graph takes so many requests of a tenant in this time (graph-facts 4.9)."""

SHORTEST_WAIT = timedelta(milliseconds=200)
LONGEST_EXACT_WAIT = timedelta(seconds=20)
"""A longer wait is looked at again when half of it is over, so that the place that a person sees is not too old."""

LATE = timedelta(seconds=30)
"""A request that does not come back so long after its time holds nobody up. It may be in a refused namespace."""


_Age = tuple[datetime, str]
"""When a request was created, and its name: what orders those of a namespace."""

_Since = tuple[datetime, int]
"""Since when a namespace waits, and the number of the turn that it had then, 0 if its oldest request is newer."""


@dataclass(frozen=True)
class Place:
    """A place in line, 1 for the next, and after which time to ask again."""

    number: int
    look_again: timedelta


@dataclass(frozen=True)
class _Waiting:
    created_at: datetime
    expected_at: datetime


@dataclass
class _TenantLine:
    """The line of one tenant."""

    sending: set[ObjectKey] = field(default_factory=set)
    answered: list[datetime] = field(default_factory=list)
    """When the requests of the last ten seconds were answered: Graph had counted each of them by then."""
    waiting: dict[ObjectKey, _Waiting] = field(default_factory=dict)
    turns: dict[str, _Since] = field(default_factory=dict)
    """The last turn of each namespace. Of those that wait for nothing, only what may still put them after others."""
    last_turn: int = 0

    def free_times(self, now: datetime) -> list[datetime]:
        """Return when each of the five is free to be used, sorted."""
        self.answered = [time for time in self.answered if now - time < PERIOD]
        times = [*(time + PERIOD for time in self.answered), *(now + PERIOD for _ in self.sending)]
        return sorted([*times, *[now] * (MAX_SENT - len(times))])

    def give_turn(self, key: ObjectKey, now: datetime) -> None:
        """Note that a request is sent now, so that its namespace comes after the others."""
        self.waiting.pop(key, None)
        self.sending.add(key)
        self.last_turn += 1
        self.turns[key.namespace] = now, self.last_turn
        self._forget_turns(now)

    def _forget_turns(self, now: datetime) -> None:
        """Forget the turns of namespaces that come before all that wait, with or without them."""
        ages = self._list_ages(now)
        first = min((self._since(namespace, min(own))[0] for namespace, own in ages.items()), default=now)
        limit = min(first, now - PERIOD)
        self.turns = {name: turn for name, turn in self.turns.items() if name in ages or turn[0] >= limit}

    def count_before(self, key: ObjectKey, created_at: datetime, now: datetime) -> int:
        """Count those that are sent earlier, of those that come back in time: a request of each namespace in turn."""
        ages = self._list_ages(now)
        own = ages.setdefault(key.namespace, [])
        earlier = sum(1 for age in own if age < (created_at, key.name))
        rank = self._rank(key.namespace, min([*own, (created_at, key.name)]))
        return earlier + sum(
            min(len(others), earlier + (self._rank(namespace, min(others)) < rank))
            for namespace, others in ages.items()
            if namespace != key.namespace
        )

    def _list_ages(self, now: datetime) -> dict[str, list[_Age]]:
        """List by namespace what waits and comes back in time."""
        ages: dict[str, list[_Age]] = {}
        for key, each in self.waiting.items():
            if now - each.expected_at < LATE:
                ages.setdefault(key.namespace, []).append((each.created_at, key.name))
        return ages

    def _rank(self, namespace: str, oldest: _Age) -> tuple[_Since, _Age, str]:
        """Return what orders the namespaces: who waits longest since its last turn."""
        return self._since(namespace, oldest), oldest, namespace

    def _since(self, namespace: str, oldest: _Age) -> _Since:
        """Return since when a namespace waits: its last turn, or the creation of its oldest request if that was later.

        So one that was never seen before does not go before those that wait already.
        """
        created = oldest[0], 0
        return max(created, self.turns.get(namespace, created))


class SendLine:
    """Lets at most five requests of each tenant go in ten seconds. All times are world time.

    One of each namespace goes in turn, so that no namespace can keep the others waiting by many requests. The one that
    waits longest since its last turn goes first, so that none waits for ever for others that come anew. Within a
    namespace the oldest goes first.
    The ten seconds count from the answer, so that Graph sees no sixth within them however slow the way to it is.
    """

    def __init__(self) -> None:
        self._tenants: dict[str, _TenantLine] = {}
        self._seed: tuple[datetime, ...] = ()

    def seed(self, times: Iterable[datetime]) -> None:
        """Note when a former process has sent its last requests. They count for every tenant."""
        self._seed = tuple(sorted(times))[-MAX_SENT:]

    def enter(self, tenant: str, key: ObjectKey, *, created_at: datetime, now: datetime) -> Place | None:
        """Return the place of a request; None if it is its turn. `leave` or `finish` must follow a turn."""
        line = self._tenants.setdefault(tenant, _TenantLine(answered=list(self._seed)))
        free_times, before = line.free_times(now), line.count_before(key, created_at, now)
        if before < MAX_SENT and free_times[before] <= now:
            line.give_turn(key, now)
            return None
        wait = free_times[before % MAX_SENT] + PERIOD * (before // MAX_SENT) - now
        look_again = max(wait if wait <= LONGEST_EXACT_WAIT else wait / 2, SHORTEST_WAIT)
        line.waiting[key] = _Waiting(created_at, now + look_again)
        return Place(before + 1, look_again)

    def has(self, key: ObjectKey) -> bool:
        """Whether a request is in line, or is being sent."""
        return any(key in line.waiting or key in line.sending for line in self._tenants.values())

    def finish(self, tenant: str, key: ObjectKey, now: datetime) -> None:
        """Note that a request was answered, or that its answer was lost."""
        line = self._tenants.setdefault(tenant, _TenantLine())
        line.sending.discard(key)
        line.answered.append(now)

    def leave(self, key: ObjectKey) -> None:
        """Forget a request that is not sent now."""
        for line in self._tenants.values():
            line.sending.discard(key)
            line.waiting.pop(key, None)

    def forget_times(self) -> None:
        """Forget all times, because the clock was set."""
        self._tenants.clear()
        self._seed = ()
