"""Actions on a job as a whole: create, hold, delete, and let its resource go."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from entrasync.core.decision.action import Action, Difference, Target

Origin = Literal["Created", "Adopted"]


@dataclass(frozen=True)
class AddFinalizer(Action):
    """Add our finalizer to the resource before anything in Graph depends on it."""

    target: ClassVar[Target] = "Kubernetes"

    def describe(self) -> str:
        """Say what it does."""
        return "add its finalizer"


@dataclass(frozen=True)
class CreateJob(Action):
    """Record the intent, POST, record the id: the three steps that survive a crash at any point.

    `replaces` is the job that was held before and has gone.
    """

    target: ClassVar[Target] = "Graph"

    service_principal_id: str
    template_id: str
    job_ids_before: frozenset[str]
    replaces: str | None = field(default=None, compare=False)

    def describe(self) -> str:
        """Say what it does."""
        return f"create a job from template {self.template_id}"

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The job that somebody else removed."""
        return _removal_of(self.replaces)


@dataclass(frozen=True)
class ForgetCreate(Action):
    """Forget an unanswered create that never brought a job, where the spec no longer allows another."""

    target: ClassVar[Target] = "Kubernetes"

    def describe(self) -> str:
        """Say what it does."""
        return "forget an unanswered create"


@dataclass(frozen=True)
class HoldJob(Action):
    """Record that this resource holds a job: the annotations and, if it is missing, the finalizer.

    `replaces` is the job that was held before and has gone.
    """

    target: ClassVar[Target] = "Kubernetes"

    job_id: str
    origin: Origin
    replaces: str | None = field(default=None, compare=False)

    def describe(self) -> str:
        """Say what it does."""
        return f"hold job {self.job_id}"

    @property
    def drift(self) -> tuple[Difference, ...]:
        """The job that somebody else removed."""
        return _removal_of(self.replaces)


@dataclass(frozen=True)
class DeleteJob(Action):
    """Delete the job in Graph; accounts that it has provisioned stay as they are."""

    target: ClassVar[Target] = "Graph"

    service_principal_id: str
    job_id: str

    def describe(self) -> str:
        """Say what it does."""
        return f"delete job {self.job_id}"


@dataclass(frozen=True)
class ReleaseResource(Action):
    """Remove the finalizer, so that the resource may go. `message` says what became of the job."""

    target: ClassVar[Target] = "Kubernetes"

    message: str
    is_warning: bool = False
    """Whether something stays in Graph that the spec may want gone."""

    def describe(self) -> str:
        """Say what it does."""
        return "remove its finalizer"


def _removal_of(job_id: str | None) -> tuple[Difference, ...]:
    return (Difference("jobId", wanted=job_id),) if job_id else ()
