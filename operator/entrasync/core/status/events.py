"""The Events that a change of status deserves: one for each change of a condition, with the same reason."""

from collections.abc import Mapping

from entrasync.api.conditions import ConditionType
from entrasync.api.reasons import Reason
from entrasync.core.decision.condition import Condition
from entrasync.core.decision.event import Event
from entrasync.core.record.job_record import JobRecord
from entrasync.core.record.schedule_record import PausedBy


def events_between(before: JobRecord, after: JobRecord, *, graph_was_read: bool) -> list[Event]:
    """List the Events for a change of status. `graph_was_read` says that the pass that wrote it has observed Graph.

    They report a new stall, a quarantine that began or ended, an overdue run, drift of an observe-only resource, a
    Graph that cannot be read or can be read again, and a lost secret that is no longer missed. A pause by Graph and
    refused credentials are reported where they stall nobody.
    """
    events = [event for find_events in _EVENT_RULES for event in find_events(before.conditions, after.conditions)]
    if graph_was_read:
        events += _seeing_again(before.conditions, after.conditions)
    if any(event.reason == Reason.PAUSED_BY_GRAPH for event in events):
        return events
    return events + _paused(before, after)


def _is_news(
    kind: ConditionType, old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]
) -> bool:
    if kind not in new or not new[kind].is_true:
        return False
    known = old.get(kind)
    return known is None or not known.is_true or known.reason != new[kind].reason


def _stalled(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    kind = ConditionType.STALLED
    if not _is_news(kind, old, new) or new[kind].reason == Reason.QUARANTINED:
        return []
    return [Event("Warning", new[kind].reason, new[kind].message)]


def _refused(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    """Report new credentials that were refused, where that stalls nobody (spec.readiness Applied)."""
    kind, reason = ConditionType.APPLIED, Reason.VALIDATION_FAILED
    if ConditionType.STALLED in new or kind not in new or new[kind].reason != reason:
        return []
    return [] if kind in old and old[kind].reason == reason else [Event("Warning", reason, new[kind].message)]


def _quarantine(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    kind = ConditionType.QUARANTINED
    if _is_news(kind, old, new):
        return [Event("Warning", Reason.QUARANTINED, new[kind].message)]
    if kind in old and old[kind].is_true and kind in new and new[kind].status == "False":
        return [Event("Normal", Reason.QUARANTINE_LIFTED, "The job left quarantine.")]
    return []


def _drifted(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    """Report what would be done, each time that it changes."""
    kind = ConditionType.DRIFTED
    if kind not in new or not new[kind].is_true or new[kind] == old.get(kind):
        return []
    return [Event("Warning", new[kind].reason, new[kind].message)]


def _overdue(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    kind = ConditionType.OVERDUE
    return [Event("Warning", new[kind].reason, new[kind].message)] if _is_news(kind, old, new) else []


def _paused(before: JobRecord, after: JobRecord) -> list[Event]:
    old, new = before.pause, after.pause
    if new is None or new.by is not PausedBy.GRAPH or (old is not None and old.by is PausedBy.GRAPH):
        return []
    return [
        Event(
            "Warning",
            Reason.PAUSED_BY_GRAPH,
            f"Graph paused the job: {new.reason}. Look for the cause, then restart the job.",
        )
    ]


def _blind(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    ready, known = new.get(ConditionType.READY), old.get(ConditionType.READY)
    if ready is None or ready.reason != Reason.GRAPH_UNREACHABLE or ready.status != "Unknown":
        return []
    if known is not None and known.status == "Unknown" and known.reason == Reason.GRAPH_UNREACHABLE:
        return []
    return [Event("Warning", Reason.GRAPH_UNREACHABLE, ready.message)]


def _seeing_again(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    """Report that Graph could be read again after it could not."""
    ready, known = new.get(ConditionType.READY), old.get(ConditionType.READY)
    if known is None or known.status != "Unknown" or known.reason != Reason.GRAPH_UNREACHABLE:
        return []
    if ready is None or ready.reason == Reason.GRAPH_UNREACHABLE:
        return []
    return [Event("Normal", Reason.GRAPH_REACHABLE, "Graph can be read again, and the status is current.")]


def _resumed(old: Mapping[ConditionType, Condition], new: Mapping[ConditionType, Condition]) -> list[Event]:
    kind = ConditionType.FOREIGN_SECRET_LOST
    if kind not in old or not old[kind].is_true or kind in new:
        return []
    message = "No secret of somebody else is missed any more; secrets are saved again."
    return [Event("Normal", Reason.SECRET_WRITES_RESUMED, message)]


_EVENT_RULES = (_stalled, _refused, _quarantine, _overdue, _drifted, _blind, _resumed)
