"""A call to Graph whose answer is lost is looked into before it is repeated."""

import pytest

from entrasync.reconcile.engine.outcome import Outcome
from tests.support.facts import (
    minutes,
    seconds,
)
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness


def rounded(outcome: Outcome) -> int:
    assert outcome.look_again is not None
    return round(outcome.look_again.total_seconds())


class TestALostAnswer:
    @pytest.mark.parametrize("looks", range(6))
    async def test_makes_one_job_however_late_it_shows(self, story: ReconcilerHarness, looks: int) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST, is_done=True)
        outcome = await story.run(key)
        assert rounded(outcome) == 1
        assert story.condition(key, "Reconciling") == ("True", "CreateUnconfirmed")
        story.graph.hidden = set(story.graph.jobs)
        for _ in range(looks):
            assert outcome.look_again is not None
            story.clock.move(outcome.look_again)
            outcome = await story.run(key)
        story.graph.hidden = set()
        story.clock.move(seconds(1))
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_a_create_that_never_arrived_posts_again_after_the_bound(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST)
        await story.run_until(key, minutes(14.9))
        assert story.graph.writes == ["create_job"]
        writes = list(story.server.writes)
        assert len(writes) <= 4, "the looks in between write nothing"
        await story.run_until(key, minutes(0.2))
        assert story.graph.writes == ["create_job", "create_job", "start_job"]

    async def test_is_settled_over_a_restart(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST, is_done=True)
        await story.run(key)
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_of_a_start_is_looked_at_before_it_is_repeated(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.fail("start_job", LOST, is_done=True)
        assert (await story.run(key)).is_failure
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_a_start_that_did_not_arrive_repeats_it(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.fail("start_job", LOST)
        await story.run(key)
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job", "start_job"]
