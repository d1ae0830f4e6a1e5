"""Holds, which pause a job without a commit, and their end."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from entrasync.api.conditions import ConditionType
from entrasync.api.names import FURTHER_NOTICE, HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.core.primitives.json_values import read_object
from entrasync.core.primitives.times import parse_deadline, write_readable_time, write_time
from entrasync.core.record.schedule_record import PausedBy
from kubectl_entrasync.mend.answer import Answer, asked, done, refused
from kubectl_entrasync.mend.job import Job
from kubectl_entrasync.mend.verb import Annotations, Verb


@dataclass(frozen=True)
class Hold(Verb):
    """The job is paused at once, until a time or, without one, until somebody starts it."""

    progress: ClassVar[str] = "Pausing"

    until: datetime | None = None

    def own_annotations(self, job: Job, token: str) -> Annotations:
        """The annotation of the emergency hold."""
        del job, token
        return {HOLD_UNTIL_ANNOTATION: write_time(self.until) if self.until else FURTHER_NOTICE}

    def say_asked(self, job: Job, token: str) -> Answer:
        """Return until when, and how to end it."""
        del token
        until = write_readable_time(self.until) if self.until else "further notice"
        return asked(
            f"The operator was asked to pause the job until {until}. `kubectl entrasync start {job.arguments}` ends "
            "that.",
            f"kubectl entrasync get {job.arguments}",
        )

    def judge(self, job: Job, token: str) -> Answer | None:
        """Return that Graph shows the job paused, or why it does not."""
        if job.has_handled(token) and job.remote.is_paused:
            return done(job.say())
        return refused(job.say()) if job.is_settled(token) else None


@dataclass(frozen=True)
class Start(Verb):
    """The hold ends, and the job runs on if it ran before. What else keeps it paused is said."""

    progress: ClassVar[str] = "Starting"

    def own_annotations(self, job: Job, token: str) -> Annotations:
        """The annotation of the hold is taken away."""
        del job, token
        return {HOLD_UNTIL_ANNOTATION: None}

    def find_obstacle(self, job: Job) -> str | None:
        """Return what keeps a job paused that nobody holds, and what would start it."""
        return None if job.is_held else _explain_pause(job, datetime.now(UTC))

    def say_asked(self, job: Job, token: str) -> Answer:
        """Return that the hold has ended, or that something else keeps the job paused."""
        del token
        taken = "The hold was taken away." if job.is_held else "Nobody holds the job."
        if (lasting := _explain_lasting_pause(job, datetime.now(UTC))) is not None:
            return refused(f"{taken} {lasting}")
        return asked(f"{taken} The operator was asked to look at once.", f"kubectl entrasync get {job.arguments}")

    def judge(self, job: Job, token: str) -> Answer | None:
        """Return that Graph schedules the job and that it works, or what keeps it from that."""
        if not job.has_handled(token):
            return None
        if job.remote.is_active and job.remote.is_quarantined:
            return refused(job.say(ConditionType.QUARANTINED))
        if job.remote.is_active:
            return done(job.say())
        pause = _explain_pause(job, datetime.now(UTC)) if job.is_settled(token) else None
        return refused(pause or job.say()) if job.is_settled(token) else None


def _explain_pause(job: Job, now: datetime) -> str | None:
    """Say what keeps a job paused that Graph shows paused; None where only the operator knows."""
    if (lasting := _explain_lasting_pause(job, now)) is not None:
        return lasting
    pause = job.record.pause
    if not job.remote.is_paused or pause is None:
        return None
    if pause.by is PausedBy.GRAPH:
        return (
            f"Graph itself has paused the job: {pause.reason}. Mend the cause, then `kubectl entrasync restart "
            f"{job.arguments}` starts it."
        )
    if pause.by is PausedBy.PERSON and job.wanted_state is None:
        return (
            "The job was paused outside of this resource, and spec.schedule.state is not set, so the operator leaves "
            "it paused. Set spec.schedule.state to Active, or start the job in the portal."
        )
    return None


def _explain_lasting_pause(job: Job, now: datetime) -> str | None:
    """Say what in spec keeps the job paused, whatever anybody does by annotations."""
    if job.wanted_state == ScheduleState.PAUSED:
        return "spec.schedule.state is Paused, so the job stays paused. Set it to Active to start the job."
    expiration = parse_deadline(read_object(job.spec.get("schedule")).get("expiration"))
    if expiration is None or expiration > now:
        return None
    return (
        f"spec.schedule.expiration {write_time(expiration)} has passed, so the job stays paused. Change it to a later "
        "time, or take it out, to start the job."
    )
