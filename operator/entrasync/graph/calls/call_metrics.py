"""The interface by which calls to Graph are counted and logged."""

from typing import Protocol


class CallMetrics(Protocol):
    """Receives every exchange with Graph. Must not raise and must not block."""

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        """Record an HTTP exchange: its status (None: no response), its real seconds, and Graph's request id or ours."""
        ...

    def throttled(self, operation: str, seconds: float) -> None:
        """Record a 429, after which all calls of the tenant pause for so many seconds of world time."""
        ...


class NoCallMetrics:
    """Records nothing."""

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        """Do nothing."""

    def throttled(self, operation: str, seconds: float) -> None:
        """Do nothing."""
