"""Background tasks, which run as long as the operator works."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

LOG = logging.getLogger("entrasync.process")


class Background:
    """Runs background tasks. The end of one before `stop` is a fault: it is logged, and liveness fails by `ended`."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ended(self) -> list[str]:
        """The names of the tasks that have ended."""
        return [task.get_name() for task in self._tasks if task.done()]

    def start(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Start a task."""
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(_log_end)
        self._tasks.append(task)

    async def stop(self) -> None:
        """Cancel all tasks and wait for their end."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _log_end(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        LOG.error("A task that should run for ever has ended: %s.", task.get_name(), exc_info=task.exception())
