"""The time limits behind the promises of docs/promises.md, and the delays that rules share."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Bounds:
    """Limits measured in world time."""

    replication: timedelta = timedelta(minutes=15)
    """How long a job may exist before Graph shows it everywhere. Terraform waits as long (graph-facts 4.2)."""

    young: timedelta = timedelta(minutes=5)
    """For how long after something was created a 401 without a message, 403, 404 and 409 count as replication."""

    min_misses: int = 3
    """A job counts as gone only after at least this many looks, by list and by get, did not show it."""

    min_missing_time: timedelta = timedelta(minutes=5)
    """The looks that did not show a job must span at least this time before it counts as gone."""

    blind_polls: int = 3
    """Ready becomes Unknown after this many poll intervals without a read of Graph."""

    max_quarantine: timedelta = timedelta(days=28)
    """Graph disables a job that is in quarantine for longer (graph-facts 4.6)."""


MAX_CREATES_A_DAY = 3
"""How many creates a resource may send within `CREATE_COUNT_PERIOD`, those without an answer included.

Somebody or something removes the jobs, and each new one begins with an initial cycle.
"""

CREATE_COUNT_PERIOD = timedelta(days=1)
"""For how long a create is counted."""

UNCONFIRMED_CREATE_DELAYS = tuple(timedelta(seconds=s) for s in (1, 2, 4, 8, 16, 20))
"""Delays between looks for a job whose create was not answered.

The last one repeats until the replication bound is over.
"""

MAX_CLOCK_ERROR = timedelta(days=1)
"""By how much the clock of a process may be wrong. A time in a status that is older is over, whoever wrote it."""

SHORT_DELAY = timedelta(seconds=5)
"""Delay before the next look at something that is expected to change at any moment."""

STALE_READ_DELAY = timedelta(seconds=15)
"""Delay before the next look while Graph still shows the state from before a write of the operator."""
