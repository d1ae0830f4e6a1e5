"""The approval of deletions that Graph holds back."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from entrasync.api.conditions import ConditionType
from entrasync.api.names import HELD_DELETIONS_APPROVED_ANNOTATION
from entrasync.core.health.quarantine import quarantine_began_at
from entrasync.core.primitives.times import write_time
from entrasync.core.record.restart_record import RestartOutcome
from kubectl_entrasync.mend.answer import Answer, asked, done, refused
from kubectl_entrasync.mend.job import Job
from kubectl_entrasync.mend.verb import Annotations, Verb


@dataclass(frozen=True)
class ApproveDeletions(Verb):
    """The deletions that Graph holds back in one quarantine are performed, once."""

    progress: ClassVar[str] = "Approving deletions of"

    def own_annotations(self, job: Job, token: str) -> Annotations:
        """The time at which the quarantine began, which names it."""
        del token
        episode = find_episode(job)
        return {HELD_DELETIONS_APPROVED_ANNOTATION: episode} if episode else {}

    def find_obstacle(self, job: Job) -> str | None:
        """Return that nothing is held back, or that it cannot be approved any more."""
        if not _are_held(job):
            return "Graph holds back no deletions of this job, so there is nothing to approve."
        known, episode = job.record.restarts.approval, find_episode(job)
        if episode is None or (known is not None and episode in known.known_tokens):
            return job.say(ConditionType.DELETIONS_HELD)
        return None

    def say_asked(self, job: Job, token: str) -> Answer:
        """Return where the outcome will be."""
        del token
        return asked(
            f"The deletions of the quarantine that began at {find_episode(job)} were approved. "
            "status.restarts.approval says what comes of it.",
            f"kubectl get syncjob {job.arguments} -o jsonpath='{{.status.restarts.approval}}'",
        )

    def judge(self, job: Job, token: str) -> Answer | None:
        """Return what the status says of the approval that the resource carries."""
        known = job.record.restarts.approval
        if known is not None and known.token == job.annotations.get(HELD_DELETIONS_APPROVED_ANNOTATION):
            if known.outcome == RestartOutcome.RESTARTED:
                return done(f"The deletions of the quarantine that began at {known.token} are performed once.")
            if not known.is_unanswered:
                return refused(_say(job))
        return refused(_say(job)) if job.is_settled(token) else None


def find_episode(job: Job) -> str | None:
    """Return when the quarantine began in which Graph holds back deletions, as the operator writes it."""
    began: datetime | None = quarantine_began_at(job.remote)
    return write_time(began) if began else None


def _are_held(job: Job) -> bool:
    return job.record.is_true(ConditionType.DELETIONS_HELD)


def say_what_is_held(job: Job) -> str:
    """Say what Graph holds back, in the operator's words."""
    return job.say(ConditionType.DELETIONS_HELD)


def _say(job: Job) -> str:
    return job.say(ConditionType.DELETIONS_HELD if _are_held(job) else ConditionType.READY)
