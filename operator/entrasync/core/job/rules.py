"""Rules that find, adopt, create and miss the job of a resource. Each is named by the fault it finds."""

from datetime import timedelta

from entrasync.api.policies import AdoptionPolicy, OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Retry, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import AddFinalizer, CreateJob, ForgetCreate, HoldJob, Origin
from entrasync.core.job.candidates import find_claim_of_same_template, find_outranking_claim, unclaimed_jobs
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import SHORT_DELAY, UNCONFIRMED_CREATE_DELAYS
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_claims import Claim
from entrasync.core.resource.operation import CreateIntent


def create_is_unconfirmed(facts: Facts) -> Verdict | None:
    """Find a create whose answer was lost, and settle it: its job has turned up, may still turn up, or never will."""
    intent = facts.resource.create_intent
    if intent is None or facts.resource.held_job_id:
        return None
    arrived = _jobs_that_arrived(facts, intent)
    meant = [job for job in arrived if len(arrived) == 1 or job.id == facts.desired.job_id]
    if meant:
        return Do(HoldJob(meant[0].id, "Created"))
    if arrived:
        return several_jobs_fit(
            facts, arrived, f"appeared while a create of template {intent.template_id} was unanswered"
        )
    if facts.observed.listing.read_at - intent.started_at < facts.bounds.replication:
        is_observed = facts.desired.is_observe_only
        then = "under managementPolicy Observe no other is created" if is_observed else "only then is another created"
        return Wait(
            Reason.CREATE_UNCONFIRMED,
            f"Graph's answer to the create of {intent.started_at:%H:%M:%S} was lost. The job is looked for until "
            f"{intent.started_at + facts.bounds.replication:%H:%M:%S}; {then}.",
            until_next_look(facts.now - intent.started_at, facts.bounds.replication),
        )
    return _create_anew(facts) if _may_create_anew(facts) else Do(ForgetCreate())


def _may_create_anew(facts: Facts) -> bool:
    """Whether the spec still allows the create that was sent."""
    resource, desired = facts.resource, facts.desired
    has_moved = not is_same_id(resource.pinned_service_principal_id, desired.service_principal_id)
    is_recreate = resource.annotated_job_id is not None
    is_allowed = not is_recreate or desired.on_missing is OnMissing.RECREATE
    return desired.may_create and is_allowed and not has_moved


def until_next_look(elapsed: timedelta, bound: timedelta) -> timedelta:
    """Return the delay until the next look for the job of an unanswered create.

    The looks are 1, 2, 4 ... 20 s apart, and the last one is when the bound ends.
    """
    due, pauses = timedelta(0), iter(UNCONFIRMED_CREATE_DELAYS)
    while due <= elapsed:
        due += next(pauses, UNCONFIRMED_CREATE_DELAYS[-1])
    return max(min(due, bound) - elapsed, timedelta(0))


def _jobs_that_arrived(facts: Facts, intent: CreateIntent) -> tuple[RemoteJob, ...]:
    claimed = {claim.job_id for claim in facts.observed.claims}
    known = intent.job_ids_before | claimed
    jobs = facts.observed.listing.jobs
    return tuple(job for job in jobs if job.template_id == intent.template_id and job.id not in known)


def _create_anew(facts: Facts) -> Verdict:
    if not facts.observed.listing.is_complete:
        return list_is_incomplete()
    if not facts.resource.has_finalizer:
        return Do(AddFinalizer())
    intent = facts.resource.create_intent
    before = facts.observed.listing.ids | (intent.job_ids_before if intent else frozenset())
    held = facts.resource.held_job_id
    return Do(
        CreateJob(
            facts.desired.service_principal_id, facts.desired.template_id, before | ({held} if held else frozenset())
        )
    )


