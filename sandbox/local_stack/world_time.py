"""One time for the simulated world and for the operator that lives in it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEHIND = timedelta(days=40)
"""The world begins so far in the past that it stays behind the wall clock, or kubectl shows `<invalid>` ages."""


@dataclass(frozen=True)
class WorldTime:
    """The world's time is `start + (real time - origin) * rate`; origin in seconds since 1970."""

    start: datetime
    origin: float
    rate: float

    @classmethod
    def beginning_now(cls, rate: float = 1.0) -> "WorldTime":
        """Let a world begin now, `rate` times faster than real time."""
        now = time.time()
        return cls(datetime.fromtimestamp(now, UTC).replace(microsecond=0) - BEHIND, now, rate)

    def seconds(self, world_seconds: float) -> float:
        """Tell how many real seconds some world seconds take."""
        return world_seconds / self.rate
