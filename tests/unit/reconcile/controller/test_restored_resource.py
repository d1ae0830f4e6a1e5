"""Resources that come from a backup, held another job before, or cannot be read."""

from dataclasses import replace

from tests.support.facts import (
    holder,
    minutes,
    remote_job,
    resource,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestRestoredResource:
    async def test_a_resource_restored_without_status_finds_its_job_and_starts_nothing(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(status=dict.fromkeys(holder().status)))
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.status(key)["origin"] == "Created"

    async def test_the_pause_of_a_former_job_does_not_stall_the_next(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await harness.run(key)
        harness.graph.jobs = {"next": remote_job("next")}
        await harness.run_until(key, minutes(10))
        assert harness.status(key)["job"]["id"] == "next"
        assert "pause" not in harness.status(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")

    async def test_an_unreadable_spec_is_reported_and_waits_for_an_edit(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(replace(resource(), desired=None, invalid_spec="spec.template: give one"))
        assert (await harness.run(key)).requeue_after is None
        assert harness.condition(key, "Stalled") == ("True", "InvalidSpec")

    async def test_a_resource_that_is_gone_is_forgotten(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        await harness.run(key)
        harness.resources.remove(key, harness.server.stored[key].uid)
        assert (await harness.run(key)).requeue_after is None
        assert harness.memory.read_at(key) is None
