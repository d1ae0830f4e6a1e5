"""Whether a held job that Graph does not show counts as gone, and what happens then."""

from datetime import datetime, timedelta

from entrasync.api.policies import AdoptionPolicy, OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Stall, Verdict, Wait
from entrasync.core.facts.facts import Facts
from entrasync.core.job.rules import adopt_or_create
from entrasync.core.job.unconfirmed_create import until_next_look
from entrasync.core.primitives.times import write_readable_time


def held_job_is_missing(facts: Facts) -> Verdict | None:
    """Find that the held job is not shown, and decide whether it counts as gone."""
    if facts.job is not None:
        return None
    may_replace = facts.desired.may_create and facts.desired.on_missing is OnMissing.RECREATE
    stall = None if may_replace else _report_gone(facts)
    if stall is not None and facts.has_reported(stall):
        return stall
    if not is_gone(facts):
        return wait_for_missing_job(facts)
    return stall or adopt_or_create(facts)


def _report_gone(facts: Facts) -> Stall:
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


def created_job_was_never_shown(facts: Facts) -> Stall | None:
    """Find a job that Graph answered a create with and has not shown since. Another one might run beside it."""
    intent = facts.resource.create_intent
    if facts.job is not None or intent is None or not facts.resource.is_unseen_create:
        return None
    stall = Stall(
        Reason.JOB_NEVER_SHOWN,
        f"Graph answered the create of {write_readable_time(intent.started_at)} with job {facts.job_id} and has not "
        "shown that job since. It may run all the same, so no other is created. Look for it in the portal; if it is "
        "not there, delete this resource and apply it again.",
    )
    return stall if is_gone(facts) or facts.has_reported(stall) else None


def wait_for_missing_job(facts: Facts) -> Wait:
    """Wait for a held job that is not shown and does not count as gone yet."""
    created_at = facts.resource.created_job_at
    if created_at is not None and _may_be_unknown_yet(facts, created_at):
        until = facts.counted_from(created_at) + facts.bounds.replication
        return Wait(
            Reason.NOT_SHOWN_YET,
            f"Job {facts.job_id} was created at {write_readable_time(created_at)}, and Graph does not show it yet. "
            f"That may take until {write_readable_time(until)}, and the job is looked for meanwhile.",
            until_next_look_for_a_missing_job(facts),
        )
    return Wait(
        Reason.JOB_MISSING,
        f"Graph does not show job {facts.job_id}. It is looked for again before it counts as gone.",
        until_next_look_for_a_missing_job(facts),
    )


def _may_be_unknown_yet(facts: Facts, created_at: datetime) -> bool:
    """Whether replicas may not know the job yet. One that Graph has shown is known to all of them after the bound."""
    is_young = facts.now - created_at < facts.bounds.replication
    return _is_new(facts) and (is_young or facts.resource.is_unseen_create)


def is_gone(facts: Facts) -> bool:
    """Whether a job was missed by enough looks, over a long enough time, to count as gone."""
    misses, bounds = facts.observed.misses, facts.bounds
    if misses is None or misses.count < bounds.min_misses:
        return False
    return not _is_new(facts) and misses.last_at - misses.first_at >= bounds.min_missing_time


def _is_new(facts: Facts) -> bool:
    created_at = facts.resource.created_job_at
    return created_at is not None and facts.now - facts.counted_from(created_at) < facts.bounds.replication


def until_next_look_for_a_missing_job(facts: Facts) -> timedelta:
    """Return the delay until the next look for a missing job.

    A job that was just created may turn up at any moment. An older one has to be missed over minutes, not seconds.
    """
    if (created_at := facts.resource.created_job_at) and _is_new(facts):
        return until_next_look(facts.now - facts.counted_from(created_at), facts.bounds.replication)
    return facts.bounds.min_missing_time / facts.bounds.min_misses


def _why_not_recreated(facts: Facts) -> str:
    if facts.desired.adoption_policy is AdoptionPolicy.ADOPT_ONLY:
        return "spec.adoptionPolicy is AdoptOnly"
    return "spec.onMissing is Report"
