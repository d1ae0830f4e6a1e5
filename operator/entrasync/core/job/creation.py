"""The create of a job, once it is known that there is none."""

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Do, Stall, Verdict
from entrasync.core.facts.facts import Facts
from entrasync.core.job.actions import AddFinalizer, CreateJob
from entrasync.core.job.candidates import list_is_incomplete
from entrasync.core.primitives.time_limits import CREATE_COUNT_PERIOD, MAX_CREATES_A_DAY


def create_anew(facts: Facts) -> Verdict:
    """Create a job, once the list proves that there is none and the finalizer is set."""
    if not facts.observed.listing.is_complete:
        return list_is_incomplete()
    if not facts.resource.has_finalizer:
        return Do(AddFinalizer())
    if refusal := _created_too_often(facts):
        return refusal
    resource = facts.resource
    intent, held = resource.create_intent, resource.held_job_id
    before = facts.observed.listing.ids | (intent.job_ids_before if intent else frozenset())
    return Do(
        CreateJob(
            facts.desired.service_principal_id,
            facts.desired.template_id,
            before | ({held} if held else frozenset()),
            replaces=held or resource.annotated_job_id,
        )
    )


def _created_too_often(facts: Facts) -> Stall | None:
    """Find a resource for which so many jobs were created within a day that something must be removing them."""
    times = facts.resource.record.creation.times_lately(facts.now)
    if len(times) < MAX_CREATES_A_DAY:
        return None
    last = facts.resource.annotated_job_id
    return Stall(
        Reason.CREATED_TOO_OFTEN,
        f"{len(times)} jobs were asked of service principal {facts.desired.service_principal_id} since "
        f"{times[0]:%Y-%m-%d %H:%M} UTC, and Graph shows none of them now{f' (the last was {last})' if last else ''}. "
        "Find out in Entra's audit log who removes them. The next is created after "
        f"{times[0] + CREATE_COUNT_PERIOD:%Y-%m-%d %H:%M} UTC; to have it at once, delete this resource and apply it "
        "again.",
    )


def is_created_too_often(verdict: Verdict) -> bool:
    """Whether a verdict says that no job is created because too many were within a day."""
    return isinstance(verdict, Stall) and verdict.reason is Reason.CREATED_TOO_OFTEN
