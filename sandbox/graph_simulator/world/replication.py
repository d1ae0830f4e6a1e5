from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Look = Literal["list", "get", "act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replication:
    """How slowly a change gets about: it stays unseen for `seconds` of world time and for the first `looks`.

    A list of the jobs of its service principal is one look, and so is a get of the job; only those named in
    `hides` count. `act` stands for start, pause, delete and the like on the job.
    """

    seconds: float = 0.0
    looks: int = 0
    hides: tuple[Look, ...] = ("list", "get")


INSTANT = Replication()


@dataclass(slots=True)
class PendingReplication:
    """What still hides one change of one job."""

    until: datetime
    looks_left: int
    hides: tuple[Look, ...]

    def hides_from(self, look: Look, now: datetime) -> bool:
        """Tell whether the change is unseen by this look, and count the look."""
        if look not in self.hides:
            return False
        if self.looks_left > 0:
            self.looks_left -= 1
            return True
        return now < self.until


def begin_replication(replication: Replication, now: datetime) -> PendingReplication | None:
    """Hide what changes now, as slowly as `replication` says; None if it is seen at once."""
    if replication.seconds <= 0 and replication.looks <= 0:
        return None
    return PendingReplication(now + timedelta(seconds=replication.seconds), replication.looks, replication.hides)
