"""Handles Ctrl-C: the demo ends at once, but neither while a process is being started nor while it cleans up."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """Raises KeyboardInterrupt at the first signal within its block; later ones, and all after `close`, do nothing."""

    def __init__(self) -> None:
        self.was_interrupted = False
        self._is_closed = False
        self._is_held = False

    def __enter__(self) -> Self:
        for number in SIGNALS:
            signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ignore all signals from now on, because cleaning up has begun."""
        self._is_closed = True

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Defer a signal to the end of the block, so that a process that is being started is not left behind.

        A second signal interrupts at once.
        """
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False
        if self.was_interrupted:
            self._interrupt()

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        is_second, self.was_interrupted = self.was_interrupted, True
        if is_second or not self._is_held:
            self._interrupt()

    def _interrupt(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            raise KeyboardInterrupt
