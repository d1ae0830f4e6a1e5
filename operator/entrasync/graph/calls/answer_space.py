"""Bounds the memory of all answers that are being read at once: any number of small ones, and few large ones."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

SMALL_ANSWER_BYTES = 256 * 1024
"""An answer of at most this size is read without asking. A list of about 80 jobs has it."""

LARGE_ANSWERS = 4
"""So many larger answers are read at once in a process. The others wait, within the time of their call."""


class _Places:
    """The places of large answers, in the order in which they are asked for.

    A tenant never has more of them than it leaves free, so there is one for the next tenant when all answers of one
    hang. Each further one that hangs leaves half as much, as with the passes of tenants.
    """

    def __init__(self) -> None:
        self._free = LARGE_ANSWERS
        self._held: Counter[object] = Counter()
        self._waiters: dict[asyncio.Future[None], object] = {}

    async def take(self, tenant: object) -> None:
        """Wait for a place."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters[waiter] = tenant
        self._give_places()
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.cancelled():
                del self._waiters[waiter]
            else:
                self.give_back(tenant)  # the place was given at the same moment
            raise

    def give_back(self, tenant: object) -> None:
        """Give a place to who has waited longest, and may have one."""
        self._held[tenant] -= 1
        if not self._held[tenant]:
            del self._held[tenant]
        self._free += 1
        self._give_places()

    def _give_places(self) -> None:
        for waiter, tenant in list(self._waiters.items()):
            if self._held[tenant] < self._free and not waiter.done():  # else its caller has given up
                del self._waiters[waiter]
                self._free -= 1
                self._held[tenant] += 1
                waiter.set_result(None)


@dataclass
class AnswerShare:
    """What one answer, or one collection of several pages, takes of the space of its tenant."""

    places: _Places
    tenant: object
    size: int = 0
    is_large: bool = False

    async def grow(self, size: int) -> None:
        """Take more bytes. Waits for a place among the large answers once it is no small one any more."""
        self.size += size
        if self.size > SMALL_ANSWER_BYTES and not self.is_large:
            await self.places.take(self.tenant)
            self.is_large = True


class AnswerSpace:
    """The space that all answers of a process share. Belongs to one event loop."""

    def __init__(self) -> None:
        self._places = _Places()

    @asynccontextmanager
    async def hold(self, tenant: object) -> AsyncIterator[AnswerShare]:
        """Hold a share while answers for a tenant are read, which is the same object for all of them."""
        share = AnswerShare(self._places, tenant)
        try:
            yield share
        finally:
            if share.is_large:
                self._places.give_back(share.tenant)
