"""The quota of writes that Graph publishes. The operator keeps it, so that Graph has no call to refuse."""

from datetime import datetime, timedelta

WRITES_AT_ONCE = 3000
WRITES_PER_SECOND = 20.0
"""Graph allows an app 3,000 writes in a tenant in two and a half minutes, by a token bucket (graph-facts 6.3)."""


class WriteQuota:
    """A token bucket for the writes of one app in one tenant. All times are world time."""

    def __init__(self) -> None:
        self._left = float(WRITES_AT_ONCE)
        self._counted_at: datetime | None = None

    def take(self, now: datetime, *, longest_wait: timedelta) -> timedelta:
        """Take the next write, and return how long to wait before it is sent.

        A wait that is longer than `longest_wait` takes none: it is returned, so that the caller can come back later.
        """
        self._refill(now)
        wait = timedelta(seconds=max((1 - self._left) / WRITES_PER_SECOND, 0.0))
        if wait <= longest_wait:
            self._left -= 1
        return wait

    def note_refusal(self) -> None:
        """Note that Graph refused a write because of its quota: others, or a former process, have used it up."""
        self._left = min(self._left, 0.0)

    def forget_times(self) -> None:
        """Forget when it was last refilled, because the clock was set."""
        self._counted_at = None

    def _refill(self, now: datetime) -> None:
        if self._counted_at is not None:
            earned = max((now - self._counted_at).total_seconds(), 0.0) * WRITES_PER_SECOND
            self._left = min(self._left + earned, WRITES_AT_ONCE)
        self._counted_at = now
