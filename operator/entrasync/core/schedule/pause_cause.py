"""Why the operator wants a job paused now: the spec's state, its expiration, or an emergency hold.

Who has paused a job is told apart in `pause_author.py`.
"""

from dataclasses import dataclass
from datetime import datetime

from entrasync.api.policies import ScheduleState
from entrasync.core.primitives.times import write_time
from entrasync.core.resource.desired import Desired
from entrasync.core.schedule.hold import Hold


@dataclass(frozen=True)
class PauseCause:
    """Why the operator keeps a job paused, in words.

    After a cause that `is_limited` in time the job goes on as it did before. A cause that `is_passing` ends by itself,
    so it does not settle a pause that Graph or a person made.
    """

    words: str
    is_limited: bool = False
    is_passing: bool = False


STATE_IS_PAUSED = PauseCause("spec.schedule.state is Paused")


def find_pause_cause(desired: Desired, hold: Hold, now: datetime) -> PauseCause | None:
    """Find why the job must be paused, the longest-lasting cause first; None if nothing asks for it."""
    if desired.schedule_state is ScheduleState.PAUSED:
        return STATE_IS_PAUSED
    if desired.expiration is not None and desired.expiration <= now:
        return PauseCause(f"spec.schedule.expiration {write_time(desired.expiration)} has passed", is_limited=True)
    if hold.until is not None and now < hold.until:
        return PauseCause(hold.words, is_limited=True, is_passing=True)
    return None


def list_deadlines(desired: Desired, hold: Hold) -> tuple[datetime, ...]:
    """List the times at which the pause cause may change by itself."""
    return tuple(time for time in (desired.expiration, hold.until) if time is not None)
