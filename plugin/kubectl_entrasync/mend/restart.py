"""A restart with the default scopes, which are all that the annotation offers."""

from dataclasses import dataclass
from typing import ClassVar

from entrasync.api.job.restart import DEFAULT_SCOPES
from entrasync.api.names import RESTART_ANNOTATION
from entrasync.core.record.restart_record import RestartOutcome
from kubectl_entrasync.mend.answer import Answer, asked, done, refused
from kubectl_entrasync.mend.job import Job
from kubectl_entrasync.mend.verb import Annotations, Verb

_ANSWERS = {
    RestartOutcome.RESTARTED: done(
        f"Graph accepted the restart, which resets {', '.join(DEFAULT_SCOPES)}. The next cycle begins at once."
    ),
    RestartOutcome.UNKNOWN: refused(
        "The answer to the restart was lost, and Graph may have restarted the job. Look at its next cycle, and ask "
        "again if it was not restarted."
    ),
    RestartOutcome.RECORDED: refused(
        "The operator recorded the request and restarted nothing, because it saw the job for the first time or only "
        "observed it then. Ask again."
    ),
}


@dataclass(frozen=True)
class Restart(Verb):
    """The job is restarted once. That lifts a quarantine, and starts a job that Graph itself has paused."""

    progress: ClassVar[str] = "Restarting"

    def own_annotations(self, job: Job, token: str) -> Annotations:
        """A new token restarts the job once."""
        del job
        return {RESTART_ANNOTATION: token}

    def say_asked(self, job: Job, token: str) -> Answer:
        """Return where the outcome will be."""
        del token
        return asked(
            "The operator was asked to restart the job. status.restarts.request says what comes of it.",
            f"kubectl get syncjob {job.arguments} -o jsonpath='{{.status.restarts.request}}'",
        )

    def judge(self, job: Job, token: str) -> Answer | None:
        """Return what the status says of the token, or why the restart waits for a person."""
        known = job.record.restarts.request
        if known is not None and known.token == token and known.outcome in _ANSWERS:
            return _ANSWERS[RestartOutcome(known.outcome)]
        waits_for_start = job.has_handled(token) and job.is_paused_on_purpose
        return refused(job.say()) if waits_for_start or job.is_settled(token) else None
