"""Resources that come from a backup, held another job before, or cannot be read."""

from dataclasses import replace

from tests.support.facts import (
    holder,
    minutes,
    remote_job,
    resource,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestAForeignPast:
    async def test_a_backup_without_status_finds_its_job_and_starts_nothing(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        key = story.apply(holder(status=dict.fromkeys(holder().status)))
        await story.run(key)
        assert story.graph.writes == []
        assert story.status(key)["origin"] == "Created"

    async def test_the_pause_of_a_former_job_does_not_stall_the_next(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await story.run(key)
        story.graph.jobs = {"next": remote_job("next")}
        await story.run_until(key, minutes(10))
        assert story.status(key)["job"]["id"] == "next"
        assert "pause" not in story.status(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")

    async def test_an_unreadable_spec_is_told_and_waits_for_an_edit(self, story: ReconcilerHarness) -> None:
        key = story.apply(replace(resource(), desired=None, invalid_spec="spec.template: give one"))
        assert (await story.run(key)).look_again is None
        assert story.condition(key, "Stalled") == ("True", "InvalidSpec")

    async def test_one_that_is_gone_is_forgotten(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        await story.run(key)
        story.resources.remove(key, story.server.stored[key].uid)
        assert (await story.run(key)).look_again is None
        assert story.memory.read_at(key) is None
