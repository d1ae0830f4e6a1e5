"""What a resource says while Graph cannot be read."""

from tests.support.facts import (
    minutes,
)
from tests.support.graph_answers import DOWN, replicating
from tests.support.reconciler_harness import ReconcilerHarness


class TestGraphUnreachable:
    async def test_one_failed_poll_writes_nothing_and_three_intervals_make_ready_unknown(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        await harness.run(key)
        writes = list(harness.server.writes)
        harness.graph.fail("list_jobs", DOWN, times=20)
        harness.clock.move(minutes(14))
        assert (await harness.run(key)).is_failure
        assert harness.server.writes == writes
        harness.clock.move(minutes(1))
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        after = list(harness.server.writes)
        for _ in range(5):
            harness.clock.move(minutes(5))
            await harness.run(key)
        assert harness.server.writes == after

    async def test_the_time_without_graph_counts_from_the_process_start_at_the_earliest(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        await harness.run(key)
        harness.clock.move(minutes(60))
        harness.restart()
        harness.graph.fail("list_jobs", DOWN)
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_missing_service_principal_stalls_when_nothing_is_young(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.has_principal = False
        harness.graph.fail("list_jobs", replicating(404), times=2)
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        harness.clock.move(minutes(5))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
