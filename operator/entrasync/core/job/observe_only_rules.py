"""Rules that find the job of an observe-only resource. Each is named by the fault it finds."""

from entrasync.api.policies import OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import AddFinalizer, CreateJob, ForgetCreate, HoldJob, Origin
from entrasync.core.job.candidates import (
    find_claim_of_same_template,
    fitting_jobs,
    list_is_incomplete,
    several_jobs_fit,
    unclaimed_jobs,
)
from entrasync.core.job.missing_job import is_gone, wait_for_missing_job
from entrasync.core.job.rules import wait_for_other_create
from entrasync.core.job.unconfirmed_create import create_is_unconfirmed


def create_before_observing_is_unconfirmed(facts: Facts) -> Verdict | None:
    """Find a create whose answer was lost while the job was still managed. It is never sent again."""
    match verdict := create_is_unconfirmed(facts):
        case Do(action=CreateJob() | AddFinalizer()):
            return Do(ForgetCreate())
        case _:
            return verdict


def job_to_observe_is_missing(facts: Facts) -> Verdict | None:
    """Find that the observed job is not shown and does not count as gone yet."""
    if facts.job is not None or facts.resource.held_job_id is None or is_gone(facts):
        return None
    return wait_for_missing_job(facts)


def job_to_observe_is_unknown(facts: Facts) -> Verdict | None:
    """Find that no job is observed yet, and choose one.

    It is the one that a managing resource would hold, else the one that another resource manages.
    """
    if not _needs_job(facts):
        return None
    if not facts.observed.listing.is_complete:
        return list_is_incomplete()
    fitting = unclaimed_jobs(facts) or fitting_jobs(facts)
    if len(fitting) == 1:
        return Do(HoldJob(fitting[0].id, "Adopted"))
    if fitting:
        return several_jobs_fit(facts, fitting, f"have template {facts.desired.template_id}")
    creating = next((claim for claim in facts.observed.claims if claim.creating_since), None)
    return wait_for_other_create(facts, creating) if creating else None


def job_would_have_to_be_created(facts: Facts) -> Verdict | None:
    """Find that there is no job, and that a managing resource would create one."""
    if not _needs_job(facts) or not facts.desired.may_create or find_claim_of_same_template(facts):
        return None
    is_gone_for_good = facts.resource.held_job_id and facts.desired.on_missing is not OnMissing.RECREATE
    wanted = CreateJob(facts.desired.service_principal_id, facts.desired.template_id, facts.observed.listing.ids)
    return None if is_gone_for_good else Do(wanted)


def job_to_observe_is_absent(facts: Facts) -> Verdict | None:
    """Find that there is no job to observe. There may be one at any later look."""
    if not _needs_job(facts):
        return None
    service_principal_id, held = facts.service_principal_id, facts.resource.held_job_id
    template = f"Service principal {service_principal_id} has no job with template {facts.desired.template_id}"
    what = f"Job {held} has gone" if held else template
    return Wait(
        Reason.NO_JOB_TO_OBSERVE,
        f"{what}, and managementPolicy Observe creates none. It is looked for at each poll.",
        facts.desired.poll_interval,
    )


def observed_job_is_not_recorded(facts: Facts) -> Verdict | None:
    """Find an observed job without its annotation, or with the finalizer that only managing resources need.

    Nothing has to be settled when the resource goes, and another one may hold the job by the time this one manages
    again.
    """
    resource = facts.resource
    is_written_down = facts.job is not None and resource.annotated_job_id == facts.job.id and resource.origin
    if facts.job is None or (
        is_written_down and not (resource.has_finalizer and facts.desired.is_declared_observe_only)
    ):
        return None
    origin: Origin = "Created" if resource.origin == "Created" else "Adopted"
    return Do(HoldJob(facts.job.id, origin))


def _needs_job(facts: Facts) -> bool:
    """Whether the resource holds no job that is or may be there, and names none that it never held."""
    if facts.job is not None:
        return False
    return facts.job_id is None or (facts.resource.held_job_id is not None and is_gone(facts))
