"""Watches credentials: the files of the operator connection's one, and when client secrets end.

A changed file wakes the jobs that wait for a correct credential.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.primitives.clock import Clock

LOG = logging.getLogger("entrasync.process")

WATCH_INTERVAL = timedelta(seconds=2)
"""Real time between two looks at the files. A look is one system call for each."""

RETRY_PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 10, 30, 30, 60, 60, 120, 120, 120))
"""Pauses after the login that follows a change. A new secret reaches Entra's servers within minutes."""

EXPIRY_WATCH_INTERVAL = timedelta(minutes=1)
"""World time between two looks at which client secrets Graph is to be asked for. Mostly it is none."""

Version = tuple[int, int, int] | None
"""What tells one content of a file from another: inode, time of change and size. None if there is no file."""


class CredentialWatch:
    """Logs in as soon as a file has changed and jobs wait for that, and enqueues them when Entra accepts it.

    `wake` enqueues the jobs that `has_waiting` finds; `log_in` raises `EntraSyncError` as long as Entra refuses.
    """

    def __init__(
        self,
        files: Sequence[Path],
        *,
        log_in: Callable[[], Awaitable[object]],
        has_waiting: Callable[[], bool],
        wake: Callable[[], None],
    ) -> None:
        self._files = files
        self._log_in = log_in
        self._has_waiting = has_waiting
        self._wake = wake
        self._known = self._read_versions()
        self._pauses: Iterator[timedelta] = iter(())
        self._due: float | None = None

    async def run(self) -> None:
        """Run for ever."""
        while True:
            await asyncio.sleep(WATCH_INTERVAL.total_seconds())
            await self.look(asyncio.get_running_loop().time())

    async def look(self, now: float) -> None:
        """Look at the files once, and try the login if that is due. `now` is monotonic, in seconds."""
        seen = self._read_versions()
        if seen != self._known:
            self._known, self._pauses, self._due = seen, iter(RETRY_PAUSES), now
        if self._due is None or now < self._due:
            return
        await self._try()
        pause = next(self._pauses, None)
        self._due = None if pause is None else now + pause.total_seconds()

    async def _try(self) -> None:
        if not self._has_waiting():
            return  # a job that was refused meanwhile is found by the next try
        try:
            await self._log_in()
        except EntraSyncError as error:
            LOG.info("The changed credential of the install's own connection is not accepted yet: %s", error)
            return
        LOG.info("The changed credential of the install's own connection is accepted; jobs that waited for it go on.")
        self._wake()

    def _read_versions(self) -> tuple[Version, ...]:
        return tuple(_read_version(file) for file in self._files)


def _read_version(file: Path) -> Version:
    """Read what a path leads to now. The kubelet exchanges a link in it, so the inode is another one."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


async def watch_expiries(clock: Clock, *looks: Callable[[datetime], Awaitable[object]]) -> None:
    """Look for ever whether Graph is to be asked when a client secret ends. A look gets the time, and raises nothing.

    It is no part of a pass, so that a connection is ready, and stays so, whatever becomes of it.
    """
    while True:
        await clock.sleep(EXPIRY_WATCH_INTERVAL)
        for look in looks:
            await look(clock.now())
