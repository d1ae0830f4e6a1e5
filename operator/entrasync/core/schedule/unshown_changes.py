"""Starts and pauses that Graph accepted and does not show: whether they may be late, or were ignored."""

from entrasync.api.policies import ScheduleState
from entrasync.core.facts.facts import Facts
from entrasync.core.record.schedule_record import UnshownChange
from entrasync.core.resource.reconcile_requests import find_request
from entrasync.core.schedule.state import (
    is_within_bound,
    may_be_starting,
    pause_cause_of,
    pause_of,
    unshown_change_of,
)


def unshown_pause_of(facts: Facts) -> UnshownChange | None:
    """Return the pause that Graph accepted for the present cause and has not shown since; None when there is none."""
    unshown, cause = unshown_change_of(facts, ScheduleState.PAUSED), pause_cause_of(facts)
    return unshown if unshown is not None and cause is not None and unshown.cause == cause.words else None


def is_pause_ignored(facts: Facts) -> bool:
    """Whether Graph accepted the pause that is still wanted, and did not show it within the replication bound."""
    unshown = unshown_pause_of(facts)
    return unshown is not None and _is_ignored(facts, unshown)


def is_start_ignored(facts: Facts) -> bool:
    """Whether Graph accepted the start that is still wanted, and did not show it within the replication bound."""
    unshown, pause = unshown_change_of(facts, ScheduleState.ACTIVE), pause_of(facts)
    if unshown is None or not may_be_starting(facts) or unshown.cause != (pause.reason if pause else None):
        return False
    return _is_ignored(facts, unshown)


def _is_ignored(facts: Facts, unshown: UnshownChange) -> bool:
    """Whether the bound is over, and nobody has asked for the change again since."""
    if facts.desired.is_observe_only or is_within_bound(facts, unshown):
        return False
    resource = facts.resource
    return (unshown.generation, unshown.request) == (resource.generation, find_request(resource.annotations))
