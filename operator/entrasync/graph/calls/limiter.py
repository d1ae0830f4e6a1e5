"""How many calls go to one tenant at once, and when none may."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.primitives.clock import Clock
from entrasync.graph.wire.retry_after import read_retry_after

MAX_WAIT_IN_CALL = timedelta(seconds=3)
"""A shorter pause is waited out inside a call; a longer one goes back to the queue, which then has its workers free."""

INITIAL_PAUSE = timedelta(seconds=1)
MAX_PAUSE = timedelta(seconds=60)
"""Some identity resources send 429 without Retry-After; then the pause doubles from the first of these to the last."""

BUSY_QUOTA_SHARE = 0.8
"""Graph tells the used share of the quota from here on (documented: 0.8 to 1.8)."""

BUSY_PERIOD = timedelta(seconds=10)
"""Graph's token bucket refills over 10 s: older news of it means nothing."""


class TenantLimiter:
    """One per tenant and app, shared by all calls. Urgent calls overtake; within a class the first comes first.

    Background calls may use three quarters of the places, so that an urgent one finds a place free. All times are the
    world's. Belongs to one event loop.
    """

    def __init__(self, clock: Clock, *, concurrency: int = 32) -> None:
        if concurrency < 1:
            raise ValueError("a limiter needs at least one place")
        self.clock = clock
        self.concurrency = concurrency
        self._in_flight = 0
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._background: deque[asyncio.Future[None]] = deque()
        self._paused_until: datetime | None = None
        self._next_pause = INITIAL_PAUSE
        self._busy_until: datetime | None = None

    @asynccontextmanager
    async def slot(self, *, is_urgent: bool) -> AsyncIterator[None]:
        """Hold one of the tenant's places. Raises `Transient` (THROTTLED, `after`) in a pause that is not short."""
        await self._acquire(is_urgent)
        try:
            yield
        finally:
            self._release()

    def pause(self, headers: Mapping[str, str]) -> timedelta:
        """Stop all calls after a 429, for as long as it says or else growing; returns for how long."""
        retry_after = read_retry_after(headers)
        wait = self._next_pause if retry_after is None else retry_after
        if retry_after is None:
            self._next_pause = min(self._next_pause * 2, MAX_PAUSE)
        until = self.clock.now() + wait
        if self._paused_until is None or until > self._paused_until:
            self._paused_until = until
        return wait

    def record_response(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer that is no 429: how full the quota is, and that the pause before was long enough."""
        self._next_pause = INITIAL_PAUSE
        try:
            share = float(headers.get("x-ms-throttle-limit-percentage", "0"))
        except ValueError:
            return
        if share >= BUSY_QUOTA_SHARE:
            self._busy_until = self.clock.now() + BUSY_PERIOD

    def remaining_pause(self) -> timedelta:
        """Tell how long the pause lasts; zero without one."""
        if self._paused_until is None:
            return timedelta()
        remaining = self._paused_until - self.clock.now()
        if remaining <= timedelta():
            self._paused_until = None
            return timedelta()
        return remaining

    async def _acquire(self, is_urgent: bool) -> None:
        while True:
            await self._wait_out_pause()
            await self._take_slot(is_urgent)
            if not self.remaining_pause():
                return
            self._release()  # the pause began while we stood in line

    async def _wait_out_pause(self) -> None:
        while remaining := self.remaining_pause():
            if remaining > MAX_WAIT_IN_CALL:
                raise Transient(Reason.THROTTLED, "Graph asked for a pause; it is kept", after=remaining)
            await self.clock.sleep(remaining)

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
                self._release()  # the place was given in the same moment
            raise

    def _release(self) -> None:
        self._in_flight -= 1
        self._wake_waiters()

    def _wake_waiters(self) -> None:
        for waiters, is_urgent in ((self._urgent, True), (self._background, False)):
            while waiters and self._has_free_slot(is_urgent):
                waiter = waiters.popleft()
                if not waiter.done():  # else whoever stood there has given up
                    self._in_flight += 1
                    waiter.set_result(None)

    def _has_free_slot(self, is_urgent: bool) -> bool:
        return self._in_flight < self._bound(is_urgent)

    def _bound(self, is_urgent: bool) -> int:
        bound = self.concurrency if is_urgent else self.concurrency * 3 // 4
        if self._busy_until is not None and self.clock.now() < self._busy_until:
            bound //= 4  # urgent calls keep some speed, background ones nearly stop
        return max(bound, 1)
