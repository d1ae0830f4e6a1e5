"""Bounds the memory of all answers that are being read at once: any number of small ones, and few large ones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

SMALL_ANSWER_BYTES = 256 * 1024
"""An answer of at most this size is read without asking. A list of about 80 jobs has it."""

LARGE_ANSWERS = 4
"""So many larger answers are read at once in a process. The others wait, within the time of their call."""


@dataclass
class AnswerShare:
    """What one answer, or one collection of several pages, takes of the space."""

    places: asyncio.Semaphore
    size: int = 0
    is_large: bool = False

    async def grow(self, size: int) -> None:
        """Take more bytes. Waits for a place among the large answers once it is no small one any more."""
        self.size += size
        if self.size > SMALL_ANSWER_BYTES and not self.is_large:
            await self.places.acquire()
            self.is_large = True


class AnswerSpace:
    """The space that all answers of a process share. Belongs to one event loop."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(LARGE_ANSWERS)

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[AnswerShare]:
        """Hold a share while answers are read."""
        share = AnswerShare(self._places)
        try:
            yield share
        finally:
            if share.is_large:
                self._places.release()
