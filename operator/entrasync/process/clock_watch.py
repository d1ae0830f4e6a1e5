"""Notices that the machine's clock was set, and has the world looked at anew.

Promises and polls are measured by a clock that only goes forward. When the machine's clock was set, or the machine was
suspended, that clock is wrong: it follows, and what was remembered by the old time is forgotten.
"""

import asyncio
import logging
from collections.abc import Callable

from entrasync.process.clock import WorldClock

LOG = logging.getLogger("entrasync.process")

SECONDS_BETWEEN_LOOKS = 5.0
"""Real time between two looks at the machine's clock."""


async def watch_clock(clock: WorldClock, look_anew: Callable[[], None]) -> None:
    """Look at the machine's clock for ever, and call `look_anew` whenever it was set."""
    while True:
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        notice_jump(clock, look_anew)


def notice_jump(clock: WorldClock, look_anew: Callable[[], None]) -> None:
    """Look at the machine's clock once."""
    if jump := clock.follow_machine():
        LOG.warning(
            "The machine's clock was set by %+.0f s, or the machine was suspended. All resources are looked at anew.",
            jump.total_seconds(),
        )
        look_anew()
