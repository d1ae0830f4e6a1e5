"""A pass that ended by a fault of the operator is reported in the status, and Ready does not stay True."""

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.worker_pool import BROKEN
from tests.support.facts import NOW, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

FAULT = ("True", "InternalError")
HEALTHY = ("True", "Healthy")


async def ready(harness: ReconcilerHarness) -> ObjectKey:
    """Apply a resource whose job is healthy."""
    harness.graph.add(remote_job())
    key = harness.apply(holder())
    await harness.run(key)
    assert harness.condition(key, "Ready") == HEALTHY
    return key


class TestBrokenPass:
    async def test_a_broken_pass_of_a_settled_resource_is_not_reported_at_first(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await ready(harness)
        harness.server.writes.clear()
        await harness.reconciler.record_broken(key, BROKEN, since=NOW)
        assert harness.server.writes == []

    async def test_a_broken_pass_makes_ready_unknown_after_three_poll_intervals(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await ready(harness)
        harness.clock.move(minutes(15))
        await harness.reconciler.record_broken(key, BROKEN, since=harness.clock.now())
        assert harness.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        assert harness.condition(key, "Reconciling") == FAULT

    async def test_a_broken_pass_counts_although_it_read_graph_before(self, harness: ReconcilerHarness) -> None:
        key = await ready(harness)
        harness.clock.move(minutes(15))
        harness.memory.recall(harness.server.stored[key], NOW).read_at = harness.clock.now()
        await harness.reconciler.record_broken(key, BROKEN, since=NOW)
        assert harness.condition(key, "Ready") == ("Unknown", "GraphUnreachable")

    async def test_a_broken_pass_of_a_new_resource_is_reported_at_once(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        await harness.reconciler.record_broken(key, BROKEN, since=NOW)
        assert harness.condition(key, "Ready") == ("False", "InternalError")
        [reported] = [entry for entry in harness.status(key)["conditions"] if entry["type"] == "Reconciling"]
        assert reported["message"].endswith("the log has the traceback.")

    async def test_a_broken_pass_is_forgotten_with_the_next_good_one(self, harness: ReconcilerHarness) -> None:
        key = await ready(harness)
        harness.clock.move(minutes(15))
        await harness.reconciler.record_broken(key, BROKEN, since=NOW)
        await harness.run(key)
        assert harness.condition(key, "Ready") == HEALTHY
        assert harness.condition(key, "Reconciling") == ("", "")

    async def test_a_broken_pass_of_a_deleted_resource_writes_nothing(self, harness: ReconcilerHarness) -> None:
        await harness.reconciler.record_broken(resource().key, BROKEN, since=NOW)
        assert harness.server.writes == []
