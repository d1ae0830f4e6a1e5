"""Checks what the journal keeps, counts and selects."""

from datetime import UTC, datetime

from graph_simulator.traffic.journal import Entry, Journal
from graph_simulator.traffic.operations import Operation, Target

NOW = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


def note(journal: Journal, operation: Operation, job: str = "") -> Entry:
    def make(number: int, in_flight: int) -> Entry:
        return Entry(number, 0.0, NOW, "GET", "/", "", Target(operation, job=job), {}, "", in_flight, job=job)

    return journal.open(make)


def test_a_full_journal_drops_its_oldest_entries_and_keeps_its_counters() -> None:
    journal = Journal(limit=3)
    for _ in range(5):
        journal.close(note(journal, "getJob"), "answered", 0.0)
    assert [entry.sequence for entry in journal.entries] == [3, 4, 5]
    assert (journal.dropped, journal.counts["getJob"]) == (2, 5)


def test_the_journal_counts_requests_under_way() -> None:
    journal = Journal()
    first, second = note(journal, "getJob"), note(journal, "token")
    assert (first.in_flight, second.in_flight, journal.most_in_flight) == (1, 2, 2)
    journal.close(first, "answered", 0.1)
    assert (journal.in_flight, first.end, second.end) == (1, "answered", "under way")
    assert journal.count_calls()["graph"] == {"getJob": 1}
    assert journal.count_calls()["identity"] == {"token": 1}


def test_journal_entries_are_selected_by_job_operation_and_sequence() -> None:
    journal = Journal()
    note(journal, "getJob", "a")
    note(journal, "getJob", "b")
    note(journal, "startJob", "b")
    assert [entry.sequence for entry in journal.select(job="b")] == [2, 3]
    assert [entry.sequence for entry in journal.select(job="b", operation="startJob")] == [3]
    assert [entry.sequence for entry in journal.select(after=2)] == [3]


async def test_waiting_on_the_journal_ends_when_the_condition_holds() -> None:
    journal = Journal()
    assert not await journal.wait_for(lambda: bool(journal.entries), 0)
    note(journal, "getJob")
    assert await journal.wait_for(lambda: bool(journal.entries), 0)
