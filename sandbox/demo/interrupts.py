"""Ctrl-C at any moment: the story ends at once, what must be whole stays whole, cleaning up is not disturbed."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Within its block the first signal raises KeyboardInterrupt; all after it, and all after `close`, do nothing."""

    def __init__(self) -> None:
        self.came = False
        self._is_closed = False
        self._is_held = False

    def __enter__(self) -> Self:
        for number in SIGNALS:
            signal.signal(number, self._take)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let no signal in from now on: it is being cleaned up."""
        self._is_closed = True

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep a signal back until the block ends: a process is being started, and must not go unnoticed.

        Only a second signal breaks in.
        """
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self.came:
            self._interrupt()

    def _take(self, _number: int, _frame: FrameType | None) -> None:
        is_second, self.came = self.came, True
        if is_second or not self._is_held:
            self._interrupt()

    def _interrupt(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            raise KeyboardInterrupt
