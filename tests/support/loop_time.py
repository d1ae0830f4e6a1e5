"""The time of an event loop, which a test moves on, so that a deadline is over without any waiting."""

import asyncio
from datetime import timedelta

import pytest


async def settle() -> None:
    """Let all tasks go on until they wait for something from outside."""
    for _ in range(50):
        await asyncio.sleep(0)


class LoopTime:
    """The time by which the running event loop wakes what waits. It goes on by real time and by `move`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        loop = asyncio.get_running_loop()
        real = loop.time
        monkeypatch.setattr(loop, "time", lambda: real() + self._ahead)

    async def move(self, delay: timedelta) -> None:
        """Wake what waits for a time within `delay`, and let it go on."""
        self._ahead += delay.total_seconds()
        await settle()
