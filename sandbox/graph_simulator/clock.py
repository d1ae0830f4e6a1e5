import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class WorldClock:
    """The world's time: `start + (real now - origin) * rate`, unless frozen.

    `origin` is real time in unix seconds, `rate` is world seconds per real second. Every process that is given the same
    three numbers reads the same time.
    """

    start: datetime
    origin: float
    rate: float = 1.0
    frozen: bool = False
    real: Callable[[], float] = field(default=time.time, repr=False)

    def now(self) -> datetime:
        """Tell the world's time, in UTC."""
        if self.frozen:
            return self.start
        return self.start + timedelta(seconds=(self.real() - self.origin) * self.rate)

    def set(self, moment: datetime) -> None:
        """Make it `moment` now; the rate stays, and so does a freeze."""
        self.start, self.origin = moment.astimezone(UTC), self.real()

    def advance(self, by: timedelta) -> None:
        """Jump forward, never back."""
        if by < timedelta(0):
            raise ValueError("the world's time can't run backwards by advancing it")
        self.set(self.now() + by)

    def freeze(self) -> None:
        """Stop the time where it is."""
        self.set(self.now())
        self.frozen = True

    def run(self, rate: float | None = None) -> None:
        """Let the time run on from where it is, faster or slower if a rate is given."""
        self.set(self.now())
        self.rate = self.rate if rate is None else rate
        self.frozen = False


def clock_at(moment: datetime, *, rate: float = 1.0, frozen: bool = False) -> WorldClock:
    """Make a clock that shows `moment` now."""
    return WorldClock(moment.astimezone(UTC), time.time(), rate, frozen)
