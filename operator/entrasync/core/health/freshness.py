"""Whether a run has succeeded within `spec.freshness.maxAge`."""

from datetime import datetime

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import write_go_duration


def overdue_at(facts: Facts) -> datetime | None:
    """Return when the job becomes overdue unless a run succeeds; None if spec does not ask or the job is paused."""
    max_age, since = facts.desired.max_age, _counted_from(facts)
    if max_age is None or since is None or facts.job is None or not facts.job.is_active:
        return None
    return since + max_age


def overdue_conditions(facts: Facts) -> list[Condition]:
    """Write the condition Overdue, only while the job is overdue."""
    due, max_age = overdue_at(facts), facts.desired.max_age
    if due is None or max_age is None or facts.now < due:
        return []
    success = facts.job.status.succeeded_at if facts.job else None
    counted = f"the last success was at {success:%Y-%m-%d %H:%M} UTC" if success else "none has succeeded yet"
    message = (
        f"No run has succeeded for {write_go_duration(max_age)} (spec.freshness.maxAge): {counted}. "
        "See synchronizationStatus.lastExecution for how the last run ended."
    )
    return [Condition(ConditionType.OVERDUE, "True", Reason.NO_RECENT_SUCCESS, message)]


def _counted_from(facts: Facts) -> datetime | None:
    """Return the latest of the last success, the operator's start, and the time when the job was seen to run again.

    Without any of these it is the time when the job was created or adopted.
    """
    record = facts.resource.record
    times = (
        facts.job.status.succeeded_at if facts.job else None,
        record.last_start_time,
        record.last_resume_time,
    )
    known = [time for time in times if time]
    return max(known) if known else record.origin_time