def list_is_incomplete() -> Retry:
    """Say that Graph's list does not prove that a job is absent."""
    return Retry(
        Reason.GRAPH_UNREACHABLE, "Graph's list of jobs is unreadable in part; no job is chosen or created meanwhile."
    )


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
    """Find a job that another resource may hold, whose tenant is unknown because its connection was not tried yet."""
    if facts.job is not None and facts.resource.held_job_id and facts.resource.has_finalizer:
        return None
    named = {claim.job_id: claim for claim in facts.observed.uncertain_claims if claim.job_id}
    claim = named.get(facts.job_id) if facts.job_id else next(iter(named.values()), None)
    if claim is None:
        return None
    return Wait(
        Reason.CONNECTION_NOT_READY,
        f"SynchronizationJob {claim.key} names job {claim.job_id}, and its connection has not been tried yet.",
        SHORT_DELAY,
    )


def job_is_claimed_by_another(facts: Facts) -> Verdict | None:
    """Find a job that is held or named here and that another resource holds with the better claim."""
    if facts.job_id is None or (claim := find_outranking_claim(facts, facts.job_id)) is None:
        return None
    return Stall(
        Reason.CONFLICT,
        f"Job {facts.job_id} belongs to SynchronizationJob {claim.key}. One job, one resource: "
        "delete one of the two, or set managementPolicy: Observe on the one that shall only look.",
    )


def job_to_hold_is_unknown(facts: Facts) -> Verdict | None:
    """Find that no job is held yet: adopt the one that fits, or create it."""
    if facts.job_id is not None:
        return None
    return _adopt_or_create(facts)


def _adopt_or_create(facts: Facts) -> Verdict:
    if not facts.observed.listing.is_complete:
        return list_is_incomplete()
    if creating := next((claim for claim in facts.observed.claims if claim.creating_since), None):
        return wait_for_other_create(facts, creating)
    if len(unclaimed := unclaimed_jobs(facts)) == 1:
        return Do(HoldJob(unclaimed[0].id, "Adopted"))
    if unclaimed:
        return several_jobs_fit(facts, unclaimed, f"have template {facts.desired.template_id}")
    if claim := find_claim_of_same_template(facts):
        return Stall(
            Reason.CONFLICT,
            f"SynchronizationJob {claim.key} has job {claim.job_id} with template {facts.desired.template_id} "
            "on this service principal already, and a second one is not created. "
            "Delete one of the two resources, or set spec.jobId.",
        )
    if facts.desired.adoption_policy is AdoptionPolicy.ADOPT_ONLY:
        return Stall(
            Reason.NO_JOB_TO_ADOPT,
            f"Service principal {facts.desired.service_principal_id} has no job with template "
            f"{facts.desired.template_id}, and spec.adoptionPolicy AdoptOnly forbids to create one. "
            "Create it elsewhere, or set AdoptOrCreate.",
        )
    return _create_anew(facts)


def wait_for_other_create(facts: Facts, creating: Claim) -> Wait | Stall:
    """Wait for the create of another resource on the same service principal.

    The looks of that resource refresh the list for this one too. A create that is not settled soon after the bound
    waits for a person.
    """
    since = creating.creating_since or facts.now
    is_looked_for = facts.now - since < facts.bounds.replication
    if facts.now - since >= facts.bounds.replication + facts.bounds.young:
        return Stall(
            Reason.WAITING_FOR_OTHER_CREATE,
            f"SynchronizationJob {creating.key} began to create a job on this service principal at {since:%H:%M:%S} "
            "and has not settled whether there is one: it may be suspended, or unable to reach Graph. Resume it, mend "
            'what it says, or delete it and annotate it with entrasync.io/abandon: "true".',
        )
    return Wait(
        Reason.WAITING_FOR_OTHER_CREATE,
        f"SynchronizationJob {creating.key} is creating a job on this service principal; one at a time.",
        UNCONFIRMED_CREATE_DELAYS[-1] if is_looked_for else facts.desired.poll_interval,
    )


