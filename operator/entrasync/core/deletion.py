"""The decision for a resource that is being deleted: what happens to its job, and when the resource may go.

`reconcile/controller/status_report.py` shows a blocked deletion as a condition.
"""

from collections.abc import Callable

from entrasync.api.conditions import ConditionType
from entrasync.api.names import ABANDON_ANNOTATION, DELETION_APPROVED_ANNOTATION
from entrasync.api.policies import DeletionPolicy
from entrasync.api.reasons import Reason
from entrasync.core.application.deletion import (
    foreign_keys_are_unconfirmed,
    foreign_secret_is_missed,
    needs_secret_removal,
    saved_credentials_are_to_be_removed,
)
from entrasync.core.connection.other_tenant import describe_other_tenant
from entrasync.core.decision.verdicts import Do, Retry, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import DeleteJob, HoldJob, ReleaseResource
from entrasync.core.job.candidates import find_outranking_claim, find_unsure_claim
from entrasync.core.job.missing_job import is_gone, until_next_look_for_a_missing_job
from entrasync.core.job.unconfirmed_create import create_is_unconfirmed
from entrasync.core.primitives.time_limits import SHORT_DELAY
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.core.schedule.actions import PauseJob

DeletionRule = Callable[[Facts], Verdict | None]


def release_without_graph(resource: Resource) -> ReleaseResource | None:
    """Find a resource that may go without a look at Graph.

    Its job was deleted, or it is abandoned, suspended, observe-only, retains its job, or has none. A resource whose
    create is unfinished is released only on a person's order.
    """
    if (deleted := resource.record.deleted_job_id) is not None:
        return ReleaseResource(f"job {deleted} was deleted")
    if resource.is_abandoned:
        return ReleaseResource("let go as its annotation asks; whatever job there is lives on in Graph")
    if resource.desired is not None and resource.create_intent and resource.held_job_id is None:
        return None  # its job may turn up when nothing records it any more, and another would be created
    if resource.desired is None:
        return _release_unreadable(resource)
    if resource.desired.is_suspended:
        return ReleaseResource("let go while suspended; its job lives on in Graph")
    if resource.is_observe_only:
        return ReleaseResource(
            f"it only observed; whatever job there is lives on in Graph{_explain_doubts(resource.desired)}"
        )
    if resource.held_job_id is None:
        return ReleaseResource("it held no job")
    if needs_secret_removal(resource):
        return None
    if effective_deletion_policy(resource.desired, resource.origin) is DeletionPolicy.RETAIN:
        why = _explain_doubts(resource.desired)
        return ReleaseResource(f"job {resource.held_job_id} lives on in Graph (deletionPolicy Retain){why}")
    return None


def _release_unreadable(resource: Resource) -> ReleaseResource:
    """Release a resource whose spec cannot be read, so that nothing in it can be followed, and say what stays."""
    if resource.held_job_id is None:
        return ReleaseResource("its stored spec cannot be read; it held no job")
    keys = ", ".join(sorted(resource.application.keys))
    saved = f" So do the values that were saved for its application: {keys}." if keys else ""
    return ReleaseResource(
        f"its stored spec cannot be read, so no deletionPolicy could be followed, and job {resource.held_job_id} of "
        f"service principal {resource.service_principal_id} lives on in Graph.{saved} Delete there what is not wanted",
        is_warning=True,
    )


def release_with_kind(resource: Resource) -> ReleaseResource | None:
    """Find a resource that goes because its CRD is being deleted, which nobody means for the jobs in Graph.

    Everything in Graph stays as it is. An unfinished create is settled first, for its job may turn up when nothing
    records it any more.
    """
    if resource.held_job_id is None:
        return None
    return ReleaseResource(
        f"the CRD of SynchronizationJobs is being deleted, so job {resource.held_job_id} lives on in Graph, whatever "
        "spec.deletionPolicy says",
        is_warning=True,
    )


