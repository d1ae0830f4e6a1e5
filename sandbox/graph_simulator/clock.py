"""Keeps the simulated time, which can be set, stopped, and run faster than real time."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class WorldClock:
    """The simulated time: `start + (real now - origin) * rate`, unless frozen.

    `origin` is real time in unix seconds, and `rate` is simulated seconds in a real second. Every process that has the
    same three numbers reads the same time.
    """

    start: datetime
    origin: float
    rate: float = 1.0
    frozen: bool = False
    real: Callable[[], float] = field(default=time.time, repr=False)

    def now(self) -> datetime:
        """Return the simulated time, in UTC."""
        if self.frozen:
            return self.start
        return self.start + timedelta(seconds=(self.real() - self.origin) * self.rate)

    def set(self, moment: datetime) -> None:
        """Set the simulated time to `moment`; the rate stays, and a frozen clock stays frozen."""
        self.start, self.origin = moment.astimezone(UTC), self.real()

    def advance(self, by: timedelta) -> None:
        """Move the simulated time forward.

        Raises:
            ValueError: `by` is negative.
        """
        if by < timedelta(0):
            raise ValueError("the simulated time can't be advanced by a negative duration")
        self.set(self.now() + by)

    def freeze(self) -> None:
        """Stop the clock at the present simulated time."""
        self.set(self.now())
        self.frozen = True

    def run(self, rate: float | None = None) -> None:
        """Let the clock run from the present simulated time, at a new rate if one is given."""
        self.set(self.now())
        self.rate = self.rate if rate is None else rate
        self.frozen = False


def clock_at(moment: datetime, *, rate: float = 1.0, frozen: bool = False) -> WorldClock:
    """Create a clock that shows `moment` now."""
    return WorldClock(moment.astimezone(UTC), time.time(), rate, frozen)
