"""Limits the calls and the writes of each tenant, as Graph's throttling does, or refuses a share of them by chance."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

REPORTED_FROM_SHARE = 0.8
"""The share of the limit from which on Graph reports the used share (graph-facts 6.3)."""


@dataclass(slots=True)
class Throttle:
    """A limit of `calls` in `seconds` of simulated time for each tenant; 0 calls means no limit."""

    calls: int = 0
    seconds: float = 10.0
    _recent: dict[str, deque[datetime]] = field(default_factory=dict)

    def admit(self, tenant: str, now: datetime) -> float | None:
        """Count a call, and return the seconds to wait if it exceeds the limit; refused calls count too."""
        if not self.calls:
            return None
        recent = self._recent.setdefault(tenant, deque())
        while recent and recent[0] <= now - timedelta(seconds=self.seconds):
            recent.popleft()
        recent.append(now)
        if len(recent) <= self.calls:
            return None
        return max(1.0, self.seconds - (now - recent[-self.calls - 1]).total_seconds())

    def used_share(self, tenant: str) -> float:
        """Return the share of the limit that a tenant has used in the last `seconds`."""
        return len(self._recent.get(tenant, ())) / self.calls if self.calls else 0.0


@dataclass(slots=True)
class WriteQuota:
    """A token bucket of writes for each tenant: it holds `at_once`, and `per_second` of simulated time come back.

    0 writes at once means no limit. A write that is refused takes none of them (graph-facts 6.3).
    """

    at_once: int = 0
    per_second: float = 20.0
    _buckets: dict[str, tuple[float, datetime]] = field(default_factory=dict)
    """How many writes each tenant had left, and when that was."""

    def admit(self, tenant: str, now: datetime) -> float | None:
        """Take a write, and return the seconds to wait if there is none left."""
        if not self.at_once:
            return None
        left, counted_at = self._buckets.get(tenant, (float(self.at_once), now))
        left = min(left + max((now - counted_at).total_seconds(), 0.0) * self.per_second, self.at_once)
        is_admitted = left >= 1
        self._buckets[tenant] = (left - 1 if is_admitted else left), now
        return None if is_admitted else max(1.0, (1 - left) / self.per_second)

    def use_up(self, tenant: str, now: datetime) -> None:
        """Leave nothing of a tenant's quota, as another process of the same app does."""
        self._buckets[tenant] = 0.0, now


@dataclass(slots=True)
class Congestion:
    """Refuses a `share` of all calls until a simulated time, whatever the limits leave.

    Each asks to wait for a whole number of seconds up to `longest_seconds`. Chance is derived from `seed`.
    """

    share: float = 0.0
    longest_seconds: int = 10
    until: datetime | None = None
    """None means for ever."""
    seed: int = 1
    _chance: Random = field(init=False)

    def __post_init__(self) -> None:
        self._chance = Random(self.seed)

    def admit(self, now: datetime) -> float | None:
        """Return the seconds to wait if a call is refused."""
        if not self.share or (self.until is not None and now >= self.until) or self._chance.random() >= self.share:
            return None
        return self._chance.randint(1, self.longest_seconds)
