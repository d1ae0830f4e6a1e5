"""Rules that find which job a resource has: held, named, to adopt or to create."""

from entrasync.api.names import ABANDON_ANNOTATION
from entrasync.api.policies import AdoptionPolicy
from entrasync.api.reasons import Reason
from entrasync.core.connection.disconnection import MAX_DISCONNECTED_TIME
from entrasync.core.decision.verdicts import Do, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import HoldJob, Origin
from entrasync.core.job.candidates import (
    find_claim_of_same_template,
    find_hidden_create,
    find_outranking_claim,
    find_unsure_claim,
    fitting_jobs,
    list_is_incomplete,
    several_jobs_fit,
    unclaimed_jobs,
)
from entrasync.core.job.creation import create_anew
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import SHORT_DELAY, UNCONFIRMED_CREATE_DELAYS
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_claims import Claim


def named_job_is_not_the_held_one(facts: Facts) -> Verdict | None:
    """Find a spec.jobId that names another job than the one held."""
    held, named = facts.resource.held_job_id, facts.desired.job_id
    if held is None or named is None or held == named:
        return None
    return Stall(
        Reason.JOB_ID_MISMATCH,
        f"spec.jobId is {named}, but this resource holds job {held}. Nothing is written. "
        "Delete the resource (with deletionPolicy Retain, so that the job lives on) and apply it with the id you want.",
    )


def claim_of_another_is_unknown(facts: Facts) -> Verdict | None:
    """Find a job that another resource may hold, whose tenant is unknown because its connection has not logged in.

    It stands against taking that very job, and never against a create.
    """
    resource = facts.resource
    if facts.job is not None and resource.has_recorded_job and resource.has_finalizer:
        return None
    taken = {facts.job_id} if facts.job_id else {job.id for job in fitting_jobs(facts)}
    claims = (claim for claim in facts.observed.uncertain_claims if claim.job_id in taken)
    if (claim := next(claims, None) or find_unsure_claim(facts)) is None:
        return None
    message = (
        f"SynchronizationJob {claim.key} names job {claim.job_id} too, and its connection ({claim.connection}) has not "
        "logged in. The job is left alone until it is known whose it is."
    )
    stall = Stall(Reason.CONNECTION_NOT_READY, f"{message} Mend that connection. {_how_to_move(claim)}")
    waited = facts.now - facts.observed.unsure_since.get(claim.key, facts.now)
    if waited >= MAX_DISCONNECTED_TIME or facts.has_reported(stall):
        return stall
    return Wait(Reason.CONNECTION_NOT_READY, message, SHORT_DELAY)


def job_is_claimed_by_another(facts: Facts) -> Verdict | None:
    """Find a job that is held or named here and that another resource holds with the better claim."""
    if facts.job_id is None or (claim := find_outranking_claim(facts, facts.job_id)) is None:
        return None
    return Stall(
        Reason.CONFLICT,
        f"Job {facts.job_id} belongs to SynchronizationJob {claim.key}, and a job has one resource. "
        f"{_how_to_move(claim)} Else delete this resource, or set managementPolicy: Observe on it to only look.",
    )


def job_to_hold_is_unknown(facts: Facts) -> Verdict | None:
    """Find that no job is held yet: adopt the one that fits, or create it."""
    if facts.job_id is not None:
        return None
    return adopt_or_create(facts)


def adopt_or_create(facts: Facts) -> Verdict:
    """Adopt the one job that fits, create one where none does, or say what stands against both."""
    if not facts.observed.listing.is_complete:
        return list_is_incomplete()
    if creating := next((claim for claim in facts.observed.claims if claim.creating_since), None):
        return wait_for_other_create(facts, creating)
    if len(unclaimed := unclaimed_jobs(facts)) == 1:
        return Do(HoldJob(unclaimed[0].id, "Adopted", replaces=facts.resource.held_job_id))
    if unclaimed:
        return several_jobs_fit(facts, unclaimed, f"have template {facts.desired.template_id}")
    if claim := find_claim_of_same_template(facts):
        return Stall(
            Reason.CONFLICT,
            f"SynchronizationJob {claim.key} has job {claim.job_id} with template {facts.desired.template_id} "
            "on this service principal already, and a second one is not created. "
            f"{_how_to_move(claim)} Else delete this resource, or set spec.jobId to another job.",
        )
    if facts.desired.adoption_policy is AdoptionPolicy.ADOPT_ONLY:
        return Stall(
            Reason.NO_JOB_TO_ADOPT,
            f"Service principal {facts.desired.service_principal_id} has no job with template "
            f"{facts.desired.template_id}, and spec.adoptionPolicy AdoptOnly forbids to create one. "
            "Create it elsewhere, or set AdoptOrCreate.",
        )
    if hidden := find_hidden_create(facts):
        return Wait(
            Reason.WAITING_FOR_OTHER_CREATE,
            f"Job {hidden.job_id} was created on this service principal at {write_readable_time(hidden.created_at)} "
            f"for SynchronizationJob {hidden.key}, and Graph does not show it yet. A second job is not created beside "
            "it.",
            UNCONFIRMED_CREATE_DELAYS[-1],
        )
    return create_anew(facts)


