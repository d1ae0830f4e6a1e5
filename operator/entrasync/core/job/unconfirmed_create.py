"""A create of a job, and what happens after Graph's answer to one was lost."""

from datetime import timedelta

from entrasync.api.policies import OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import AddFinalizer, CreateJob, ForgetCreate, HoldJob
from entrasync.core.job.candidates import list_is_incomplete, several_jobs_fit
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import UNCONFIRMED_CREATE_DELAYS
from entrasync.core.remote.jobs import RemoteJob
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
    return create_anew(facts) if _may_create_anew(facts) else Do(ForgetCreate())


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


def create_anew(facts: Facts) -> Verdict:
    """Create a job, once the list proves that there is none and the finalizer is set."""
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
