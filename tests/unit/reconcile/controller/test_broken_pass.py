"""A pass that a fault of ours ended is told in the status: never blind and green."""

from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import NOW, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

FAULT = ("True", "InternalError")
HEALTHY = ("True", "Healthy")


async def ready(story: ReconcilerHarness) -> ObjectKey:
    """Have a resource whose job is well."""
    story.graph.add(remote_job())
    key = story.apply(holder())
    await story.run(key)
    assert story.condition(key, "Ready") == HEALTHY
    return key


class TestABrokenPass:
    async def test_of_a_resource_at_rest_is_no_news_at_first(self, story: ReconcilerHarness) -> None:
        key = await ready(story)
        story.server.writes.clear()
        await story.reconciler.record_broken(key, since=NOW)
        assert story.server.writes == []

    async def test_after_three_poll_intervals_leaves_it_green_no_more(self, story: ReconcilerHarness) -> None:
        key = await ready(story)
        story.clock.move(minutes(15))
        await story.reconciler.record_broken(key, since=story.clock.now())
        assert story.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        assert story.condition(key, "Reconciling") == FAULT

    async def test_counts_though_each_read_graph_before_it_broke(self, story: ReconcilerHarness) -> None:
        key = await ready(story)
        story.clock.move(minutes(15))
        story.memory.recall(story.server.stored[key], NOW).read_at = story.clock.now()
        await story.reconciler.record_broken(key, since=NOW)
        assert story.condition(key, "Ready") == ("Unknown", "GraphUnreachable")

    async def test_of_a_new_resource_is_told_at_once(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        await story.reconciler.record_broken(key, since=NOW)
        assert story.condition(key, "Ready") == ("False", "InternalError")
        [told] = [entry for entry in story.status(key)["conditions"] if entry["type"] == "Reconciling"]
        assert told["message"].endswith("the log has the traceback.")

    async def test_is_over_with_the_next_good_one(self, story: ReconcilerHarness) -> None:
        key = await ready(story)
        story.clock.move(minutes(15))
        await story.reconciler.record_broken(key, since=NOW)
        await story.run(key)
        assert story.condition(key, "Ready") == HEALTHY
        assert story.condition(key, "Reconciling") == ("", "")

    async def test_of_one_that_is_gone_has_nothing_to_tell(self, story: ReconcilerHarness) -> None:
        await story.reconciler.record_broken(resource().key, since=NOW)
        assert story.server.writes == []
