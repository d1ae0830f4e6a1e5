"""A job that Graph does not show: when it counts as gone, and what follows."""

from entrasync.api.policies import OnMissing
from tests.support.facts import (
    JOB,
    minutes,
    seconds,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestMissingJob:
    async def test_a_new_job_that_does_not_show_is_waited_for_and_ready_soon_after(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        await harness.run(key)
        harness.graph.hidden = set(harness.graph.jobs)
        await harness.run_until(key, minutes(14))
        assert harness.condition(key, "Ready") == ("Unknown", "NotShownYet")
        harness.graph.hidden = set()
        await harness.run_until(key, seconds(21))
        assert harness.condition(key, "Ready")[0] == "True"
        assert harness.graph.writes.count("create_job") == 1

    async def test_a_job_missing_for_four_minutes_does_not_count_as_gone(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.hidden = {JOB}
        await harness.run_until(key, minutes(4))
        harness.graph.hidden = set()
        await harness.run_until(key, minutes(10))
        assert harness.graph.writes == []

    async def test_a_job_that_has_gone_is_created_again_and_its_id_is_no_candidate(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.graph.jobs.clear()
        await harness.run_until(key, minutes(8))
        assert harness.graph.writes == ["create_job", "start_job"]
        [intent] = [patch["operation"] for patch in harness.server.patches if patch.get("operation")]
        assert JOB in intent["jobIdsBefore"]
        assert harness.status(key)["job"]["id"] != JOB

    async def test_a_job_that_is_created_again_is_told_with_the_id_of_the_one_that_went(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.graph.jobs.clear()
        await harness.run_until(key, minutes(8))
        [told] = [event.message for event in harness.recorded.events if event.reason == "JobReplaced"]
        assert JOB in told
        assert harness.status(key)["job"]["id"] in told
        assert harness.status(key)["lastDrift"]["differences"] == [{"field": "jobId", "wanted": JOB}]

    async def test_a_created_job_that_never_shows_is_created_once_and_told_by_its_id(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.during["create_job"] = lambda: harness.graph.hidden.update(harness.graph.jobs)
        await harness.run_until(key, minutes(5 * 60))
        [made] = harness.graph.jobs
        assert harness.graph.writes.count("create_job") == 1
        assert harness.condition(key, "Stalled") == ("True", "JobNeverShown")
        assert made in harness.message(key, "Stalled")
        harness.graph.hidden.clear()
        await harness.run_until(key, minutes(6))
        assert harness.condition(key, "Ready")[0] == "True"
        assert "operation" not in harness.status(key)

    async def test_a_job_that_goes_whenever_it_is_created_stalls_after_three_creates_in_a_day(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        for _ in range(5):
            await harness.run_until(key, minutes(20))
            harness.graph.jobs.clear()
            await harness.run_until(key, minutes(20))
        assert harness.graph.writes.count("create_job") == 3
        assert harness.condition(key, "Stalled") == ("True", "CreatedTooOften")
        await harness.run_until(key, minutes(24 * 60))
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_job_created_again_under_the_same_id_is_held(self, harness: ReconcilerHarness) -> None:
        """Tenant-wide jobs have ids without a random part (graph-facts 4.1)."""
        key = harness.apply_holder()
        harness.graph.jobs.clear()
        harness.graph.next_id = JOB
        await harness.run_until(key, minutes(8))
        assert harness.graph.writes == ["create_job", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_refused_reads_and_incomplete_lists_do_not_count_as_misses(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(on_missing=OnMissing.REPORT)
        harness.graph.jobs.clear()
        harness.graph.is_complete = False
        await harness.run_until(key, minutes(10))
        assert harness.condition(key, "Ready") == ("Unknown", "JobMissing")
        harness.graph.is_complete = True
        await harness.run_until(key, minutes(10))
        assert harness.condition(key, "Stalled") == ("True", "JobGone")
