"""Events about a quarantine and about a mirror that was cut."""

from tests.support.facts import (
    minutes,
    quarantined_job,
    remote_job,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestQuarantine:
    async def test_a_quarantine_and_its_end_are_reported_once_each(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        await harness.run(key)
        harness.graph.add(quarantined_job())
        for _ in range(3):
            harness.clock.move(minutes(5))
            await harness.run(key)
        harness.graph.add(remote_job())
        await harness.run(key)
        assert harness.recorded.reasons == ["Quarantined", "QuarantineLifted"]
        assert harness.graph.writes == []

    async def test_what_was_left_out_of_the_mirror_is_reported_once(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.add(remote_job(countSuccessiveCompleteFailures=5.5))
        for _ in range(3):
            harness.clock.move(minutes(5))
            await harness.run(key)
        assert harness.recorded.reasons == ["MirrorCut"]
