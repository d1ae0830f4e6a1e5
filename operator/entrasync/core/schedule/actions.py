"""Actions on a job's schedule: start, pause, and ask for an interval."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from entrasync.api.reasons import Reason
from entrasync.core.decision.action import Action, Difference, Target
from entrasync.core.record.schedule_record import Pause


@dataclass(frozen=True)
class StartJob(Action):
    """Start the job.

    `corrects_drift` says that a person had paused it, and `found_state` is the schedule state that Graph showed.
    `cause` is why it was paused until now, in words.
    """

    target: ClassVar[Target] = "Graph"
    pending_reason: ClassVar[Reason] = Reason.STARTING
    pending_message: ClassVar[str] = "The job was started; Graph does not show it yet."

    service_principal_id: str
    job_id: str
    corrects_drift: bool = False
    found_state: str | None = field(default=None, compare=False)
    cause: str | None = field(default=None, compare=False)

    def describe(self) -> str:
        """Say what it does."""
        return f"start job {self.job_id}"

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The pause that it undoes."""
        return (Difference("schedule.state", "Active", self.found_state),) if self.corrects_drift else ()


@dataclass(frozen=True)
class PauseJob(Action):
    """Pause the job.

    `corrects_drift` says that a person had started it, and `found_state` is the schedule state that Graph showed.
    `record` is written to the status first where the job shall go on by itself afterwards: a crash must not lose that.
    `cause` is why the job is paused, in words.
    """

    target: ClassVar[Target] = "Graph"
    pending_message: ClassVar[str] = "The job was paused; Graph does not show it yet."

    service_principal_id: str
    job_id: str
    corrects_drift: bool = False
    found_state: str | None = field(default=None, compare=False)
    record: Pause | None = field(default=None, compare=False)
    cause: str | None = field(default=None, compare=False)

    def describe(self) -> str:
        """Say what it does."""
        return f"pause job {self.job_id}"

    @property
    def content(self) -> Mapping[str, str]:
        """Why it is paused: another hold is another wish."""
        return {"cause": self.cause or ""}

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The start that it undoes."""
        return (Difference("schedule.state", "Paused", self.found_state),) if self.corrects_drift else ()


@dataclass(frozen=True)
class AskInterval(Action):
    """Ask Graph for an interval (an ISO 8601 duration), and record what it answered.

    `answer_before` is the answer to an earlier request that settled nothing; a second answer does, whatever it is.
    Until `young_until` a 404 or 409 may be replication.
    """

    target: ClassVar[Target] = "Graph"

    service_principal_id: str
    job_id: str
    interval: str
    answer_before: str | None = None
    young_until: datetime | None = field(default=None, compare=False)

    def describe(self) -> str:
        """Say what it does."""
        return f"ask for the interval {self.interval}"
