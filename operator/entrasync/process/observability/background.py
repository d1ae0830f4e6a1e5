"""Tasks that run as long as the operator works."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

LOG = logging.getLogger("entrasync.process")


class Background:
    """One that ends before it is stopped is a fault: the log tells why, and liveness fails by `ended`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ended(self) -> list[str]:
        """The names of those that run no more."""
        return [task.get_name() for task in self._tasks if task.done()]

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_log_end)
        self._tasks.append(task)

    async def stop(self) -> None:
        """Cancel all."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _log_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        LOG.error("A task that should run for ever has ended: %s.", task.get_name(), exc_info=task.exception())
