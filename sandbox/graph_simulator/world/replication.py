"""Delays the visibility of a job's creation or deletion, as Graph's replication does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Look = Literal["list", "get", "act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """How slowly a change replicates: callers do not see it for `seconds` of simulated time and for the first `looks`.

    A list of the service principal's jobs is one look, and so is a get of the job. Only those in `hides` count; `act`
    is a start, pause, delete or similar call on the job.
    """

    seconds: float = 0.0
    looks: int = 0
    hides: tuple[Look, ...] = ("list", "get")


INSTANT = Replication()


@dataclass(slots=True)
class PendingReplication:
    """The replication of one change of one job, which is not finished yet."""

    until: datetime
    looks_left: int
    hides: tuple[Look, ...]

    def hides_from(self, look: Look, now: datetime) -> bool:
        """Check whether this look does not see the change yet, and count the look."""
        if look not in self.hides:
            return False
        if self.looks_left > 0:
            self.looks_left -= 1
            return True
        return now < self.until


def begin_replication(replication: Replication, now: datetime) -> PendingReplication | None:
    """Start the replication of a change that is made now; None if callers see it at once."""
    if replication.seconds <= 0 and replication.looks <= 0:
        return None
    return PendingReplication(now + timedelta(seconds=replication.seconds), replication.looks, replication.hides)
