"""Events about a quarantine and about a mirror that was cut."""

from tests.support.facts import (
    minutes,
    quarantined_job,
    remote_job,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestQuarantine:
    async def test_is_told_once_and_lifted_once(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        await story.run(key)
        story.graph.add(quarantined_job())
        for _ in range(3):
            story.clock.move(minutes(5))
            await story.run(key)
        story.graph.add(remote_job())
        await story.run(key)
        assert story.told.reasons == ["Quarantined", "QuarantineLifted"]
        assert story.graph.writes == []

    async def test_what_was_left_out_of_the_mirror_is_told_once(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.graph.add(remote_job(countSuccessiveCompleteFailures=5.5))
        for _ in range(3):
            story.clock.move(minutes(5))
            await story.run(key)
        assert story.told.reasons == ["MirrorCut"]
