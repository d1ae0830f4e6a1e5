"""Which jobs a resource could hold, and which claims of other resources stand against it."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Retry, Stall
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.job_claims import Claim, CreatedJob, outranks


def fitting_jobs(facts: Facts) -> tuple[RemoteJob, ...]:
    """List the jobs of the wanted template, except the one that the resource held before."""
    fitting = (job for job in facts.observed.listing.jobs if job.is_of_template(facts.desired.template_id))
    return tuple(job for job in fitting if job.id != facts.resource.held_job_id)


def unclaimed_jobs(facts: Facts) -> tuple[RemoteJob, ...]:
    """List the fitting jobs that no other resource claims."""
    taken = {claim.job_id for claim in facts.observed.claims}
    return tuple(job for job in fitting_jobs(facts) if job.id not in taken)


def find_claim_of_same_template(facts: Facts) -> Claim | None:
    """Find another resource's claim to a job of the wanted template on this service principal."""
    return next((claim for claim in facts.observed.claims if _is_of_same_template(facts, claim)), None)


def _is_of_same_template(facts: Facts, claim: Claim) -> bool:
    wanted = facts.desired.template_id
    job = facts.observed.listing.find(claim.job_id) if claim.job_id else None
    if job is not None and job.is_of_template(wanted):
        return True
    if claim.created_template_id is not None:
        return is_same_id(claim.created_template_id, wanted)
    return job is None and claim.held_job_id is not None and is_same_id(claim.template_id, wanted)


def find_hidden_create(facts: Facts) -> CreatedJob | None:
    """Find a job of the wanted template that was created lately for another resource and that Graph does not show."""
    wanted, shown = facts.desired.template_id, facts.observed.listing
    recent = (created for created in facts.observed.recent_creates if created.is_recent)
    hidden = (created for created in recent if shown.find(created.job_id) is None)
    return next((created for created in hidden if is_same_id(created.template_id, wanted)), None)


def find_outranking_claim(facts: Facts, job_id: str) -> Claim | None:
    """Find another resource whose claim to the job comes before this one's."""
    claims = (claim for claim in facts.observed.claims if claim.job_id == job_id)
    return next((claim for claim in claims if outranks(claim, facts.resource)), None)


def find_unsure_claim(facts: Facts) -> Claim | None:
    """Find another resource that may hold the job by the better right, where only an annotation gives it to this one.

    Whether it is in this tenant is not known, because its connection has not logged in.
    """
    job_id, resource = facts.resource.held_job_id, facts.resource
    if job_id is None or resource.has_recorded_job:
        return None
    claims = (claim for claim in facts.observed.unsure_claims if claim.held_job_id == job_id)
    return next((claim for claim in claims if outranks(claim, resource)), None)


def is_contested(facts: Facts) -> bool:
    """Whether only an annotation gives the held job to a managing resource, and another one has the better claim to it.

    Nothing is recorded of such a job: what our own status records counts as held.
    """
    job_id, resource = facts.resource.held_job_id, facts.resource
    if job_id is None or resource.has_recorded_job or facts.desired.is_observe_only:
        return False
    return (find_outranking_claim(facts, job_id) or find_unsure_claim(facts)) is not None


def several_jobs_fit(facts: Facts, jobs: tuple[RemoteJob, ...], what: str) -> Stall:
    """Say that a person must choose one of several jobs."""
    ids = ", ".join(sorted(job.id for job in jobs))
    return Stall(
        Reason.SEVERAL_JOBS,
        f"{len(jobs)} jobs of service principal {facts.desired.service_principal_id} {what}: {ids}. "
        "Set spec.jobId to the one that is meant.",
    )


def list_is_incomplete() -> Retry:
    """Say that Graph's list does not prove that a job is absent."""
    return Retry(
        Reason.GRAPH_UNREACHABLE, "Graph's list of jobs is unreadable in part; no job is chosen or created meanwhile."
    )
