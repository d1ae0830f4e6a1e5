"""What a resource says while Graph cannot be read."""

from tests.support.facts import (
    minutes,
)
from tests.support.graph_answers import DOWN, replicating
from tests.support.reconciler_harness import ReconcilerHarness


class TestBlindness:
    async def test_one_lost_poll_writes_nothing_three_intervals_make_ready_unknown(
        self, story: ReconcilerHarness
    ) -> None:
        key = story.apply_holder()
        await story.run(key)
        writes = list(story.server.writes)
        story.graph.fail("list_jobs", DOWN, times=20)
        story.clock.move(minutes(14))
        assert (await story.run(key)).is_failure
        assert story.server.writes == writes
        story.clock.move(minutes(1))
        await story.run(key)
        assert story.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        after = list(story.server.writes)
        for _ in range(5):
            story.clock.move(minutes(5))
            await story.run(key)
        assert story.server.writes == after

    async def test_is_counted_from_the_process_start_at_the_earliest(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        await story.run(key)
        story.clock.move(minutes(60))
        story.restart()
        story.graph.fail("list_jobs", DOWN)
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "True"

    async def test_a_missing_service_principal_stalls_when_nothing_is_young(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.has_principal = False
        story.graph.fail("list_jobs", replicating(404), times=2)
        await story.run(key)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        story.clock.move(minutes(5))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
