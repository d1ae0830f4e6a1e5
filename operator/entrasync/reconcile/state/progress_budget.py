"""Bounds how often a status is written for progress alone, because each write goes into etcd."""

from datetime import datetime, timedelta

from entrasync.core.status.progress import PROGRESS_WRITE_INTERVAL
from entrasync.reconcile.state.memory import JobMemory

WRITES_PER_SECOND = 5
"""Writes of all jobs for progress alone in a second. With more than 1,500 running cycles each has its turn later."""

MAX_BURST = 50
"""Writes that may come at once after a quiet time."""


class ProgressBudget:
    """What all jobs may spend together on writes of progress alone. Times are world time."""

    def __init__(self) -> None:
        self._left = float(MAX_BURST)
        self._refilled_at: datetime | None = None
        self._asking: set[str] = set()
        """The jobs that have asked in the present interval, by uid."""
        self._asked_before = 0
        """How many asked in the interval before."""
        self._counts_since: datetime | None = None

    def spend(self, memory: JobMemory, now: datetime) -> bool:
        """Take one write for a job; returns False if it must wait for a later pass."""
        self._count(memory, now)
        written_at = memory.progress_written_at
        if written_at is not None and now - written_at < self._turn():
            return False
        self._refill(now)
        if self._left < 1:
            return False
        self._left -= 1
        memory.progress_written_at = now
        return True

    def _turn(self) -> timedelta:
        """Return after which time a job has its turn again, so that every job that asks has one."""
        jobs = max(self._asked_before, len(self._asking))
        return max(PROGRESS_WRITE_INTERVAL, timedelta(seconds=jobs / WRITES_PER_SECOND))

    def _count(self, memory: JobMemory, now: datetime) -> None:
        if self._counts_since is None or abs(now - self._counts_since) >= PROGRESS_WRITE_INTERVAL:
            self._asked_before, self._counts_since = len(self._asking), now
            self._asking.clear()
        self._asking.add(memory.uid)

    def _refill(self, now: datetime) -> None:
        if self._refilled_at is not None:
            earned = (now - self._refilled_at).total_seconds() * WRITES_PER_SECOND
            self._left = min(self._left + max(earned, 0), MAX_BURST)
        self._refilled_at = now