def several_jobs_fit(facts: Facts, jobs: tuple[RemoteJob, ...], what: str) -> Stall:
    """Say that a person must choose one of several jobs."""
    ids = ", ".join(sorted(job.id for job in jobs))
    return Stall(
        Reason.SEVERAL_JOBS,
        f"{len(jobs)} jobs of service principal {facts.desired.service_principal_id} {what}: {ids}. "
        "Set spec.jobId to the one that is meant.",
    )


def named_job_is_unknown(facts: Facts) -> Verdict | None:
    """Find a spec.jobId that the service principal does not have and that was never held."""
    if facts.job is not None or facts.resource.held_job_id is not None:
        return None
    message = (
        f"Service principal {facts.desired.service_principal_id} has no job {facts.desired.job_id}. "
        "It cannot be corrected in place: delete the resource, and apply it with the right id or without one."
    )
    seen_at = facts.observed.spec_seen_at
    if seen_at is not None and facts.now - seen_at < facts.bounds.young:
        return Wait(Reason.JOB_NOT_FOUND, message, SHORT_DELAY)
    return Stall(Reason.JOB_NOT_FOUND, message)


def held_job_is_missing(facts: Facts) -> Verdict | None:
    """Find that the held job is not shown, and decide whether it counts as gone."""
    if facts.job is not None:
        return None
    if not is_gone(facts):
        return wait_for_missing_job(facts)
    if facts.desired.may_create and facts.desired.on_missing is OnMissing.RECREATE:
        return _adopt_or_create(facts)
    if facts.desired.job_id:
        return Stall(
            Reason.JOB_GONE,
            f"Job {facts.job_id} has gone, and spec.jobId names it. It cannot be corrected in place: "
            "delete the resource, and apply it with another id or without one.",
        )
    return Stall(
        Reason.JOB_GONE,
        f"Job {facts.job_id} has gone, and this spec forbids to make another "
        f"({_why_not_recreated(facts)}). Delete the resource, or change that field.",
    )


def wait_for_missing_job(facts: Facts) -> Wait:
    """Wait for a held job that is not shown and does not count as gone yet."""
    return Wait(
        Reason.JOB_MISSING,
        f"Graph does not show job {facts.job_id}. It is looked for again before it counts as gone.",
        until_next_look_for_a_missing_job(facts),
    )


def is_gone(facts: Facts) -> bool:
    """Whether a job was missed by enough looks, over a long enough time, to count as gone."""
    misses, bounds = facts.observed.misses, facts.bounds
    if misses is None or misses.count < bounds.min_misses:
        return False
    return not _is_new(facts) and misses.last_at - misses.first_at >= bounds.min_missing_time


def _is_new(facts: Facts) -> bool:
    created_at = facts.resource.created_job_at
    return created_at is not None and facts.now - created_at < facts.bounds.replication


def until_next_look_for_a_missing_job(facts: Facts) -> timedelta:
    """Return the delay until the next look for a missing job.

    A job that was just created may turn up at any moment. An older one has to be missed over minutes, not seconds.
    """
    if (created_at := facts.resource.created_job_at) and _is_new(facts):
        return until_next_look(facts.now - created_at, facts.bounds.replication)
    return facts.bounds.min_missing_time / facts.bounds.min_misses


def _why_not_recreated(facts: Facts) -> str:
    if facts.desired.adoption_policy is AdoptionPolicy.ADOPT_ONLY:
        return "spec.adoptionPolicy is AdoptOnly"
    return "spec.onMissing is Report"


def template_is_not_that_of_the_job(facts: Facts) -> Verdict | None:
    """Find a spec.template that differs from the job's own, which Graph never changes."""
    if facts.job is None or facts.job.template_id in (None, facts.desired.template_id):
        return None
    return Stall(
        Reason.TEMPLATE_CHANGED,
        f"{_name_template(facts.desired)}, but job {facts.job.id} has template "
        f"{facts.job.template_id}, which Graph cannot change. "
        "Set the old template again, or delete the resource and apply it anew.",
    )


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
