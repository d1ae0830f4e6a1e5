"""Starting and pausing a job, also while Graph's answers are stale."""

import pytest

from entrasync.api.policies import ScheduleState
from tests.support.facts import (
    desired,
    minutes,
    remote_job,
    resource,
)
from tests.support.graph_answers import DOWN
from tests.support.reconciler_harness import ReconcilerHarness


class TestStartAndPause:
    async def test_an_error_after_the_start_was_taken_keeps_its_time(
        self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = story.apply(resource())
        story.graph.fail("list_jobs", DOWN, times=0)
        story.graph.add(remote_job(state="Disabled"))
        story.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        original = story.graph.start_job

        async def start_then_fail(principal: str, job_id: str) -> None:
            await original(principal, job_id)
            story.graph.fail("list_jobs", DOWN)

        monkeypatch.setattr(story.graph, "start_job", start_then_fail)  # the look after it is what fails
        await story.run(key)
        assert story.graph.writes == ["start_job"]
        assert story.status(key)["lastStartTime"].startswith("2026-11-01T12:00:00")

    async def test_a_pause_is_not_repeated_while_reads_are_stale(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder(schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        story.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED))
        story.graph.is_stale = True
        await story.run_until(key, minutes(14))
        assert story.graph.writes == ["pause_job"]
        assert story.condition(key, "Reconciling") == ("True", "Pausing")
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        await story.run_until(key, minutes(20))
        assert story.graph.writes == ["pause_job"]
        assert story.told.reasons == ["JobPaused"]
        assert story.condition(key, "Ready") == ("True", "Paused")

    async def test_a_pause_that_came_to_nothing_is_repeated_after_the_bound(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder(schedule_state=ScheduleState.PAUSED)
        story.graph.is_stale = True
        await story.run_until(key, minutes(16))
        assert story.graph.writes == ["pause_job", "pause_job"]
        assert story.told.reasons == ["JobPaused", "JobPaused"]

    async def test_a_start_that_was_seen_is_undone_at_once_and_once(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder(schedule_state=ScheduleState.PAUSED)
        await story.run(key)
        story.graph.add(remote_job())
        story.graph.is_stale = True
        await story.run_until(key, minutes(10))
        assert story.graph.writes == ["pause_job", "pause_job"]
        assert story.told.reasons == ["JobPaused", "DriftCorrected"]
        [drift] = story.status(key)["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Paused", "found": "Active"}

    async def test_a_pause_after_our_own_start_is_not_held_up(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder(schedule_state=ScheduleState.PAUSED)
        await story.run(key)
        for state in (ScheduleState.ACTIVE, ScheduleState.PAUSED):
            story.edit(key, desired=desired(schedule_state=state))
            await story.run(key)
        assert story.graph.writes == ["pause_job", "start_job", "pause_job"]
        assert story.told.reasons == ["JobPaused", "JobStarted", "JobPaused"]

    async def test_graphs_own_pause_is_known_over_a_restart(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await story.run(key)
        story.restart()
        await story.run_until(key, minutes(30))
        assert story.condition(key, "Stalled") == ("True", "PausedByGraph")
        assert story.graph.writes == []

    async def test_a_persons_pause_is_undone_also_after_a_restart(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.restart()
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        await story.run(key)
        assert story.graph.writes == ["start_job"]
        assert story.told.reasons == ["DriftCorrected"]
        [drift] = story.status(key)["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Active", "found": "Disabled"}

    async def test_suspended_is_left_alone_and_taken_up_again(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.edit(key, desired=desired(is_suspended=True))
        assert (await story.run(key)).look_again is None
        assert story.graph.calls == []
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
