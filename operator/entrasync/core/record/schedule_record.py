"""The job's schedule: who paused the job, which interval Graph was asked for, and what does not show yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from entrasync.api.policies import ScheduleState
from entrasync.core.primitives.json_values import read_object, read_text
from entrasync.core.primitives.times import parse_time, write_precise_time, write_time


class PausedBy(StrEnum):
    """Who stopped the job's schedule."""

    OPERATOR = "Operator"
    GRAPH = "Graph"
    PERSON = "Person"


@dataclass(frozen=True)
class Pause:
    """A job that is not scheduled, and who paused it.

    `since` is when the pause was first seen, as stored; None when the job was paused from the start. `resumes` says
    that the job ran before a pause of ours that is limited in time: it is started afterwards even if
    spec.schedule.state is unset. `is_start_sent` says that a start was sent to end the pause, and that Graph has not
    shown the job running since.
    """

    by: PausedBy
    since: str | None
    reason: str
    resumes: bool = False
    is_start_sent: bool = False

    def write(self) -> dict[str, str | bool]:
        """Write the pause as `status.pause`."""
        since = {"since": self.since} if self.since else {}
        resumes = {"resumes": True} if self.resumes else {}
        sent = {"startSent": True} if self.is_start_sent else {}
        return {"by": self.by.value, **since, "reason": self.reason, **resumes, **sent}


def read_pause(stored: object) -> Pause | None:
    """Read `status.pause`; None when absent or malformed."""
    pause = read_object(stored)
    if pause.get("by") not in list(PausedBy):
        return None
    return Pause(
        PausedBy(pause["by"]),
        since=read_text(pause.get("since")),
        reason=str(pause.get("reason", "")),
        resumes=pause.get("resumes") is True,
        is_start_sent=pause.get("startSent") is True,
    )


@dataclass(frozen=True)
class UnshownChange:
    """A start or a pause of the operator that Graph accepted and has not shown since.

    `cause` is why the operator wanted the job paused, in words; for a start it is that of the pause that it ends.
    `generation` and `request` are those of the resource that asked for it.
    """

    state: ScheduleState
    at: datetime
    cause: str | None = None
    generation: int | None = None
    request: str | None = None

    def write(self) -> dict[str, str | int]:
        """Write it as `status.unshownChange`."""
        members = {
            "state": self.state.value,
            "time": write_precise_time(self.at),
            "cause": self.cause,
            "generation": self.generation,
            "request": self.request,
        }
        return {name: value for name, value in members.items() if value is not None}


def read_unshown_change(stored: object) -> UnshownChange | None:
    """Read `status.unshownChange`; None when absent or malformed."""
    change = read_object(stored)
    at, generation = parse_time(change.get("time")), change.get("generation")
    if at is None or change.get("state") not in list(ScheduleState):
        return None
    return UnshownChange(
        ScheduleState(change["state"]),
        at,
        cause=read_text(change.get("cause")),
        generation=generation if isinstance(generation, int) else None,
        request=read_text(change.get("request")),
    )


@dataclass(frozen=True)
class UnansweredStart:
    """A start whose outcome is not known. `since` is when the first of several in a row was sent."""

    since: datetime
    words: str


@dataclass(frozen=True)
class IntervalRequest:
    """The last interval that Graph was asked for (ISO 8601).

    `answer` is what Graph answered where it did not accept the interval. At `repeat_at` it is asked once more.
    """

    requested: str
    asked_at: datetime | None = None
    answer: str | None = None
    repeat_at: datetime | None = None

    def write(self) -> dict[str, str]:
        """Write it as `status.interval`."""
        members = {
            "requested": self.requested,
            "time": write_time(self.asked_at) if self.asked_at else None,
            "answer": self.answer,
            "repeatTime": write_time(self.repeat_at) if self.repeat_at else None,
        }
        return {name: value for name, value in members.items() if value is not None}


def read_interval_request(stored: object) -> IntervalRequest | None:
    """Read `status.interval`; None when absent or malformed."""
    interval = read_object(stored)
    requested = read_text(interval.get("requested"))
    if requested is None:
        return None
    return IntervalRequest(
        requested,
        asked_at=parse_time(interval.get("time")),
        answer=read_text(interval.get("answer")),
        repeat_at=parse_time(interval.get("repeatTime")),
    )
