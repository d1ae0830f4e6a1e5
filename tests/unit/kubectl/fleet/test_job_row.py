"""What the lists say of a job, by what its conditions say."""

from typing import Any

import pytest

from kubectl_entrasync.fleet.health import Health
from kubectl_entrasync.fleet.job_row import read_row, read_rows, write_row


def document(*conditions: tuple[str, str, str], name: str = "crm", **parts: Any) -> dict[str, Any]:
    """A SynchronizationJob with conditions of a type, a status and a reason."""
    metadata = {"namespace": "identity", "name": name, "generation": 2, **parts.pop("metadata", {})}
    entries = [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": f"{reason} it is.",
            "observedGeneration": 2,
            "lastTransitionTime": f"2026-11-30T0{number}:00:00Z",
        }
        for number, (kind, status, reason) in enumerate(conditions, 1)
    ]
    return {"metadata": metadata, "spec": parts.pop("spec", {}), "status": {"conditions": entries, **parts}}


READY = ("Ready", "True", "Healthy")
NOT_READY = ("Ready", "False", "Applying")


class TestHealth:
    @pytest.mark.parametrize(
        ("seen", "health"),
        [
            pytest.param(document(READY), Health.HEALTHY, id="Ready is True"),
            pytest.param(document(NOT_READY), Health.WORKING, id="Ready is False and nobody has to act"),
            pytest.param(
                document(NOT_READY, ("Stalled", "True", "Conflict")), Health.STALLED, id="a person has to act"
            ),
            pytest.param(
                document(NOT_READY, ("Stalled", "True", "Quarantined"), ("Quarantined", "True", "TooManyDeletes")),
                Health.QUARANTINED,
                id="Graph has put the job in quarantine",
            ),
            pytest.param(
                document(READY, ("Quarantined", "True", "TooManyDeletes")),
                Health.QUARANTINED,
                id="a quarantine does not count for Ready",
            ),
            pytest.param(document(READY, ("Overdue", "True", "NoRecentSuccess")), Health.OVERDUE, id="overdue"),
            pytest.param(document(("Ready", "Unknown", "GraphUnreachable")), Health.UNKNOWN, id="Ready is Unknown"),
            pytest.param(document(READY, ("Drifted", "True", "Drifted")), Health.DRIFTED, id="Observe finds drift"),
            pytest.param(
                document(READY, job={"schedule": {"state": "Disabled"}}), Health.PAUSED, id="paused as spec wants"
            ),
            pytest.param(document(READY, spec={"suspend": True}), Health.SUSPENDED, id="suspended"),
            pytest.param(
                document(READY, metadata={"deletionTimestamp": "2026-11-30T00:00:00Z"}),
                Health.DELETING,
                id="being deleted",
            ),
            pytest.param(
                document(
                    NOT_READY,
                    ("Stalled", "True", "DeletionBlocked"),
                    metadata={"deletionTimestamp": "2026-11-30T00:00:00Z"},
                ),
                Health.STALLED,
                id="a deletion that is blocked",
            ),
            pytest.param(document(READY, metadata={"generation": 3}), Health.NEW, id="an edit not looked at yet"),
        ],
    )
    def test_is_the_most_urgent_that_the_conditions_say(self, seen: dict[str, Any], health: Health) -> None:
        assert read_row(seen).health is health

    def test_of_a_resource_without_status_is_new_and_names_doctor(self) -> None:
        seen = {"metadata": {"namespace": "identity", "name": "crm", "generation": 1}, "spec": {}}
        row = read_row(seen)
        assert (row.health, row.reason) == (Health.NEW, "NotLookedAt")
        assert "kubectl entrasync doctor" in row.message


class TestRow:
    def test_has_the_words_of_the_condition_that_decides(self) -> None:
        row = read_row(document(NOT_READY, ("Stalled", "True", "Conflict")))
        assert (row.reason, row.message) == ("Conflict", "Conflict it is.")

    def test_has_the_time_of_the_last_transition_of_any_condition(self) -> None:
        row = write_row(read_row(document(READY, ("Applied", "True", "Applied"))))
        assert row["changed"] == "2026-11-30T02:00:00Z"

    def test_shows_the_quarantine_with_its_times(self) -> None:
        live = {
            "code": "Quarantine",
            "quarantine": {
                "reason": "TooManyDeletes",
                "currentBegan": "2026-11-29T10:00:00.1234567Z",
                "nextAttempt": "2026-11-30T16:00:00Z",
            },
        }
        row = write_row(
            read_row(document(READY, ("Quarantined", "True", "TooManyDeletes"), synchronizationStatus=live))
        )
        assert row["quarantine"] == {
            "reason": "TooManyDeletes",
            "since": "2026-11-29T10:00:00Z",
            "nextAttempt": "2026-11-30T16:00:00Z",
        }

    def test_without_a_success_has_none(self) -> None:
        assert write_row(read_row(document(READY)))["lastSuccess"] is None


class TestOrder:
    def test_is_by_urgency_then_by_namespace_and_name(self) -> None:
        fleet = [
            document(READY, name="b"),
            document(READY, name="a"),
            document(NOT_READY, ("Stalled", "True", "Conflict"), name="z"),
        ]
        assert [row.name for row in read_rows(fleet)] == ["z", "a", "b"]
