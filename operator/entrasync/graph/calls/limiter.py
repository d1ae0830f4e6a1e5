"""Limits how many calls run against one tenant at once, and stops them all after a 429."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from random import random

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import PostponedCall, Transient
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.growing_pause import grow_pause
from entrasync.graph.calls.answer_space import AnswerShare, AnswerSpace
from entrasync.graph.calls.write_quota import WriteQuota
from entrasync.graph.wire.retry_after import read_retry_after

MAX_WAIT_IN_CALL = timedelta(seconds=3)
"""A call waits so long for the end of pauses, in all. Longer ones end the pass, which frees its place."""

MAX_WAIT_OF_WRITE = timedelta(seconds=20)
"""A write waits longer. Its pass has read what it needs, and would read it again only to meet the next pause."""

INITIAL_PAUSE = timedelta(seconds=1)
MAX_PAUSE = timedelta(seconds=60)
"""Some identity resources send 429 without Retry-After (graph-facts 6.3), and others may send 0 or a past date.

The own pause doubles up to MAX_PAUSE, and no Retry-After makes it shorter.
"""

BUSY_QUOTA_SHARE = 0.8
"""Graph reports the used share of the quota from this value on (documented: 0.8 to 1.8, graph-facts 6.3)."""

BUSY_PERIOD = timedelta(seconds=10)
"""Graph's token bucket refills over 10 s, so an older report of its level means nothing."""

WRITES_USED_UP = "The writes that Graph allows the app in this tenant are used up for now; the operator goes on slower."


class TenantLimiter:
    """Limits the calls of one app in one tenant. Urgent calls overtake background ones; each class keeps its order.

    Background calls may use three quarters of the slots, so that urgent ones find a free one. All times are world time.
    Belongs to one event loop.
    """

    def __init__(self, clock: Clock, *, concurrency: int = 32, answers: AnswerSpace | None = None) -> None:
        if concurrency < 1:
            raise ValueError("a limiter needs at least one slot")
        self.clock = clock
        self.answers = answers or AnswerSpace()
        """The space of the answers, which limiters share as far as they share a process."""
        self.concurrency = concurrency
        self._in_flight = 0
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._background: deque[asyncio.Future[None]] = deque()
        self._paused_until: datetime | None = None
        self._refusals = 0
        """How many pauses in a row were too short."""
        self._busy_until: datetime | None = None
        self._write_quota = WriteQuota()

    async def wait_for_write(self, *, is_urgent: bool = False) -> None:
        """Wait until the quota allows one more write. A part of it is kept for urgent ones.

        Raises `Transient` (THROTTLED, with `after`) when that takes long, and takes none of the quota then.
        """
        wait = self._write_quota.take(self.clock.now(), longest_wait=MAX_WAIT_IN_CALL, is_urgent=is_urgent)
        if wait > MAX_WAIT_IN_CALL:
            raise Transient(Reason.THROTTLED, WRITES_USED_UP, after=wait)
        if wait:
            await self.clock.sleep(wait)

    @asynccontextmanager
    async def slot(self, *, is_urgent: bool, is_write: bool = False) -> AsyncIterator[None]:
        """Hold one of the tenant's slots. Raises `PostponedCall` (THROTTLED, with `after`) during a long pause."""
        await self._acquire(is_urgent, MAX_WAIT_OF_WRITE if is_write else MAX_WAIT_IN_CALL)
        try:
            yield
        finally:
            self._release()

    def hold_answer(self) -> AbstractAsyncContextManager[AnswerShare]:
        """Hold the share of an answer in the space of all answers."""
        return self.answers.hold(self)

    def pause(self, headers: Mapping[str, str]) -> timedelta:
        """Stop all calls after a 429, for a growing time or its Retry-After if that is longer; returns for how long.

        The calls that were in flight together when the quota ran out count as one.
        """
        if "/Write/" in headers.get("x-ms-throttle-scope", ""):
            self._write_quota.note_refusal()
        now, is_paused = self.clock.now(), bool(self.remaining_pause())
        refusals = max(self._refusals - 1, 0) if is_paused else self._refusals
        retry_after = read_retry_after(headers)
        wait = grow_pause(refusals, first=INITIAL_PAUSE, longest=MAX_PAUSE, spread=random(), at_least=retry_after)
        self._refusals = refusals + 1
        self._paused_until = max(self._paused_until or now, now + wait)
        return self._paused_until - now

    def record_response(self, headers: Mapping[str, str]) -> None:
        """Record a response other than 429: it shows how full the quota is, and that the last pause was long enough.

        During a pause it says nothing of that pause, because its request was sent before.
        """
        if not self.remaining_pause():
            self._refusals = 0
        try:
            share = float(headers.get("x-ms-throttle-limit-percentage", "0"))
        except ValueError:
            return
        if share >= BUSY_QUOTA_SHARE:
            self._busy_until = self.clock.now() + BUSY_PERIOD

    def forget_pauses(self) -> None:
        """Forget until when calls pause, because the clock was set. Graph asks for a pause again if it wants one."""
        self._paused_until = self._busy_until = None
        self._write_quota.forget_times()

    def remaining_pause(self) -> timedelta:
        """Return how long the current pause lasts from now; zero without one."""
        if self._paused_until is None:
            return timedelta()
        remaining = self._paused_until - self.clock.now()
        if remaining <= timedelta():
            self._paused_until = None
            return timedelta()
        return remaining

    async def wait_out_pause(self, longest: timedelta = MAX_WAIT_IN_CALL) -> None:
        """Wait until no pause is on. Raises `PostponedCall` (THROTTLED, with `after`) when that takes longer in all."""
        latest = self.clock.now() + longest
        while remaining := self.remaining_pause():
            if self.clock.now() + remaining > latest:
                raise PostponedCall(Reason.THROTTLED, "Graph asked for a pause, and it is kept.", after=remaining)
            await self.clock.sleep(remaining)

    async def _acquire(self, is_urgent: bool, longest_pause: timedelta) -> None:
        latest = self.clock.now() + longest_pause
        while True:
            await self.wait_out_pause(latest - self.clock.now())
            await self._take_slot(is_urgent)
            if not self.remaining_pause():
                return
            self._release()  # a pause began while this call waited

    async def _take_slot(self, is_urgent: bool) -> None:
        waiters = self._urgent if is_urgent else self._background
        if not waiters and self._has_free_slot(is_urgent) and not (self._urgent and not is_urgent):
            self._in_flight += 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if not waiter.cancelled():
                self._release()  # the slot was given at the same moment
            raise

    def _release(self) -> None:
        self._in_flight -= 1
        self._wake_waiters()

    def _wake_waiters(self) -> None:
        for waiters, is_urgent in ((self._urgent, True), (self._background, False)):
            while waiters and self._has_free_slot(is_urgent):
                waiter = waiters.popleft()
                if not waiter.done():  # else its caller has given up
                    self._in_flight += 1
                    waiter.set_result(None)

    def _has_free_slot(self, is_urgent: bool) -> bool:
        return self._in_flight < self._concurrency_of(is_urgent)

    def _concurrency_of(self, is_urgent: bool) -> int:
        bound = self.concurrency if is_urgent else self.concurrency * 3 // 4
        if self._busy_until is not None and self.clock.now() < self._busy_until:
            bound //= 4  # urgent calls slow down, background ones nearly stop
        return max(bound, 1)
