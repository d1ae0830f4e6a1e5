"""Lets Kopf hand on events as fast as they come.

Kopf starts a worker for each object whose event it reads, by a scheduler that takes several turns of the event loop for
each, because a limit may hold workers back. With thousands of resources each turn is long, and the watch falls behind
by minutes. There is no such limit here, so a worker starts at once.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from kopf._cogs.aiokits import aiotasks

_Scheduler = aiotasks.Scheduler


class DirectScheduler(_Scheduler):
    """Kopf's scheduler of workers, without a limit. It starts each worker before `spawn` returns."""

    async def spawn(self, coro: Coroutine[Any, Any, Any], *, name: str | None = None) -> None:
        """Start a worker. Raises `RuntimeError` when the scheduler is closed."""
        if self._closed or self._limit is not None:
            await super().spawn(coro, name=name)
            return
        task = asyncio.create_task(coro, name=name)
        task.add_done_callback(self._task_done_callback)
        self._running_tasks.add(task)


@contextmanager
def started_at_once() -> Iterator[None]:
    """Let the watches that Kopf begins meanwhile start their workers at once. Kopf has no setting for it."""
    aiotasks.Scheduler = DirectScheduler  # type: ignore[misc]  # Kopf's watch looks its scheduler up here
    try:
        yield
    finally:
        aiotasks.Scheduler = _Scheduler  # type: ignore[misc]  # as above
