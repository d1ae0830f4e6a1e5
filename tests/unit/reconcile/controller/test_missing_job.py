"""A job that Graph does not show: when it counts as gone, and what follows."""

from entrasync.api.policies import OnMissing
from tests.support.facts import (
    JOB,
    minutes,
    seconds,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestAJobOutOfSight:
    async def test_that_we_just_made_is_waited_for_and_ready_soon_after(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        await story.run(key)
        story.graph.hidden = set(story.graph.jobs)
        await story.run_until(key, minutes(14))
        assert story.condition(key, "Ready") == ("Unknown", "JobMissing")
        story.graph.hidden = set()
        await story.run_until(key, seconds(21))
        assert story.condition(key, "Ready")[0] == "True"
        assert story.graph.writes.count("create_job") == 1

    async def test_for_four_minutes_is_not_gone(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.graph.hidden = {JOB}
        await story.run_until(key, minutes(4))
        story.graph.hidden = set()
        await story.run_until(key, minutes(10))
        assert story.graph.writes == []

    async def test_for_good_is_made_again_and_its_id_is_no_candidate(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.graph.jobs.clear()
        await story.run_until(key, minutes(8))
        assert story.graph.writes == ["create_job", "start_job"]
        assert JOB in story.server.patches[-3]["operation"]["jobIdsBefore"]
        assert story.status(key)["job"]["id"] != JOB

    async def test_made_again_under_the_same_id_is_held(self, story: ReconcilerHarness) -> None:
        """Tenant-wide jobs have ids without a random part (graph-facts 4.1)."""
        key = story.apply_holder()
        story.graph.jobs.clear()
        story.graph.next_id = JOB
        await story.run_until(key, minutes(8))
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_counts_neither_refused_looks_nor_incomplete_lists(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder(on_missing=OnMissing.REPORT)
        story.graph.jobs.clear()
        story.graph.is_complete = False
        await story.run_until(key, minutes(10))
        assert story.condition(key, "Ready") == ("Unknown", "JobMissing")
        story.graph.is_complete = True
        await story.run_until(key, minutes(10))
        assert story.condition(key, "Stalled") == ("True", "JobGone")
