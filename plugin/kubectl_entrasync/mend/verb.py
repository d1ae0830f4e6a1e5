"""What all requests have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from entrasync.api.names import REQUEST_ANNOTATIONS
from kubectl_entrasync.mend.answer import Answer
from kubectl_entrasync.mend.job import Job

Annotations = Mapping[str, str | None]

RECONCILE_ANNOTATION = REQUEST_ANNOTATIONS[0]


class Verb(ABC):
    """One thing that the operator is asked to do about a job.

    With each request the operator is asked to look at once, by the same token, which its status repeats: so that what
    the status says can be told from what it said before.
    """

    progress: ClassVar[str]
    """What is going on, as the beginning of a line of progress."""

    is_write_to_graph: ClassVar[bool] = True
    """Whether the operator writes to Graph for it."""

    def annotate(self, job: Job, token: str) -> Annotations:
        """Return the annotations that ask for it, None for those to be removed."""
        return {**self.own_annotations(job, token), RECONCILE_ANNOTATION: token}

    @abstractmethod
    def own_annotations(self, job: Job, token: str) -> Annotations:
        """Return the annotations of this request alone."""

    def find_obstacle(self, job: Job) -> str | None:
        """Return why the operator cannot do it, where that is known before it is asked."""
        del job
        return None

    @abstractmethod
    def say_asked(self, job: Job, token: str) -> Answer:
        """Return what was asked for, and how to follow it."""

    @abstractmethod
    def judge(self, job: Job, token: str) -> Answer | None:
        """Return what the operator has answered; None while it has not."""


def find_obstacle(verb: Verb, job: Job) -> str | None:
    """Return why a request would be in vain, in whole sentences; None where it is worth asking."""
    return explain_left_alone(job, is_write_to_graph=verb.is_write_to_graph) or verb.find_obstacle(job)


def explain_left_alone(job: Job, *, is_write_to_graph: bool = True) -> str | None:
    """Return why the operator does nothing about a job, whatever it is asked for; None where it does."""
    if job.is_deleting:
        return f"{job.name} is being deleted, so nothing else is done about its job any more."
    if job.is_suspended:
        return (
            "spec.suspend is true, so the operator neither reads nor writes this job. Set spec.suspend to false first."
        )
    if is_write_to_graph and job.is_observe_only:
        return (
            "managementPolicy is Observe, so the operator writes nothing to Graph for this job. Set "
            "spec.managementPolicy to Manage first."
        )
    return None
