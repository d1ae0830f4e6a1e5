"""The interval that spec expects. Graph decides it (graph-facts 4.5): it is asked once, and its answer is reported."""

from datetime import datetime

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition
from entrasync.core.decision.verdicts import Do, Verdict
from entrasync.core.facts.facts import Facts
from entrasync.core.primitives.times import parse_interval
from entrasync.core.schedule.actions import AskInterval


def interval_differs(facts: Facts) -> Verdict | None:
    """Find an interval that differs from the spec and that Graph was not asked for yet."""
    wanted = facts.desired.interval
    if facts.job is None or wanted is None or not _differs(facts):
        return None
    is_asked = _is_asked(facts, wanted)
    repeat_at = interval_retry_at(facts)
    if is_asked and (repeat_at is None or facts.now < repeat_at):
        return None
    asked = facts.resource.record.interval
    before = asked.answer if asked and is_asked else None
    return Do(
        AskInterval(
            facts.service_principal_id, facts.job.id, wanted, answer_before=before, young_until=facts.young_until
        )
    )


def interval_retry_at(facts: Facts) -> datetime | None:
    """Return when Graph is asked once more because its answer settled nothing; None if nothing is left to ask."""
    wanted = facts.desired.interval
    if wanted is None or not _differs(facts) or not _is_asked(facts, wanted):
        return None
    asked = facts.resource.record.interval
    return asked.repeat_at if asked else None


def interval_conditions(facts: Facts) -> list[Condition]:
    """Write the condition ScheduleApplied, only while Graph keeps another interval than the one it was asked for."""
    wanted, asked = facts.desired.interval, facts.resource.record.interval
    if wanted is None or not _differs(facts):
        return []
    is_settled = _is_asked(facts, wanted) and interval_retry_at(facts) is None
    if not is_settled and not facts.desired.is_observe_only:
        return []
    answer = f" (it answered {asked.answer})" if asked and asked.answer else ""
    detail = answer if is_settled else " (it was not asked, for managementPolicy is Observe)"
    differs = f"Graph decides how often a job runs: {_describe(facts)}, not the {wanted} of spec.schedule.interval"
    return [Condition(ConditionType.SCHEDULE_APPLIED, "False", Reason.NOT_CONFIGURABLE, f"{differs}{detail}.")]


def _describe(facts: Facts) -> str:
    shown = _shown_interval(facts)
    if parse_interval(shown) is None:
        return "this one has no interval that ever comes"
    return f"this one every {shown}"


def _differs(facts: Facts) -> bool:
    return facts.job is not None and not _is_same_interval(_shown_interval(facts), facts.desired.interval)


def _is_same_interval(one: object, other: object) -> bool:
    """Compare as durations if both are: PT40M is PT2400S."""
    first, second = parse_interval(one), parse_interval(other)
    return first == second if first and second else one == other


def _shown_interval(facts: Facts) -> str | None:
    return facts.job.schedule.interval if facts.job else None


def _is_asked(facts: Facts, wanted: str) -> bool:
    asked = facts.resource.record.interval
    return asked is not None and _is_same_interval(asked.requested, wanted)
