"""How often a cycle that goes on is written into the status."""

from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.status.progress import PROGRESS_WRITE_INTERVAL
from tests.support.facts import minutes, remote_job, seconds
from tests.support.reconciler_harness import ReconcilerHarness

RUN = {"state": "Succeeded", "timeBegan": "2026-09-29T10:00:00Z", "timeEnded": "2026-09-29T10:01:00Z"}
COUNTS = {"synchronizedEntryCountByType": [{"key": "User", "value": 7}]}


class Cycle:
    """A job whose cycle goes on between two looks, and the writes of its status since `watch`."""

    def __init__(self) -> None:
        self.harness = ReconcilerHarness()
        self.key: ObjectKey = self.harness.apply_holder()
        self.done = 0

    async def look(self, **status: Any) -> list[Any]:
        """Look 30 seconds later, when more units are done. Returns what was written."""
        self.harness.clock.move(seconds(30))
        self.done += 10
        counted = [{"completedUnits": self.done, "totalUnits": 1000}]
        self.harness.graph.add(remote_job(**({"progress": counted} | status)))
        before = len(self.harness.server.patches)
        await self.harness.run(self.key)
        return self.harness.server.patches[before:]

    @property
    def mirror(self) -> Any:
        return self.harness.status(self.key)["synchronizationStatus"]


@pytest.fixture
def cycle() -> Cycle:
    return Cycle()


async def test_progress_alone_is_written_once_in_five_minutes(cycle: Cycle) -> None:
    await cycle.look()
    looks = int(PROGRESS_WRITE_INTERVAL / seconds(30))
    written = [len(await cycle.look()) for _ in range(2 * looks)]
    assert written == [1, *[0] * (looks - 1)] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"lastExecution": RUN},
        {"code": "Quarantine"},
        {"countSuccessiveCompleteFailures": 1},
        {"escrowsPruned": True},
        {"progress": []},
    ],
    ids=lambda change: str(*change),
)
async def test_what_people_act_on_is_written_at_once_and_progress_with_it(cycle: Cycle, change: Any) -> None:
    for _ in range(3):
        await cycle.look()
    assert len(await cycle.look(**change)) == 1
    shown = change.get("progress", [{"completedUnits": cycle.done, "totalUnits": 1000}])
    assert cycle.mirror["progress"] == shown


async def test_counts_of_entries_wait_like_progress(cycle: Cycle) -> None:
    for _ in range(3):
        await cycle.look()
    assert await cycle.look(**COUNTS) == []
    assert len(await cycle.look(**COUNTS, lastExecution=RUN)) == 1
    assert cycle.mirror["synchronizedEntryCountByType"] == COUNTS["synchronizedEntryCountByType"]


async def test_an_edit_is_observed_at_once_while_a_cycle_runs(cycle: Cycle) -> None:
    for _ in range(3):
        await cycle.look()
    cycle.harness.edit(cycle.key)
    assert len(await cycle.look()) == 1
    assert cycle.harness.status(cycle.key)["observedGeneration"] == cycle.harness.server.stored[cycle.key].generation


async def test_progress_that_waits_is_written_by_a_later_look(cycle: Cycle) -> None:
    for _ in range(2):
        await cycle.look()
    assert await cycle.look() == []
    cycle.harness.clock.move(minutes(5))
    await cycle.look()
    assert cycle.mirror["progress"] == [{"completedUnits": cycle.done, "totalUnits": 1000}]
