"""Graph's status and schedule of a job, read into types."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.primitives.quotes import MAX_QUOTE_LENGTH
from entrasync.core.remote.synchronization_status import (
    ExecutionError,
    Quarantine,
    Schedule,
    SynchronizationStatus,
    read_schedule,
    read_synchronization_status,
)
from tests.support.facts import NEVER

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
NOON_TEXT = "2026-11-01T12:00:00Z"
SUCCEEDED = {"state": "Succeeded", "timeBegan": NOON_TEXT, "timeEnded": NOON_TEXT}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(NOON_TEXT)
members = st.sampled_from(
    ["code", "quarantine", "error", "lastExecution", "lastSuccessfulExecution", "timeEnded", "reason", "escrowsPruned"]
)
garbage = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(members, inner), max_leaves=20)


class TestSynchronizationStatus:
    def test_a_quarantine_is_read_with_its_error(self) -> None:
        error = {"code": "InvalidCredentials", "message": "Wrong secret.", "tenantActionable": True}
        raw = {"reason": "Ill", "seriesBegan": NOON_TEXT, "nextAttempt": NEVER, "error": error}
        expected = Quarantine("Ill", ExecutionError("InvalidCredentials", "Wrong secret.", True), NOON)
        assert read_synchronization_status({"quarantine": raw}).quarantine == expected

    def test_an_empty_quarantine_differs_from_none(self) -> None:
        assert read_synchronization_status({"quarantine": {}}).quarantine == Quarantine()
        assert read_synchronization_status({"quarantine": None}).quarantine is None

    def test_long_texts_are_cut(self) -> None:
        quarantine = read_synchronization_status({"quarantine": {"reason": "x" * 5000}}).quarantine
        assert quarantine is not None
        assert quarantine.reason is not None
        assert len(quarantine.reason) == MAX_QUOTE_LENGTH

    def test_the_last_success_comes_from_the_last_execution_where_graph_names_none(self) -> None:
        assert read_synchronization_status({"lastExecution": SUCCEEDED}).succeeded_at == NOON
        assert read_synchronization_status({"lastExecution": SUCCEEDED | {"state": "Failed"}}).succeeded_at is None

    @pytest.mark.parametrize(
        ("raw", "has_run"),
        [
            ({}, False),
            ({"lastExecution": {"state": "Failed", "timeEnded": NEVER}}, False),
            ({"lastExecution": {"timeBegan": NOON_TEXT}}, True),
            ({"lastSuccessfulExecution": {"timeEnded": NOON_TEXT}}, True),
            ({"steadyStateFirstAchievedTime": NOON_TEXT}, True),
        ],
    )
    def test_a_job_has_run_where_any_time_says_so(self, raw: dict[str, Any], has_run: bool) -> None:
        assert read_synchronization_status(raw).has_run is has_run

    @pytest.mark.parametrize("odd", [None, 7, "x", [], {"code": 5, "quarantine": "x", "lastExecution": []}])
    def test_a_malformed_status_is_empty(self, odd: object) -> None:
        assert read_synchronization_status(odd) == SynchronizationStatus()

    @given(garbage)
    def test_no_answer_of_graph_breaks_the_reading(self, raw: object) -> None:
        status = read_synchronization_status(raw)
        assert isinstance(status.has_run, bool)
        assert status.succeeded_at is None or status.succeeded_at == NOON


class TestSchedule:
    def test_state_and_interval_are_read_as_text(self) -> None:
        assert read_schedule({"state": "Active", "interval": "PT40M"}) == Schedule("Active", "PT40M")

    @pytest.mark.parametrize("odd", [None, 7, [], {"state": {}, "interval": 40}])
    def test_a_malformed_schedule_is_empty(self, odd: object) -> None:
        assert read_schedule(odd) == Schedule()
