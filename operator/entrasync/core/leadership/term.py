"""The term of a leader: how long it may rely on the last renewal of its Lease, by its own monotonic clock.

All parts of a term are shares of the duration of the Lease, counted from when the last renewal was sent. The others
count from when they saw that renewal, which was later, so the term ends before any of them may take the Lease.
"""

from dataclasses import dataclass
from datetime import timedelta

RENEWALS = 5
"""How many renewals are tried within the duration of a Lease. Each may take as long as the pause between two."""

WRITE_SHARE = 0.5
"""Until then a write to Graph may begin: two renewals in a row may fail before."""

TERM_SHARE = 0.7
"""Then the term is over. What was begun is cut; the rest is for a server that is still busy with what was cut."""


@dataclass(frozen=True)
class Term:
    """A term whose last renewal was sent at `renewed_at` (monotonic seconds)."""

    renewed_at: float
    duration: timedelta

    @property
    def ends_at(self) -> float:
        """When the leader must have stopped, unless it renews before (monotonic seconds)."""
        return self.renewed_at + self.duration.total_seconds() * TERM_SHARE

    def is_over(self, at: float) -> bool:
        """Whether the leader must have stopped by a time (monotonic seconds)."""
        return at >= self.ends_at

    def may_begin_write(self, at: float) -> bool:
        """Whether a write that begins at a time (monotonic seconds) can end, or be cut, before the term does."""
        return at < self.renewed_at + self.duration.total_seconds() * WRITE_SHARE


def renew_interval(duration: timedelta) -> timedelta:
    """Return the pause between two renewals of a Lease, and the longest that one of them may take."""
    return duration / RENEWALS
