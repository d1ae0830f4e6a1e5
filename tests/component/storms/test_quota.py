"""Graph's quota of writes is used up when many resources are applied at once; edits and another tenant go on."""

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest

from graph_simulator.traffic.journal import Entry
from graph_simulator.traffic.throttle import WriteQuota
from graph_simulator.world.directory import DEFAULT_TENANT
from tests.support.kill_points.world import live
from tests.support.storms.crowd import Crowd
from tests.support.storms.edits import Edits

RESOURCES = int(os.environ.get("QUOTA_RESOURCES", "200"))
"""`make chaos` asks for more."""

OTHER_TENANT, OTHER_RESOURCES = "0c2e8a57-64f1-4d0b-9a3e-7d5b1f60c9a4", 20
WRITES_AT_ONCE, WRITES_PER_SECOND = 3000, 20.0
"""What Graph allows an app in a tenant (graph-facts 6.3)."""

WRITES_PER_CREATE = 2
"""The create and the start."""

LEAST_TIME = timedelta(seconds=WRITES_PER_CREATE * RESOURCES / WRITES_PER_SECOND)
EDIT_EVERY, LONGEST_EDIT = timedelta(seconds=2), timedelta(seconds=3)
USUAL_EDIT = timedelta(seconds=1)
"""How long half of the edits wait at most. Only the first come before anything of the quota could be kept for them."""

PASSES_OF_A_TENANT = 40
"""As many writes may be under way when Graph says first that the quota is used up."""

pytestmark = [pytest.mark.timeout(900), pytest.mark.chaos("Many creates while the quota of writes is used up")]


@dataclass(frozen=True)
class Aftermath:
    """What became of it."""

    entries: Sequence[Entry]
    """All calls to Graph."""
    waits: Sequence[timedelta]
    """How long the edits waited, sorted."""
    until_ready: timedelta
    until_other_ready: timedelta
    jobs_per_app: Counter[int]
    principals_of_other: frozenset[str]
    faults: Sequence[str]


async def create_many(crowd: Crowd) -> Aftermath:
    """Apply many resources at once, and some of another tenant, and edit those that are done."""
    crowd.graph.write_quota = WriteQuota(WRITES_AT_ONCE, WRITES_PER_SECOND)
    crowd.graph.write_quota.use_up(DEFAULT_TENANT, crowd.now())
    crowd.connect("other", OTHER_TENANT)
    await crowd.start()
    await asyncio.sleep(1)
    many = [crowd.apply() for _ in range(RESOURCES)]
    others = [crowd.apply("other", tenant_id=OTHER_TENANT) for _ in range(OTHER_RESOURCES)]
    began, edits = crowd.now(), Edits(crowd, among=many)
    editing = asyncio.create_task(edits.make(every=EDIT_EVERY, until=began + LEAST_TIME))
    until_other = await crowd.wait_ready(others)
    await editing
    await crowd.wait_ready(many)
    return Aftermath(
        crowd.entries,
        edits.waits(),
        crowd.now() - began,
        until_other,
        crowd.jobs_per_app(),
        frozenset(crowd.principals[number].id for number in others),
        crowd.log.faults,
    )


@pytest.fixture(autouse=True)
def count_resources_once(record_property: Callable[[str, object], None]) -> None:
    """All tests look at the same run."""
    record_property("tried", 0)


@pytest.fixture(scope="module")
def aftermath() -> Aftermath:
    found: Aftermath = live(create_many, Crowd)
    return found


def test_all_are_made_once_and_hardly_later_than_the_quota_allows(
    aftermath: Aftermath, record_property: Callable[[str, object], None]
) -> None:
    record_property("tried", RESOURCES)
    assert aftermath.until_ready <= LEAST_TIME * 1.15 + timedelta(seconds=30)
    assert aftermath.jobs_per_app == {1: RESOURCES + OTHER_RESOURCES}
    assert aftermath.faults == []


def test_graph_has_to_say_it_only_once(aftermath: Aftermath) -> None:
    """What was under way then is refused too, and nothing later."""
    refused = [each for each in aftermath.entries if each.status == 429]
    assert 1 <= len(refused) <= PASSES_OF_A_TENANT
    assert refused[-1].world_time - refused[0].world_time <= timedelta(seconds=1)


def test_an_edit_waits_for_its_own_write_and_not_for_the_creates(aftermath: Aftermath) -> None:
    assert len(aftermath.waits) >= 3
    assert aftermath.waits[-1] <= LONGEST_EDIT
    assert aftermath.waits[len(aftermath.waits) // 2] <= USUAL_EDIT


def test_another_tenant_does_not_wait_at_all(aftermath: Aftermath) -> None:
    assert aftermath.until_other_ready <= timedelta(seconds=10)
    theirs = [each for each in aftermath.entries if each.target.service_principal in aftermath.principals_of_other]
    assert 429 not in {each.status for each in theirs}
