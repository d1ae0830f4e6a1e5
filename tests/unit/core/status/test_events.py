"""Changes of conditions that cause an Event, once each."""

from typing import Any

import pytest

from entrasync.core.decision.event import Event
from entrasync.core.resource.record import read_record
from entrasync.core.status.events import events_between


def status(**conditions: tuple[str, str]) -> dict[str, Any]:
    return {
        "conditions": [
            {"type": kind, "status": value, "reason": reason, "message": f"{kind}: {reason}"}
            for kind, (value, reason) in conditions.items()
        ]
    }


HEALTHY = status(Ready=("True", "Healthy"), Quarantined=("False", "NotQuarantined"))
IN_QUARANTINE = status(Ready=("False", "Quarantined"), Stalled=("True", "Quarantined"), Quarantined=("True", "Escrow"))
CONFLICT = status(Ready=("False", "Conflict"), Stalled=("True", "Conflict"))
GONE = status(Ready=("False", "JobGone"), Stalled=("True", "JobGone"))
BLIND = status(Ready=("Unknown", "GraphUnreachable"), Reconciling=("True", "GraphUnreachable"))
WAITING = status(Ready=("False", "Starting"), Reconciling=("True", "Starting"))
QUARANTINED = Event("Warning", "Quarantined", "Quarantined: Escrow")
UNREACHABLE = Event("Warning", "GraphUnreachable", "Ready: GraphUnreachable")


@pytest.mark.parametrize(
    ("why", "before", "after", "events"),
    [
        ("nothing was told yet and all is well", {}, HEALTHY, []),
        ("a person must act", HEALTHY, CONFLICT, [Event("Warning", "Conflict", "Stalled: Conflict")]),
        ("for another reason now", CONFLICT, GONE, [Event("Warning", "JobGone", "Stalled: JobGone")]),
        ("still the same", CONFLICT, CONFLICT, []),
        ("a quarantine is told once, not as Stalled too", HEALTHY, IN_QUARANTINE, [QUARANTINED]),
        ("it goes on", IN_QUARANTINE, IN_QUARANTINE, []),
        ("it is over", IN_QUARANTINE, HEALTHY, [Event("Normal", "QuarantineLifted", "The job left quarantine.")]),
        ("it is out of sight, not over", IN_QUARANTINE, BLIND, [UNREACHABLE]),
        ("blind", HEALTHY, BLIND, [UNREACHABLE]),
        ("blind as before", BLIND, BLIND, []),
        ("what goes on by itself needs no Event", HEALTHY, WAITING, []),
    ],
)
def test_each_change_of_a_condition_is_reported_by_one_event(
    why: str, before: dict[str, Any], after: dict[str, Any], events: list[Event]
) -> None:
    assert events_between(read_record(before), read_record(after)) == events, why
