"""An event loop whose time jumps to the next thing that waits for it, so that hours of the world take milliseconds."""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar, TypeVarTuple

ArgsT = TypeVarTuple("ArgsT")
ResultT = TypeVar("ResultT")

EPOCH_SECONDS = 1_772_000_000.0
"""What the machine's clock shows when a loop begins."""


class IdleForEver(Exception):
    """Nothing is left that could go on: the world has ended in silence."""


class _JumpingSelector(selectors.DefaultSelector):
    """Never waits. What it would have waited is added to `elapsed`."""

    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise IdleForEver("every task waits for something that never comes")
        self.elapsed += max(timeout, 0.0)
        return []  # nothing comes from outside of the process


class SimulatedLoop(asyncio.SelectorEventLoop):
    """A loop for what does no I/O outside of the process, and whose threads only compute. Its time is the machine's."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the seconds since the loop began."""
        return self._jumping.elapsed

    def wall(self) -> float:
        """Return the machine's time, in seconds since 1970."""
        return EPOCH_SECONDS + self._jumping.elapsed

    def run_in_executor(
        self, executor: Executor | None, func: Callable[[*ArgsT], ResultT], *args: *ArgsT
    ) -> asyncio.Future[ResultT]:
        """Do the work of the default threads at once. Others are refused: the time would not wait for their I/O."""
        if executor is not None:
            raise RuntimeError("no thread may wait for anything in simulated time")
        done: asyncio.Future[ResultT] = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - the caller gets what a thread would have raised
            done.set_exception(error)
        return done
