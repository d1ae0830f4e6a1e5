"""A process that is killed during a create makes no second job after its restart."""

import pytest

from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.facts import (
    minutes,
    resource,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestCrash:
    async def test_a_crash_before_the_annotation_keeps_the_intent(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        harness.server.failures.extend([None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        harness.restart()
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_crash_before_the_start_keeps_the_job(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource())
        harness.server.failures.extend([None, None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        harness.restart()
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]
        assert "operation" not in harness.status(key)

    async def test_a_crash_before_the_start_of_a_hidden_job_leads_to_no_second_create(
        self, harness: ReconcilerHarness
    ) -> None:
        """The bound counts from the intent, which is then the only record of the create."""
        key = harness.apply(resource())
        harness.server.failures.extend([None, None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        harness.restart()
        harness.graph.hidden = set(harness.graph.jobs)
        await harness.run_until(key, minutes(14))
        harness.graph.hidden = set()
        await harness.run_until(key, minutes(1))
        assert harness.graph.writes.count("create_job") == 1
        assert harness.condition(key, "Ready")[0] == "True"
