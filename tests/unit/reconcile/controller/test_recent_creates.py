"""A job that Graph does not show yet keeps others from creating a second one, whoever holds it by now."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import desired, minutes, resource
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness

OBSERVE = desired(management_policy=ManagementPolicy.OBSERVE)


async def create_hidden_job(harness: ReconcilerHarness, **spec: Any) -> ObjectKey:
    """Create a job by a resource; Graph does not show it."""
    harness.graph.during["create_job"] = lambda: harness.graph.hidden.update(harness.graph.jobs)
    key = harness.apply_new(**spec)
    await harness.run(key)
    assert len(harness.graph.jobs) == 1
    return key


def apply_second(harness: ReconcilerHarness, **spec: Any) -> ObjectKey:
    return harness.apply(resource(desired(**spec), name="second", finalizers=()))


async def let_go(harness: ReconcilerHarness, key: ObjectKey, how: str) -> None:
    """Have the holder let its job go."""
    if how == "Observe":
        harness.edit(key, desired=OBSERVE)
    else:
        harness.delete(key)
    await harness.run(key)


@pytest.mark.parametrize("how", ["Observe", "Retain"])
async def test_no_second_job_is_created_while_graph_does_not_show_the_first(
    harness: ReconcilerHarness, how: str
) -> None:
    key = await create_hidden_job(harness, deletion_policy=DeletionPolicy.RETAIN)
    await let_go(harness, key, how)
    second = apply_second(harness)
    await harness.run_until(second, minutes(5))
    assert harness.condition(second, "Reconciling") == ("True", "WaitingForOtherCreate")
    [first] = harness.graph.jobs
    assert first in harness.message(second, "Reconciling")
    harness.graph.hidden.clear()
    await harness.run_until(second, minutes(1))
    assert harness.status(second)["job"]["id"] == first
    assert harness.graph.writes.count("create_job") == 1


async def test_a_clock_that_is_set_ahead_makes_no_hidden_job_old(harness: ReconcilerHarness) -> None:
    await let_go(harness, await create_hidden_job(harness, deletion_policy=DeletionPolicy.RETAIN), "Retain")
    second = apply_second(harness)
    await harness.run(second)
    harness.clock.move(minutes(60))
    harness.memory.clear()
    harness.resources.recent_creates.forget_times()
    await harness.run_until(second, minutes(5))
    assert harness.graph.writes.count("create_job") == 1


async def test_a_second_job_is_created_once_the_bound_has_passed(harness: ReconcilerHarness) -> None:
    await let_go(harness, await create_hidden_job(harness, deletion_policy=DeletionPolicy.RETAIN), "Retain")
    second = apply_second(harness)
    await harness.run_until(second, minutes(14))
    assert harness.graph.writes.count("create_job") == 1
    await harness.run_until(second, minutes(2))
    assert harness.graph.writes.count("create_job") == 2


async def test_what_is_stored_outlives_the_process(harness: ReconcilerHarness) -> None:
    await let_go(harness, await create_hidden_job(harness), "Observe")
    harness.restart()
    second = apply_second(harness)
    await harness.run_until(second, minutes(5))
    assert harness.condition(second, "Reconciling") == ("True", "WaitingForOtherCreate")


async def test_a_job_of_another_template_is_created_beside_it(harness: ReconcilerHarness) -> None:
    await let_go(harness, await create_hidden_job(harness), "Observe")
    harness.graph.templates = ("scim", "aws")
    await harness.run(apply_second(harness, template_id="aws"))
    assert harness.graph.writes.count("create_job") == 2


async def test_a_job_that_the_operator_deleted_is_not_waited_for(harness: ReconcilerHarness) -> None:
    key = harness.apply_new()
    await harness.run(key)
    harness.delete(key)
    await harness.run(key)
    assert harness.graph.jobs == {}
    await harness.run(apply_second(harness))
    assert harness.graph.writes.count("create_job") == 2


async def test_the_job_of_another_is_not_taken_for_that_of_an_unanswered_create(harness: ReconcilerHarness) -> None:
    key = await create_hidden_job(harness, template_id="aws", deletion_policy=DeletionPolicy.RETAIN)
    await let_go(harness, key, "Retain")
    second = apply_second(harness)
    harness.graph.fail("create_job", LOST)
    await harness.run(second)
    harness.graph.hidden.clear()
    await harness.run_until(second, minutes(16))
    assert harness.condition(second, "Ready")[0] == "True"
    assert len(harness.graph.jobs) == 2


async def test_a_created_job_is_forgotten_after_a_day(harness: ReconcilerHarness) -> None:
    key = await create_hidden_job(harness, deletion_policy=DeletionPolicy.RETAIN)
    [created] = harness.graph.jobs
    gone = harness.server.stored[key]
    await let_go(harness, key, "Retain")
    recent, now = harness.resources.recent_creates, harness.clock.now()
    where: Any = {"service_principal_id": gone.service_principal_id, "tenant_id": harness.graph.tenant_id}
    assert [job.job_id for job in recent.list_lately(minutes(15), **where, now=now)] == [created]
    recent.prune(now + timedelta(days=1))
    recent.note(replace(gone, annotations={}))
    assert recent.list_lately(minutes(15), **where, now=now + timedelta(days=1)) == []
