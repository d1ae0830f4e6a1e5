"""Hundreds of jobs are to be restarted in the same second, while the quota of writes is used up."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from graph_simulator.traffic.journal import Entry
from graph_simulator.traffic.throttle import WriteQuota
from graph_simulator.world.directory import DEFAULT_TENANT
from tests.support.kill_points.world import live
from tests.support.storms.crowd import Crowd
from tests.support.storms.edits import Edits

RESOURCES = 200
WRITES_AT_ONCE, WRITES_PER_SECOND = 3000, 20.0
"""What Graph allows an app in a tenant (graph-facts 6.3)."""

PASSES_OF_A_TENANT = 40
"""As many writes may be under way when Graph says first that the quota is used up."""

LEAST_TIME = timedelta(seconds=RESOURCES / WRITES_PER_SECOND)
UNTIL_RUN, AFTER_RUN = timedelta(minutes=2), timedelta(minutes=2)
EDIT_EVERY, LONGEST_EDIT = timedelta(seconds=2), timedelta(seconds=15)

pytestmark = pytest.mark.timeout(300)


@dataclass(frozen=True)
class Aftermath:
    """What became of it."""

    due_at: datetime
    """When the run was due."""
    entries: Sequence[Entry]
    """All calls to Graph from the run on."""
    waits: Sequence[timedelta]
    """How long the edits waited, sorted."""
    faults: Sequence[str]


async def restart_all(crowd: Crowd) -> Aftermath:
    """Have many jobs with one timetable, use the quota up when it is due, and edit some of them meanwhile."""
    await crowd.have_jobs(RESOURCES)
    due_at = (crowd.now() + UNTIL_RUN).replace(second=0, microsecond=0)
    for number in range(RESOURCES):
        crowd.edit(number, {"periodicRestart": {"cron": f"{due_at:%M} * * * *"}})
    await crowd.start()
    await asyncio.sleep((due_at - crowd.now()).total_seconds() - 1)
    crowd.graph.write_quota = WriteQuota(WRITES_AT_ONCE, WRITES_PER_SECOND)
    crowd.graph.write_quota.use_up(DEFAULT_TENANT, due_at)
    crowd.forget_calls()
    edits = Edits(crowd, among=range(RESOURCES))
    await edits.make(every=EDIT_EVERY, until=due_at + LEAST_TIME)
    await asyncio.sleep((due_at + AFTER_RUN - crowd.now()).total_seconds())
    return Aftermath(due_at, tuple(crowd.entries), edits.waits(), crowd.log.faults)


@pytest.fixture(scope="module")
def aftermath() -> Aftermath:
    found: Aftermath = live(restart_all, Crowd)
    return found


def restarts(aftermath: Aftermath) -> list[Entry]:
    """List the restarts that Graph has done."""
    return [each for each in aftermath.entries if each.target.operation == "restartJob" and each.had_effect]


def test_each_job_is_restarted_once(aftermath: Aftermath) -> None:
    counts = Counter(each.target.service_principal for each in restarts(aftermath))
    assert set(counts.values()) == {1}
    assert RESOURCES - len(aftermath.waits) <= len(counts), "only a job that was paused first is not restarted"
    assert aftermath.faults == []


def test_the_restarts_are_spread_as_the_quota_allows(aftermath: Aftermath) -> None:
    last = max(each.world_time for each in restarts(aftermath))
    assert LEAST_TIME - timedelta(seconds=5) <= last - aftermath.due_at <= LEAST_TIME * 1.5 + timedelta(seconds=30)
    refused = [each for each in aftermath.entries if each.status == 429]
    assert len(refused) <= PASSES_OF_A_TENANT, "Graph has to say it only once"


def test_an_edit_does_not_wait_for_the_restarts(aftermath: Aftermath) -> None:
    assert len(aftermath.waits) >= 3
    assert aftermath.waits[-1] <= LONGEST_EDIT
