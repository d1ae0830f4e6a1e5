"""A computation that ends only when another task of the event loop has run meanwhile."""

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

LONGEST_SECONDS = 20.0
"""After which a computation gives up. It waits so long only where it holds up the event loop."""


class HeldComputation:
    """Holds each call of one function until the other task has seen it begin."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: str, name: str) -> None:
        self._loop, self._began, self._released = asyncio.get_running_loop(), asyncio.Event(), threading.Event()
        self._compute: Callable[..., Any] = getattr(sys.modules[module], name)
        self.was_held_up: list[bool] = []
        monkeypatch.setattr(sys.modules[module], name, self._hold)

    def _hold(self, *args: Any, **kwargs: Any) -> Any:
        self._loop.call_soon_threadsafe(self._began.set)
        self.was_held_up.append(not self._released.wait(LONGEST_SECONDS))
        return self._compute(*args, **kwargs)

    async def release(self) -> None:
        """Let the computation end, once it has begun."""
        await self._began.wait()
        self._released.set()
