"""The condition DeletionsHeld: what Graph holds back, and whether it was approved."""

from entrasync.api.conditions import ConditionType
from entrasync.core.decision.condition import Condition
from entrasync.core.facts.facts import Facts
from entrasync.core.health.quarantine import held_episode, holds_deletions
from entrasync.core.primitives.times import write_readable_time, write_time
from entrasync.core.record.restart_record import RestartOutcome
from entrasync.core.remote.jobs import RemoteJob
from entrasync.core.restart.deletion_approval import (
    APPROVE_ANNOTATION,
    APPROVE_FIELD,
    Approval,
    find_held_approval,
    list_approvals,
)

TOO_MANY_DELETES = "TooManyDeletes"
"""Graph's own word."""

_ELSEWHERE = "Allow them on the Provisioning page of the enterprise application, or by spec.restart with ForceDeletes."


def held_deletions_conditions(facts: Facts) -> list[Condition]:
    """Write the condition DeletionsHeld, only while Graph holds back deletions of the job."""
    if facts.job is None or not holds_deletions(facts.job):
        return []
    message = " ".join((_describe(facts, facts.job), _advise(facts, facts.job)))
    return [Condition(ConditionType.DELETIONS_HELD, "True", TOO_MANY_DELETES, message)]


def _describe(facts: Facts, job: RemoteJob) -> str:
    """Say what is held back, in the numbers that Graph gives. It does not say how many of the changes are deletions."""
    began, last = held_episode(job), job.status.last_execution
    since = f" since {write_readable_time(began)}" if began else ""
    held = f"Graph holds back deletions of job {job.id}{since}, because they are more than the threshold."
    if last.exports is None or last.exported is None:
        return held
    deletions = facts.desired.application.accidental_deletions if facts.desired.application else None
    threshold = f", and spec allows {deletions.threshold} deletions" if deletions else ""
    return f"{held} The last cycle had {last.exports} changes to export and exported {last.exported}{threshold}."


def _advise(facts: Facts, job: RemoteJob) -> str:
    """Say how to approve the deletions, or what came of the approval."""
    if (began := held_episode(job)) is None:
        return f"Graph does not say since when, so no approval can name them. {_ELSEWHERE}"
    name = write_time(began)
    if (approval := find_held_approval(facts)) is not None:
        return _tell_outcome(facts, approval)
    others = [f"The approval by {other.words} names another quarantine." for other in list_approvals(facts.resource)]
    return " ".join(
        (
            *others,
            f'If they are intended, set {APPROVE_FIELD} or {APPROVE_ANNOTATION} to "{name}"; if not, correct the scope '
            "and restart the job.",
        )
    )


def _tell_outcome(facts: Facts, approval: Approval) -> str:
    """Say what came of the approval of these deletions."""
    known = facts.resource.record.restarts.approval
    if known is None or approval.token not in known.known_tokens:
        return f"The approval by {approval.words} is not sent yet: Ready says what comes before it."
    outcome = known.outcome if known.token == approval.token else RestartOutcome.UNKNOWN
    if outcome == RestartOutcome.RECORDED:
        return (
            "Their approval was there already when the job was first seen, or the resource only observed it then, so "
            f"the approval is not sent. {_ELSEWHERE}"
        )
    if outcome == RestartOutcome.RESTARTED:
        return "They were approved, and Graph performs them with its next cycle."
    return f"They were approved, what came of it is not known, and the approval is not sent again. {_ELSEWHERE}"
