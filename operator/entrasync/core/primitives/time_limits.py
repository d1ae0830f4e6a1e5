"""The times that our promises are made of (docs/promises.md)."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Bounds:
    """Limits measured in world time."""

    replication: timedelta = timedelta(minutes=15)
    """How long a job may exist before Graph shows it everywhere. Terraform waits as long (graph-facts 4.2)."""

    young: timedelta = timedelta(minutes=5)
    """How long 401 without words, 403, 404 and 409 are taken for replication after something was made."""

    min_misses: int = 3
    """How many looks by list and get must miss a job before it counts as gone ..."""

    min_missing_time: timedelta = timedelta(minutes=5)
    """... and how long they must span."""

    blind_polls: int = 3
    """After so many poll intervals without a read, Ready becomes Unknown."""

    max_quarantine: timedelta = timedelta(days=28)
    """Graph disables a job that is in quarantine for longer (graph-facts 4.6)."""


UNCONFIRMED_CREATE_DELAYS = tuple(timedelta(seconds=s) for s in (1, 2, 4, 8, 16, 20))
"""Pauses between looks for a job whose create was not answered; the last one repeats until the bound ends."""

SHORT_DELAY = timedelta(seconds=5)
"""A look again at something that is expected to change any moment."""

STALE_READ_DELAY = timedelta(seconds=15)
"""Between looks while Graph still shows what was there before a write of ours."""
