"""Time as the operator sees it. The one implementation lives in `process/clock.py`."""

from datetime import datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """World time decides; wall time is only written down (condition times, Events)."""

    def now(self) -> datetime:
        """Tell the world's time, aware, UTC: what promises, polls and Graph's own times are measured by."""
        ...

    def wall(self) -> datetime:
        """Tell the real time, aware, UTC."""
        ...

    async def sleep(self, delay: timedelta) -> None:
        """Wait until the world is `delay` older. Never returns early."""
        ...
