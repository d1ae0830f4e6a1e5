"""Spreads the reads of cycles that run, so that thousands of them at the same time cost a tenant no more than some."""

from datetime import datetime, timedelta

from entrasync.core.polling import RUNNING_POLL_INTERVAL

READS_PER_SECOND = 10
"""Reads of running cycles in one tenant in a second. With more than 300 of them each has its turn later."""

MAX_AHEAD = timedelta(hours=1)
"""The farthest turn that is given. One that is later was given by a clock that was set."""


class RunningReads:
    """Gives each running cycle of a tenant its turn to be read. Times are world time."""

    def __init__(self) -> None:
        self._next: dict[str, datetime] = {}
        """The next turn that is free, by tenant."""

    def reserve(self, tenant_id: str, now: datetime) -> timedelta:
        """Take the next turn in a tenant, and return how long it is ahead."""
        free = self._next.get(tenant_id, now)
        earliest = now + RUNNING_POLL_INTERVAL
        turn = earliest if free - now > MAX_AHEAD else max(free, earliest)
        self._next[tenant_id] = turn + timedelta(seconds=1 / READS_PER_SECOND)
        return turn - now
