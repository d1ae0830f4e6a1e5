"""Starts and pauses that Graph accepted and does not show: whether they may be late, or were ignored."""

from entrasync.api.policies import ScheduleState
from entrasync.core.facts.facts import Facts
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.core.resource.schedule_record import TakenChange
from entrasync.core.schedule.state import (
    is_within_bound,
    may_be_starting,
    pause_cause_of,
    pause_of,
    unshown_change_of,
)


def taken_pause_of(facts: Facts) -> TakenChange | None:
    """Return the pause that Graph accepted for the present cause and has not shown since; None when there is none."""
    taken, cause = unshown_change_of(facts, ScheduleState.PAUSED), pause_cause_of(facts)
    return taken if taken is not None and cause is not None and taken.cause == cause.words else None


def is_pause_ignored(facts: Facts) -> bool:
    """Whether Graph accepted the pause that is still wanted, and did not show it within the replication bound."""
    taken = taken_pause_of(facts)
    return taken is not None and _is_ignored(facts, taken)


def is_start_ignored(facts: Facts) -> bool:
    """Whether Graph accepted the start that is still wanted, and did not show it within the replication bound."""
    taken, pause = unshown_change_of(facts, ScheduleState.ACTIVE), pause_of(facts)
    if taken is None or not may_be_starting(facts) or taken.cause != (pause.reason if pause else None):
        return False
    return _is_ignored(facts, taken)


def _is_ignored(facts: Facts, taken: TakenChange) -> bool:
    """Whether the bound is over, and nobody has asked for the change again since."""
    if facts.desired.is_observe_only or is_within_bound(facts, taken):
        return False
    resource = facts.resource
    return (taken.generation, taken.request) == (resource.generation, find_request(resource.annotations))
