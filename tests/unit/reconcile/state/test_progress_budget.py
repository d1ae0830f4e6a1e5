"""The budget of all jobs for writes of progress alone."""

from datetime import datetime

from entrasync.core.status.progress import PROGRESS_WRITE_INTERVAL
from entrasync.reconcile.state.memory import JobMemory
from entrasync.reconcile.state.progress_budget import MAX_BURST, WRITES_PER_SECOND, ProgressBudget
from tests.support.facts import NOW, minutes, seconds


def make_memories(count: int) -> list[JobMemory]:
    return [JobMemory(f"uid-{n}", 1, spec_seen_at=NOW, read_at=NOW) for n in range(count)]


def spend_all(budget: ProgressBudget, memories: list[JobMemory], now: datetime) -> int:
    return sum(budget.spend(memory, now) for memory in memories)


def test_one_job_spends_once_in_five_minutes() -> None:
    budget, memories = ProgressBudget(), make_memories(1)
    spent = [budget.spend(memories[0], NOW + offset) for offset in (seconds(0), minutes(4), PROGRESS_WRITE_INTERVAL)]
    assert spent == [True, False, True]


def test_five_thousand_jobs_spend_no_more_than_the_budget() -> None:
    budget, memories = ProgressBudget(), make_memories(5000)
    assert spend_all(budget, memories, NOW) == MAX_BURST
    assert spend_all(budget, memories, NOW + seconds(1)) == WRITES_PER_SECOND
    assert spend_all(budget, memories, NOW + minutes(2)) == MAX_BURST


def test_each_of_five_thousand_jobs_has_its_turn() -> None:
    budget, memories = ProgressBudget(), make_memories(5000)
    for second in range(0, 5000 // WRITES_PER_SECOND + 30, 10):
        spend_all(budget, memories, NOW + seconds(second))
    assert all(memory.progress_written_at is not None for memory in memories)
