"""What is recorded of a drift that was corrected."""

import pytest

from entrasync.core.decision.action import Action, Difference
from entrasync.core.job.actions import CreateJob
from entrasync.core.record.job_record import read_record
from entrasync.core.schedule.actions import PauseJob, StartJob
from entrasync.core.status.drift import with_last_drift
from tests.support.facts import JOB, NOW, PRINCIPAL

MIRROR = {"job": {"schedule": {"state": "Disabled"}}}


@pytest.mark.parametrize(
    ("action", "found"),
    [
        (
            StartJob(PRINCIPAL, JOB, corrects_drift=True, found_state="Disabled"),
            (Difference("schedule.state", "Active", "Disabled"),),
        ),
        (
            PauseJob(PRINCIPAL, JOB, corrects_drift=True, found_state="Disabled"),
            (Difference("schedule.state", "Paused", "Disabled"),),
        ),
        (StartJob(PRINCIPAL, JOB), ()),
        (PauseJob(PRINCIPAL, JOB), ()),
        (CreateJob(PRINCIPAL, "scim", frozenset()), ()),
    ],
)
def test_only_changes_by_others_count_as_drift(action: Action, found: tuple[Difference, ...]) -> None:
    assert action.drift == found


def test_drift_is_recorded_with_its_time_and_without_secrets() -> None:
    differences = (Difference("schedule.state", "Active", "Disabled"), Difference("application.credentials"))
    status = with_last_drift(read_record(MIRROR), differences, now=NOW).write()
    assert status["lastDrift"] == {
        "time": "2026-11-01T12:00:00Z",
        "differences": [
            {"field": "schedule.state", "wanted": "Active", "found": "Disabled"},
            {"field": "application.credentials"},
        ],
    }
    assert status["job"] == MIRROR["job"]


def test_the_last_drift_stays_when_nothing_was_corrected() -> None:
    known = {"lastDrift": {"time": "2026-10-01T00:00:00Z", "differences": []}}
    assert with_last_drift(read_record(known), (), now=NOW).write() == known
