"""Starts and pauses that Graph accepted and does not show: whether they may be late, or were ignored."""

from datetime import datetime

from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.facts.facts import Facts
from entrasync.core.resource.schedule_record import TakenChange
from entrasync.core.schedule.state import may_be_starting, pause_cause_of


def taken_pause_of(facts: Facts) -> TakenChange | None:
    """Return the pause that Graph accepted for the present cause and has not shown since; None when there is none."""
    taken, cause = facts.observed.schedule_taken, pause_cause_of(facts)
    if taken is None or taken.state is not ScheduleState.PAUSED or cause is None:
        return None
    return taken if taken.cause == cause.words else None


def is_pause_ignored(facts: Facts) -> bool:
    """Whether Graph accepted the pause that is still wanted, and did not show it within the replication bound.

    What the status reports counts too, so that a restart of the operator sends nothing. It does not say which hold or
    expiration it is about, and these end by themselves: a new one is sent.
    """
    if facts.desired.is_observe_only:
        return False
    taken, cause = taken_pause_of(facts), pause_cause_of(facts)
    if taken is not None:
        return _is_overdue(facts, taken.at)
    is_lasting = cause is not None and not cause.is_limited
    return is_lasting and facts.resource.is_stalled_for(Reason.PAUSE_NOT_TAKEN)


def is_start_ignored(facts: Facts) -> bool:
    """Whether Graph accepted the start that is still wanted, and did not show it within the replication bound.

    What the status reports counts too, so that a restart of the operator sends nothing.
    """
    if facts.desired.is_observe_only or not may_be_starting(facts):
        return False
    taken = facts.observed.schedule_taken
    if taken is not None and taken.state is ScheduleState.ACTIVE:
        return _is_overdue(facts, taken.at)
    return facts.resource.is_stalled_for(Reason.START_NOT_TAKEN)


def _is_overdue(facts: Facts, taken_at: datetime) -> bool:
    """Whether the bound is over, and the spec has not changed since Graph accepted the change."""
    spec_seen_at = facts.observed.spec_seen_at
    is_same_wish = spec_seen_at is None or spec_seen_at <= taken_at
    return is_same_wish and facts.now - taken_at >= facts.bounds.replication
