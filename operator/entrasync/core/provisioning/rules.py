"""What keeps a ProvisioningRequest from being sent: for ever (`Stall`), or for now (`Wait`).

Each rule is named by the fault that it finds. A request that is stalled has come to its end and is never sent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from entrasync.api.names import ACCEPTED_UID_ANNOTATION, KIND
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Halt, Stall, Wait
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import SHORT_DELAY
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.provisioning.request_resource import RequestResource, name_subject
from entrasync.core.resource.job_resource import Resource

MAX_WAIT = timedelta(hours=1)
"""So long after it was accepted a request waits for its job, its connection or Graph. Later nobody expects it."""

WHERE_TO_LOOK = (
    "Look in the provisioning logs of the enterprise application in the Entra admin center; status.result has what is "
    "known of the time and the job. Create another ProvisioningRequest if it was not done."
)


@dataclass(frozen=True)
class RequestFacts:
    """What is known of a request before it is sent: the SynchronizationJob that it names, if there is one."""

    request: RequestResource
    job: Resource | None
    now: datetime
    """World time."""


def find_obstacle(facts: RequestFacts) -> Stall | Wait | None:
    """Return what keeps a request from being sent; None if nothing does."""
    return next((verdict for rule in RULES if (verdict := rule(facts)) is not None), None)


def is_copied(facts: RequestFacts) -> Stall | None:
    """Find a request that was restored from a backup or copied: the annotation has the uid of another object."""
    accepted = facts.request.accepted_uid
    if accepted is None or accepted == facts.request.uid:
        return None
    message = (
        f"The annotation {ACCEPTED_UID_ANNOTATION} says that this request was accepted as another object: it was "
        f"restored from a backup or copied, and may have been sent before. It is never sent again. {WHERE_TO_LOOK}"
    )
    return Stall(Reason.OUTCOME_UNKNOWN, message)


def has_lost_its_status(facts: RequestFacts) -> Stall | None:
    """Find a request that was accepted, and whose status does not say so any more."""
    request = facts.request
    if request.accepted_uid is None or request.record.accepted_at is not None:
        return None
    message = (
        "The status of this request was lost, and the request may have been sent before. It is never sent again. "
        f"{WHERE_TO_LOOK}"
    )
    return Stall(Reason.OUTCOME_UNKNOWN, message)


def has_lost_its_answer(facts: RequestFacts) -> Stall | None:
    """Find a request that a process was about to send when it ended."""
    if (intent := facts.request.record.intent) is None:
        return None
    when = f" at {write_readable_time(intent.started_at)}" if intent.started_at else ""
    message = (
        f"The operator was about to ask Graph{when} and has no answer, so Graph may have provisioned the object. It is "
        f"never asked again for this request. {WHERE_TO_LOOK}"
    )
    return Stall(Reason.OUTCOME_UNKNOWN, message)


def has_unreadable_spec(facts: RequestFacts) -> Stall | None:
    """Find a spec that cannot be read."""
    if facts.request.spec is not None:
        return None
    fault = f"The stored spec cannot be read: {facts.request.invalid_spec}. Create another ProvisioningRequest."
    return Stall(Reason.INVALID_SPEC, fault)


def is_deleted_and_tracked(facts: RequestFacts) -> Stall | None:
    """Find a request that would be deleted after its end, and created again by the tool that keeps it."""
    spec = facts.request.spec
    if spec is None or spec.ttl_seconds_after_finished is None or not facts.request.is_tracked:
        return None
    message = (
        "Argo CD, Flux or Helm keeps this resource, as its labels and annotations say, and would create it again after "
        "spec.ttlSecondsAfterFinished, so that it would be sent for ever. Nothing was sent: remove that field."
    )
    return Stall(Reason.TTL_NOT_ALLOWED, message)


def has_no_job(facts: RequestFacts) -> Wait | None:
    """Find that the SynchronizationJob does not exist, or is being deleted."""
    if facts.job is not None and not facts.job.is_deleting:
        return None
    absence = "does not exist" if facts.job is None else "is being deleted"
    message = f"{KIND} {facts.request.job_key}, which spec.jobRef names, {absence}. The operator waits for it."
    return Wait(Reason.WAITING_FOR_JOB, message, SHORT_DELAY)


def has_doubtful_job(facts: RequestFacts) -> Wait | None:
    """Find that it is not known whether the namespace lets the SynchronizationJob be managed."""
    job = facts.job
    if job is None or job.desired is None or job.is_suspended or not (job.is_observe_only and job.desired.doubts):
        return None
    message = (
        f"It is not known whether {KIND} {job.key} is managed; its condition DefaultsInDoubt says why. The operator "
        "waits for it."
    )
    return Wait(Reason.WAITING_FOR_JOB, message, SHORT_DELAY)


def has_unmanaged_job(facts: RequestFacts) -> Stall | None:
    """Find that nothing may be written to Graph for the SynchronizationJob."""
    job = facts.job
    if job is None or not (job.is_suspended or job.is_observe_only):
        return None
    cause = "is suspended (spec.suspend)" if job.is_suspended else "only observes (managementPolicy Observe)"
    message = (
        f"{KIND} {job.key}, which spec.jobRef names, {cause}, so nothing was sent to Graph. Change that, and create "
        "another ProvisioningRequest."
    )
    return Stall(Reason.JOB_NOT_MANAGED, message)


def has_job_without_id(facts: RequestFacts) -> Wait | None:
    """Find that the SynchronizationJob holds no job of Graph for sure."""
    job = facts.job
    if job is None or (job.held_job_id is not None and job.status_job_id == job.held_job_id and job.pinned_tenant_id):
        return None
    message = f"{KIND} {job.key} holds no job in Graph yet; its own conditions say why. The operator waits for it."
    return Wait(Reason.WAITING_FOR_JOB, message, SHORT_DELAY)


RULES: tuple[Callable[[RequestFacts], Stall | Wait | None], ...] = (
    is_copied,
    has_lost_its_status,
    has_lost_its_answer,
    has_unreadable_spec,
    is_deleted_and_tracked,
    has_no_job,
    has_doubtful_job,
    has_unmanaged_job,
    has_job_without_id,
)
"""In the order in which they are asked."""


def leads_elsewhere(job: Resource, tenant_id: str) -> Wait | None:
    """Find that the connection of the SynchronizationJob leads to another tenant than that of its job."""
    if is_same_id(job.pinned_tenant_id, tenant_id):
        return None
    message = (
        f"The connection of {KIND} {job.key} leads to another tenant than that of its job; its own conditions say so. "
        "The operator waits for it."
    )
    return Wait(Reason.WAITING_FOR_JOB, message, SHORT_DELAY)


def limit_wait(halt: Halt, facts: RequestFacts) -> Halt:
    """Return a halt that waits as an end, if the request has waited for too long."""
    accepted = facts.request.record.accepted_at
    if isinstance(halt, Stall) or accepted is None or facts.now - accepted < MAX_WAIT:
        return halt
    spec = facts.request.spec
    what = name_subject(spec) if spec else "the object"
    message = (
        f"{halt.message.rstrip('.')}. That has lasted for an hour, so the request is not sent any more: create another "
        f"ProvisioningRequest for {what} when it is over."
    )
    return Stall(Reason.NOT_SENT, message)
