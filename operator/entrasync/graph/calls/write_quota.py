"""The quota of writes that Graph publishes. The operator keeps it, so that Graph has no call to refuse."""

from datetime import datetime, timedelta

WRITES_AT_ONCE = 3000
WRITES_PER_SECOND = 20.0
"""Graph allows an app 3,000 writes in a tenant in two and a half minutes, by a token bucket (graph-facts 6.3)."""

KEPT_FOR_URGENT = 100
"""Writes that only urgent ones may use. It is more than all others together may be waiting for, so that the write of an
edit that comes while thousands of jobs are created need not wait behind theirs."""

URGENT_SHARE = 1 / 4
"""The share of the quota that refills what is kept. A larger one would keep the others waiting for too long meanwhile:
their passes would end, and begin anew with a read."""


class WriteQuota:
    """A token bucket for the writes of one app in one tenant. All times are world time."""

    def __init__(self) -> None:
        self._left = float(WRITES_AT_ONCE)
        self._kept = float(KEPT_FOR_URGENT)
        """The part of what is left that only urgent writes may use."""
        self._counted_at: datetime | None = None

    def take(self, now: datetime, *, longest_wait: timedelta, is_urgent: bool = False) -> timedelta:
        """Take the next write, and return how long to wait before it is sent.

        A wait that is longer than `longest_wait` takes none: it is returned, so that the caller can come back later.
        """
        self._refill(now)
        free = self._left if is_urgent else self._left - self._kept
        wait = timedelta(seconds=max((1 - free) / WRITES_PER_SECOND, 0.0))
        if wait <= longest_wait:
            self._left -= 1
            self._kept = max(self._kept - 1, 0.0) if is_urgent else self._kept
        return wait

    def note_refusal(self) -> None:
        """Note that Graph refused a write because of its quota: others, or a former process, have used it up."""
        self._left, self._kept = min(self._left - self._kept, 0.0), 0.0  # those that wait for their turn still count

    def forget_times(self) -> None:
        """Forget when it was last refilled, because the clock was set."""
        self._counted_at = None

    def _refill(self, now: datetime) -> None:
        if self._counted_at is not None:
            earned = max((now - self._counted_at).total_seconds(), 0.0) * WRITES_PER_SECOND
            self._left = min(self._left + earned, WRITES_AT_ONCE)
            self._kept = min(self._kept + earned * URGENT_SHARE, KEPT_FOR_URGENT)
        self._counted_at = now
