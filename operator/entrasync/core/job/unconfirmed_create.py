"""A create of a job, and what happens after Graph's answer to one was lost."""

from datetime import timedelta

from entrasync.api.names import ABANDON_ANNOTATION
from entrasync.api.policies import OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Retry, Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import AddFinalizer, CreateJob, ForgetCreate, HoldJob
from entrasync.core.job.candidates import several_jobs_fit
from entrasync.core.job.creation import is_created_too_often
from entrasync.core.job.rules import adopt_or_create
from entrasync.core.primitives.object_key import is_same_id
from entrasync.core.primitives.time_limits import UNCONFIRMED_CREATE_DELAYS
from entrasync.core.primitives.times import write_readable_time
from entrasync.core.record.operation import CreateIntent
from entrasync.core.remote.jobs import RemoteJob


def create_is_unconfirmed(facts: Facts) -> Verdict | None:
    """Find a create whose answer was lost, and settle it: its job has turned up, may still turn up, or never will."""
    intent = facts.resource.create_intent
    if intent is None or facts.resource.held_job_id:
        return None
    arrived = _jobs_that_arrived(facts, intent)
    fitting = tuple(job for job in arrived if job.is_of_template(intent.template_id))
    named = [job for job in arrived if job.id == facts.desired.job_id]
    if meant := named or (fitting if len(fitting) == 1 else ()):
        return Do(HoldJob(meant[0].id, "Created", replaces=facts.resource.annotated_job_id))
    during = f"appeared while a create of template {intent.template_id} was unanswered"
    if fitting:
        return several_jobs_fit(facts, fitting, during)
    since = facts.counted_from(intent.started_at)
    if facts.observed.listing.read_at - since < facts.bounds.replication:
        is_observed = facts.desired.is_observe_only
        then = "under managementPolicy Observe no other is created" if is_observed else "only then is another created"
        return Wait(
            Reason.CREATE_UNCONFIRMED,
            f"Graph's answer to the create of {write_readable_time(intent.started_at)} was lost. The job is looked for "
            f"until {write_readable_time(since + facts.bounds.replication)}; {then}.",
            until_next_look(facts.now - since, facts.bounds.replication),
        )
    if arrived:
        return _newcomer_may_be_the_job(arrived, intent)
    return _plan_anew(facts) if _may_create_anew(facts) else Do(ForgetCreate())


def _plan_anew(facts: Facts) -> Verdict:
    """Send the create again if that is what would be decided without it. Else forget it, so that all is decided anew.

    A job may be there by now that is no result of the create: one that was only hidden when it was sent, or that
    another resource has taken since.
    """
    verdict = adopt_or_create(facts)
    if isinstance(verdict, Do) and isinstance(verdict.action, CreateJob | AddFinalizer):
        return verdict
    return verdict if isinstance(verdict, Retry) or is_created_too_often(verdict) else Do(ForgetCreate())


def _newcomer_may_be_the_job(arrived: tuple[RemoteJob, ...], intent: CreateIntent) -> Stall:
    """Say that a person must tell whose job a newcomer is: Graph may show another template than it was asked for."""
    ids = ", ".join(sorted(job.id for job in arrived))
    return Stall(
        Reason.SEVERAL_JOBS,
        f"A create of template {intent.template_id} was not answered, and {ids} appeared meanwhile, of another "
        "template. No other job is created, for that may be the one. If it is, set spec.jobId to it. If it is not, "
        f'annotate this resource with {ABANDON_ANNOTATION}: "true", delete it, and apply it again.',
    )


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
    """List the jobs that were not there before the create and that no other resource claims, of any template."""
    claimed = {claim.job_id for claim in facts.observed.claims if claim.job_id}
    created = {created.job_id for created in facts.observed.recent_creates}
    known = {job_id.casefold() for job_id in intent.job_ids_before | claimed | created}
    return tuple(job for job in facts.observed.listing.jobs if job.id.casefold() not in known)