def _how_to_move(claim: Claim) -> str:
    """Say how a job is moved. To delete its resource as it is may delete the job, with its watermark."""
    return (
        f"To move the job to this resource, set deletionPolicy: Retain on {claim.key} first, then delete that one: "
        "this one takes the job over by itself."
    )


def wait_for_other_create(facts: Facts, creating: Claim) -> Wait | Stall:
    """Wait for the create of another resource on the same service principal.

    The looks of that resource refresh the list for this one too. A create that is not settled soon after the bound
    waits for a person.
    """
    began = creating.creating_since or facts.now
    since = facts.counted_from(began)
    is_looked_for = facts.now - since < facts.bounds.replication
    stall = Stall(
        Reason.WAITING_FOR_OTHER_CREATE,
        f"SynchronizationJob {creating.key} began to create a job on this service principal at "
        f"{write_readable_time(began)} and has not settled whether there is one: it may be suspended, or unable to "
        "reach Graph. Resume it, mend what it says, or delete it and annotate it with "
        f'{ABANDON_ANNOTATION}: "true".',
    )
    if facts.now - since >= facts.bounds.replication + facts.bounds.young or facts.has_reported(stall):
        return stall
    return Wait(
        Reason.WAITING_FOR_OTHER_CREATE,
        f"SynchronizationJob {creating.key} is creating a job on this service principal. Creates run one at a time.",
        UNCONFIRMED_CREATE_DELAYS[-1] if is_looked_for else facts.desired.poll_interval,
    )


def named_job_is_unknown(facts: Facts) -> Verdict | None:
    """Find a spec.jobId that the service principal does not have and that was never held."""
    if facts.job is not None or facts.resource.held_job_id is not None:
        return None
    message = (
        f"Service principal {facts.desired.service_principal_id} has no job {facts.desired.job_id}. "
        "It cannot be corrected in place: delete the resource, and apply it with the right id or without one."
    )
    if facts.observed.spec_seen_at is not None and facts.now < facts.young_until:
        return Wait(Reason.JOB_NOT_FOUND, message, SHORT_DELAY)
    return Stall(Reason.JOB_NOT_FOUND, message)


def template_is_not_that_of_the_job(facts: Facts) -> Verdict | None:
    """Find a spec.template that differs from the job's own, which Graph never changes."""
    if facts.job is None or facts.job.template_id is None or _is_of_wanted_template(facts, facts.job):
        return None
    return Stall(
        Reason.TEMPLATE_CHANGED,
        f"{_name_template(facts.desired)}, but job {facts.job.id} has template "
        f"{facts.job.template_id}, which Graph cannot change. "
        "Set the old template again, or delete the resource and apply it anew.",
    )


def _is_of_wanted_template(facts: Facts, job: RemoteJob) -> bool:
    """Whether the job is what Graph makes of the wanted template, whatever template it shows for it."""
    wanted, asked = facts.desired.template_id, facts.resource.created_template_id
    return job.is_of_template(wanted) or (asked is not None and is_same_id(asked, wanted))


def _name_template(desired: Desired) -> str:
    if desired.factory_tag:
        return f"spec.template.factoryTag {desired.factory_tag} means {desired.template_id}"
    return f"spec.template.id is {desired.template_id}"


def job_is_not_recorded(facts: Facts) -> Verdict | None:
    """Find a held job without the annotation or the finalizer that record it."""
    resource = facts.resource
    if facts.job is None or (resource.annotated_job_id == facts.job.id and resource.origin and resource.has_finalizer):
        return None
    origin: Origin = "Created" if resource.origin == "Created" else "Adopted"
    return Do(HoldJob(facts.job.id, origin))
