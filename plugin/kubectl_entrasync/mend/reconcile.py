"""A look at once."""

from dataclasses import dataclass
from typing import ClassVar

from kubectl_entrasync.mend.answer import Answer, asked, done
from kubectl_entrasync.mend.job import Job
from kubectl_entrasync.mend.verb import Annotations, Verb


@dataclass(frozen=True)
class Reconcile(Verb):
    """The operator looks at Graph at once, and corrects what differs."""

    progress: ClassVar[str] = "Reconciling"
    is_write_to_graph: ClassVar[bool] = False

    def own_annotations(self, job: Job, token: str) -> Annotations:
        """The token that all requests have is enough."""
        del job, token
        return {}

    def say_asked(self, job: Job, token: str) -> Answer:
        """Return that the status repeats the token."""
        return asked(
            f"The operator was asked to look at once. When it has, status.lastHandledReconcileAt is {token}.",
            f"kubectl get syncjob {job.arguments} -o jsonpath='{{.status.lastHandledReconcileAt}}'",
        )

    def judge(self, job: Job, token: str) -> Answer | None:
        """Return what the operator says after its look."""
        return done(job.say()) if job.has_handled(token) else None
