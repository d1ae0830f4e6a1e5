"""Who shares a limiter: all connections by one app in one tenant, each in a lane of its own width."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from weakref import WeakValueDictionary

from entrasync.core.primitives.clock import Clock
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.wire.clouds import GraphEndpoint


class LimiterShare(TenantLimiter):
    """A client's share of a limiter: at most so many calls of its own, then the places and pauses of all."""

    def __init__(self, shared: TenantLimiter, *, concurrency: int) -> None:
        super().__init__(shared.clock, concurrency=min(concurrency, shared.concurrency))
        self.shared = shared

    @asynccontextmanager
    async def slot(self, *, is_urgent: bool) -> AsyncIterator[None]:
        """Hold a place of the lane, and one of all. Raises `Transient` as the shared one does."""
        async with super().slot(is_urgent=is_urgent), self.shared.slot(is_urgent=is_urgent):
            yield

    def pause(self, headers: Mapping[str, str]) -> timedelta:
        """Stop all calls, of other lanes too, after a 429."""
        return self.shared.pause(headers)

    def record_response(self, headers: Mapping[str, str]) -> None:
        """Learn from an answer, for all lanes."""
        self.shared.record_response(headers)

    def remaining_pause(self) -> timedelta:
        """Tell how long the pause of all lasts; zero without one."""
        return self.shared.remaining_pause()


class SharedLimiters:
    """One limiter for each app in a tenant of a cloud, as Graph counts their calls together.

    Each has as many places as the install allows; a connection may ask for fewer. Those that nobody uses vanish.
    """

    def __init__(self, clock: Clock, *, concurrency: int) -> None:
        self.clock = clock
        self._concurrency = concurrency
        self._shared: WeakValueDictionary[tuple[str, str, str], TenantLimiter] = WeakValueDictionary()

    def find(
        self, tenant_id: str, client_id: str | None, *, endpoint: GraphEndpoint, at_most: int | None = None
    ) -> TenantLimiter:
        """Find or make the limiter of an app, or a lane of it that is `at_most` so wide.

        `client_id` is None for the machine's own identity, whose app is known by its tokens only.
        """
        key = (tenant_id.lower(), (client_id or "").lower(), endpoint.graph_url)
        shared = self._shared.get(key)
        if shared is None:
            shared = self._shared[key] = TenantLimiter(self.clock, concurrency=self._concurrency)
        return shared if at_most is None else LimiterShare(shared, concurrency=at_most)
