"""Changes of conditions that cause an Event, once each."""

from typing import Any

import pytest

from entrasync.core.decision.event import Event
from entrasync.core.record.job_record import read_record
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
REACHABLE = Event("Normal", "GraphReachable", "Graph can be read again, and the status is current.")
UNREACHABLE = Event("Warning", "GraphUnreachable", "Ready: GraphUnreachable")


@pytest.mark.parametrize(
    ("why", "before", "after", "events"),
    [
        ("a first status without a fault", {}, HEALTHY, []),
        ("a person must act", HEALTHY, CONFLICT, [Event("Warning", "Conflict", "Stalled: Conflict")]),
        ("the reason has changed", CONFLICT, GONE, [Event("Warning", "JobGone", "Stalled: JobGone")]),
        ("nothing has changed", CONFLICT, CONFLICT, []),
        ("a quarantine causes one Event, and none for Stalled", HEALTHY, IN_QUARANTINE, [QUARANTINED]),
        ("the quarantine goes on", IN_QUARANTINE, IN_QUARANTINE, []),
        (
            "the quarantine has ended",
            IN_QUARANTINE,
            HEALTHY,
            [Event("Normal", "QuarantineLifted", "The job left quarantine.")],
        ),
        ("the job is only hidden", IN_QUARANTINE, BLIND, [UNREACHABLE]),
        ("Graph cannot be read", HEALTHY, BLIND, [UNREACHABLE]),
        ("Graph still cannot be read", BLIND, BLIND, []),
        ("Graph can be read again", BLIND, HEALTHY, [REACHABLE]),
        ("Graph can be read again and the job is ill", BLIND, IN_QUARANTINE, [QUARANTINED, REACHABLE]),
        ("a wait causes no Event", HEALTHY, WAITING, []),
    ],
)
def test_each_change_of_a_condition_is_reported_by_one_event(
    why: str, before: dict[str, Any], after: dict[str, Any], events: list[Event]
) -> None:
    assert events_between(read_record(before), read_record(after), graph_was_read=True) == events, why


@pytest.mark.parametrize("reason", ["ConnectionNotReady", "CredentialRefused", "Suspended", "InvalidSpec"])
def test_a_pass_that_did_not_read_graph_does_not_report_that_graph_can_be_read_again(reason: str) -> None:
    after = read_record(status(Ready=("False", reason)))
    assert events_between(read_record(BLIND), after, graph_was_read=False) == []
