"""Limiters that all connections by one app in one tenant share, each connection with its own concurrency."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from entrasync.core.primitives.clock import Clock
from entrasync.graph.calls.answer_space import AnswerShare, AnswerSpace
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.wire.clouds import GraphEndpoint


class LimiterShare(TenantLimiter):
    """A connection's share of a limiter: it limits the connection's calls, and each takes a slot of the shared one."""

    def __init__(self, shared: TenantLimiter, *, concurrency: int) -> None:
        super().__init__(shared.clock, concurrency=min(concurrency, shared.concurrency), answers=shared.answers)
        self.shared = shared

    @asynccontextmanager
    async def slot(self, *, is_urgent: bool, is_write: bool = False) -> AsyncIterator[None]:
        """Hold a slot of the share and one of the shared limiter. Raises `PostponedCall` as the shared one does."""
        own = super().slot(is_urgent=is_urgent, is_write=is_write)
        async with own, self.shared.slot(is_urgent=is_urgent, is_write=is_write):
            yield

    def hold_answer(self) -> AbstractAsyncContextManager[AnswerShare]:
        """Hold a share of the space as a part of what the shared limiter has."""
        return self.shared.hold_answer()

    async def wait_for_write(self, *, is_urgent: bool = False) -> None:
        """Wait until the quota of all shares allows one more write. Raises `Transient` as the shared one does."""
        await self.shared.wait_for_write(is_urgent=is_urgent)

    def pause(self, headers: Mapping[str, str]) -> timedelta:
        """Stop the calls of all shares after a 429."""
        return self.shared.pause(headers)

    def record_response(self, headers: Mapping[str, str]) -> None:
        """Record a response for all shares."""
        self.shared.record_response(headers)

    def remaining_pause(self) -> timedelta:
        """Return how long the pause of all shares lasts from now; zero without one."""
        return self.shared.remaining_pause()


class SharedLimiters:
    """One limiter for each app in a tenant of a cloud, because Graph counts the calls of an app in a tenant together.

    Each has as many slots as the install allows; a connection may ask for fewer. A limiter that is no longer used goes
    away by itself.
    """

    def __init__(self, clock: Clock, *, concurrency: int) -> None:
        self.clock = clock
        self._concurrency = concurrency
        self._answers = AnswerSpace()
        self._shared: WeakValueDictionary[tuple[str, str, str], TenantLimiter] = WeakValueDictionary()

    def forget_pauses(self) -> None:
        """Forget until when calls pause, because the clock was set."""
        for limiter in list(self._shared.values()):
            limiter.forget_pauses()

    def find(
        self, tenant_id: str, client_id: str | None, *, endpoint: GraphEndpoint, at_most: int | None = None
    ) -> TenantLimiter:
        """Find or make the limiter of an app, or a share of it with `at_most` so many slots.

        `client_id` is None for the machine's own identity: only its tokens show the app.
        """
        key = (tenant_id.lower(), (client_id or "").lower(), endpoint.graph_url)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = TenantLimiter(self.clock, concurrency=self._concurrency, answers=self._answers)
        return shared if at_most is None else LimiterShare(shared, concurrency=at_most)
