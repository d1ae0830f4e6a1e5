"""A process that ends in the middle of a create makes no second job when it comes back."""

import pytest

from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.facts import (
    minutes,
    resource,
)
from tests.support.graph_answers import DOWN
from tests.support.reconciler_harness import ReconcilerHarness


class TestACrash:
    async def test_before_the_annotation_keeps_the_intent(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.server.failures.extend([None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_before_the_status_keeps_the_job(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.server.failures.extend([None, None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert "operation" not in story.status(key)

    async def test_before_the_status_of_a_job_that_stays_invisible_posts_no_second(
        self, story: ReconcilerHarness
    ) -> None:
        """The bound counts from the intent, the only witness of the creation then."""
        key = story.apply(resource())
        story.graph.fail("start_job", DOWN)
        story.server.failures.extend([None, None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        story.restart()
        story.graph.hidden = set(story.graph.jobs)
        await story.run_until(key, minutes(14))
        story.graph.hidden = set()
        await story.run_until(key, minutes(1))
        assert story.graph.writes.count("create_job") == 1
        assert story.condition(key, "Ready")[0] == "True"
