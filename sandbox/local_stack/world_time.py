"""Gives the simulator and the operator the same simulated time."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

CLOCK_LAG = timedelta(days=40)
"""How far in the past the simulated time begins. If it overtook the real time, kubectl would show `<invalid>` ages."""


@dataclass(frozen=True)
class WorldTime:
    """The simulated time, which is `start + (real time - origin) * rate`; `origin` is in seconds since 1970."""

    start: datetime
    origin: float
    rate: float

    @classmethod
    def starting_now(cls, rate: float = 1.0) -> "WorldTime":
        """Start the simulated time now, at `rate` simulated seconds in a real second."""
        now = time.time()
        return cls(datetime.fromtimestamp(now, UTC).replace(microsecond=0) - CLOCK_LAG, now, rate)

    def now(self) -> datetime:
        """Return the simulated time of this moment."""
        return self.start + timedelta(seconds=(time.time() - self.origin) * self.rate)

    def seconds(self, world_seconds: float) -> float:
        """Return how many real seconds some simulated seconds take."""
        return world_seconds / self.rate
