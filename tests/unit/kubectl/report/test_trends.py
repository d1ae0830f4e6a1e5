"""What the trends of a report say, by the statuses of its jobs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kubectl_entrasync.report.cards import read_card
from kubectl_entrasync.report.model import Trends
from kubectl_entrasync.report.trends import read_trends

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)


def document(name: str = "crm", **live: Any) -> dict[str, Any]:
    """A job with this live status."""
    metadata = {"namespace": "identity", "name": name}
    return {"metadata": metadata, "spec": {}, "status": {"job": {"id": name}, "synchronizationStatus": live}}


def trends(*documents: dict[str, Any]) -> Trends:
    return read_trends([read_card(each) for each in documents], NOW)


def ended(ago: timedelta) -> dict[str, str]:
    return {"timeEnded": (NOW - ago).isoformat()}


class TestLastSuccess:
    @pytest.mark.parametrize(
        ("ago", "word"),
        [
            (timedelta(hours=1), "within the last hour"),
            (timedelta(hours=1, seconds=1), "within the last day"),
            (timedelta(days=1, seconds=1), "within the last 7 days"),
            (timedelta(days=30), "within the last 30 days"),
            (timedelta(days=31), "longer ago"),
            (timedelta(hours=-1), "within the last hour"),
        ],
    )
    def test_counts_a_job_where_its_age_belongs(self, ago: timedelta, word: str) -> None:
        shares = trends(document(lastSuccessfulExecution=ended(ago))).last_success
        assert [share.word for share in shares if share.jobs] == [word]

    @pytest.mark.parametrize("success", [None, {"timeEnded": "0001-01-01T00:00:00Z"}, {"timeEnded": "yesterday"}, []])
    def test_counts_a_job_without_a_known_success_as_none_yet(self, success: Any) -> None:
        shares = trends(document(lastSuccessfulExecution=success)).last_success
        assert [share.word for share in shares if share.jobs] == ["none yet"]


class TestLastRun:
    def test_counts_ends_in_the_words_of_graph_the_most_frequent_first(self) -> None:
        runs = ["Failed", "Succeeded", "Succeeded"]
        documents = [document(str(place), lastExecution={"state": state}) for place, state in enumerate(runs)]
        shares = trends(*documents, document("new")).last_run
        assert [(share.word, share.jobs) for share in shares] == [("Succeeded", 2), ("Failed", 1), ("no run yet", 1)]

    def test_adds_up_counts_and_says_of_which_time_they_are(self) -> None:
        old = {"countExported": 3, "countEscrowed": 1, "timeEnded": "2026-11-01T00:00:00Z"}
        new = {"countExported": 4, "timeEnded": "2026-11-30T00:00:00Z"}
        sums = trends(document("a", lastExecution=old), document("b", lastExecution=new), document("c")).sums
        assert (sums.runs, sums.counts["countExported"], sums.counts["countEscrowed"]) == (2, 7, 1)
        assert (sums.first_ended, sums.last_ended) == (
            datetime(2026, 11, 1, tzinfo=UTC),
            datetime(2026, 11, 30, tzinfo=UTC),
        )

    def test_leaves_out_counts_that_are_no_whole_numbers(self) -> None:
        assert trends(document(lastExecution={"countExported": "many"})).sums.counts["countExported"] == 0


def test_jobs_that_fail_in_a_row_come_by_their_failures() -> None:
    documents = [document(name, countSuccessiveCompleteFailures=runs) for name, runs in (("a", 2), ("b", 9), ("c", 0))]
    assert [(each.name, each.runs) for each in trends(*documents).failing] == [("b", 9), ("a", 2)]


def test_a_steady_state_counts_for_jobs_that_graph_shows() -> None:
    without = document("without")
    del without["status"]["job"]
    shares = trends(document(steadyStateFirstAchievedTime="2026-11-01T00:00:00Z"), document("b"), without).steady_state
    assert [(share.word, share.jobs) for share in shares] == [("caught up", 1), ("not yet", 1)]


def test_synchronized_objects_are_added_up_by_kind() -> None:
    first = document("a", synchronizedEntryCountByType=[{"key": "user to User", "value": 3}, {"key": "group to Group"}])
    second = document("b", synchronizedEntryCountByType=[{"key": "user to User", "value": 4}])
    assert [(each.kind, each.entries) for each in trends(first, second).entries] == [("user to User", 7)]