def deletes_job(resource: Resource) -> bool:
    """Whether the deletion of a resource deletes a job in Graph, as far as its own policy says."""
    return resource.held_job_id is not None and policy_of(resource, resource.desired) is DeletionPolicy.DELETE


def is_held_back(resource: Resource) -> bool:
    """Whether the deletion had to wait for a person, and still does. It does not go on by itself later."""
    stalled = resource.record.conditions.get(ConditionType.STALLED)
    is_held = stalled is not None and stalled.is_true and stalled.reason == Reason.DELETION_HELD
    return is_held and not resource.is_deletion_approved


def hold_back(resource: Resource, *, limit: int, tenant_id: str) -> Stall:
    """Say that the limit of deletions is reached and how a person lets the deletion go on."""
    return Stall(
        Reason.DELETION_HELD,
        f"Job {resource.held_job_id} is not deleted, because the install allows at most {limit} deletions in tenant "
        f"{tenant_id} within ten minutes (--deletion-limit). To delete it all the same, annotate the resource with "
        f'{DELETION_APPROVED_ANNOTATION}: "true". To keep the job, annotate it with '
        f'{ABANDON_ANNOTATION}: "true".',
    )


def _explain_doubts(desired: Desired) -> str:
    return "".join(f"; {doubt.message}" for doubt in desired.doubts).rstrip(".")


def needs_resolution(resource: Resource) -> bool:
    """Whether it is not known whose job the resource holds, as after a restore of a backup that left the status out."""
    return resource.service_principal_id is None and release_without_graph(resource) is None


def needs_listing(resource: Resource) -> bool:
    """Whether the deletion has to look for a job first. A job that our own status records is deleted without a look."""
    if not resource.has_recorded_job:
        return True
    return policy_of(resource, resource.desired) is DeletionPolicy.PAUSE


def policy_of(resource: Resource, desired: Desired | None) -> DeletionPolicy:
    """Return the deletion policy that holds. Without a readable spec the job is left alone."""
    return DeletionPolicy.RETAIN if desired is None else effective_deletion_policy(desired, resource.origin)


def effective_deletion_policy(desired: Desired, origin: str | None) -> DeletionPolicy:
    """Resolve an unset `deletionPolicy` by origin: jobs that were created are deleted, adopted ones are retained."""
    if desired.deletion_policy is not None:
        return desired.deletion_policy
    return DeletionPolicy.DELETE if origin == "Created" else DeletionPolicy.RETAIN


def tenant_is_another(facts: Facts) -> Stall | None:
    """Find a connection that leads to another tenant, where nothing may be deleted."""
    if (pinned := facts.former_tenant_id) is None:
        return None
    return Stall(
        Reason.DELETION_BLOCKED,
        f"The job lives in tenant {pinned}, but {describe_other_tenant(facts)}, or annotate the resource with "
        f'{ABANDON_ANNOTATION}: "true" to let go.',
    )


def create_may_still_turn_up(facts: Facts) -> Verdict | None:
    """Find a create that was never answered. The resource stays until its job turns up or the bound ends."""
    if facts.resource.create_intent is None or facts.resource.held_job_id:
        return None
    match settled := create_is_unconfirmed(facts):
        case Wait():
            return Wait(Reason.DELETING, settled.message, settled.after)
        case Do(action=HoldJob()) | Stall() | Retry():
            return settled
        case _ if not facts.observed.listing.is_complete:
            return Retry(Reason.DELETING, "Graph's list of jobs is unreadable in part; the job may be there.")
        case _:
            return Do(ReleaseResource("its unanswered create never brought a job"))


def job_is_held_by_another(facts: Facts) -> Verdict | None:
    """Find a job that another resource holds with the better claim, so that it is not this one's to delete."""
    job_id = facts.resource.held_job_id
    if job_id is None or (claim := find_outranking_claim(facts, job_id)) is None:
        return None
    return Do(ReleaseResource(f"job {job_id} belongs to {claim.key}"))


