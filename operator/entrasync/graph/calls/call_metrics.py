"""What others may want to know of each call: metrics and logs hang here."""

from typing import Protocol


class CallMetrics(Protocol):
    """Told of every exchange with Graph. Must not raise and must not block."""

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        """One HTTP exchange ended: its HTTP status (None: no answer), real seconds, Graph's request id or ours."""
        ...

    def throttled(self, operation: str, seconds: float) -> None:
        """Graph answered 429; all calls of the tenant pause for so many seconds of the world."""
        ...


class NoCallMetrics:
    """Tells nobody."""

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        """Do nothing."""

    def throttled(self, operation: str, seconds: float) -> None:
        """Do nothing."""
