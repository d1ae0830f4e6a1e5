"""Limits the calls of each tenant, as Graph's throttling does."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