def claim_of_another_is_unsure(facts: Facts) -> Stall | None:
    """Find a job that another resource may hold by the better right, where only an annotation gives it to this one."""
    if (claim := find_unsure_claim(facts)) is None:
        return None
    return Stall(
        Reason.DELETION_BLOCKED,
        f"Job {claim.job_id} may belong to SynchronizationJob {claim.key}, whose connection ({claim.connection}) has "
        "not logged in, and only an annotation gives it to this resource. Mend that connection, then it is known. "
        f'To let go without touching the job, annotate this resource with {ABANDON_ANNOTATION}: "true".',
    )


def job_is_only_annotated(facts: Facts) -> Verdict | None:
    """Find a job that only an annotation gives to the resource, and that Graph does not show as such a job."""
    if facts.resource.has_recorded_job or facts.resource.held_job_id is None:
        return None
    if facts.job is None:
        return release_when_job_is_gone(facts)
    if facts.job.is_of_template(facts.desired.template_id):
        return None
    return Do(
        ReleaseResource(
            f"only an annotation says that it held job {facts.job.id}, which Graph does not show as a job of template "
            f"{facts.desired.template_id}; "
            "that job lives on in Graph",
            is_warning=True,
        )
    )


def job_is_to_be_paused(facts: Facts) -> Verdict | None:
    """Find a running job that deletionPolicy Pause wants paused.

    A pause that is shown shortly after the operator's start may be from before it. To pause once too often is harmless.
    """
    if policy_of(facts.resource, facts.desired) is not DeletionPolicy.PAUSE:
        return None
    if facts.job is None:
        return release_when_job_is_gone(facts)
    started = facts.resource.last_start
    may_be_stale = started is not None and facts.now - started < facts.bounds.replication
    if not facts.job.is_active and not may_be_stale:
        return Do(ReleaseResource(f"job {facts.job.id} is paused (deletionPolicy Pause)"))
    return Do(PauseJob(facts.service_principal_id, facts.job.id))


def job_is_to_be_deleted(facts: Facts) -> Verdict | None:
    """Delete the job without a look.

    If Graph does not know it, `release_when_job_is_gone` decides, and it is only looked for until it shows again.
    """
    if (job_id := facts.resource.held_job_id) is None:
        return Do(ReleaseResource("it held no job"))
    if policy_of(facts.resource, facts.desired) is DeletionPolicy.RETAIN:
        return Do(ReleaseResource(f"job {job_id} lives on in Graph (deletionPolicy Retain)"))
    if facts.job is None and facts.observed.misses is not None:
        return release_when_job_is_gone(facts)
    return Do(DeleteJob(facts.service_principal_id, job_id))


def release_when_job_is_gone(facts: Facts) -> Verdict:
    """Release the resource of a job that Graph does not know, once the job counts as gone.

    A hidden job would run on.
    """
    job_id = facts.resource.held_job_id
    if facts.job is not None:
        return Wait(
            Reason.DELETING,
            f"Graph shows job {job_id}, but does not know it when asked to delete it. It is tried again.",
            SHORT_DELAY,
        )
    if is_gone(facts):
        return Do(ReleaseResource(f"job {job_id} was not there any more"))
    return Wait(
        Reason.DELETING,
        f"Graph does not show job {job_id}. It is looked for again before it counts as gone and the resource may go.",
        until_next_look_for_a_missing_job(facts),
    )


DELETION_RULES: tuple[DeletionRule, ...] = (
    tenant_is_another,
    create_may_still_turn_up,
    job_is_held_by_another,
    claim_of_another_is_unsure,
    job_is_only_annotated,
    foreign_keys_are_unconfirmed,
    foreign_secret_is_missed,
    saved_credentials_are_to_be_removed,
    job_is_to_be_paused,
    job_is_to_be_deleted,
)


def plan_deletion(facts: Facts) -> Verdict | None:
    """Ask the deletion rules in order; the first that finds something decides."""
    return next((verdict for rule in DELETION_RULES if (verdict := rule(facts)) is not None), None)
