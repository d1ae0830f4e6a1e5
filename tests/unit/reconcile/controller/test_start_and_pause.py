"""Starting and pausing a job, also while Graph's answers are stale."""

from dataclasses import replace

import pytest

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.core.primitives.times import write_time
from tests.support.facts import (
    desired,
    minutes,
    remote_job,
    resource,
)
from tests.support.graph_answers import DOWN, refused
from tests.support.reconciler_harness import ReconcilerHarness


class TestStartAndPause:
    async def test_an_error_after_a_successful_start_keeps_the_time_of_the_start(
        self, harness: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = harness.apply(resource())
        harness.graph.fail("list_jobs", DOWN, times=0)
        harness.graph.add(remote_job(state="Disabled"))
        harness.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        original = harness.graph.start_job

        async def start_then_fail(principal: str, job_id: str) -> None:
            await original(principal, job_id)
            harness.graph.fail("list_jobs", DOWN)

        monkeypatch.setattr(harness.graph, "start_job", start_then_fail)  # the read after it fails
        await harness.run(key)
        assert harness.graph.writes == ["start_job"]
        assert harness.status(key)["lastStartTime"].startswith("2026-11-01T12:00:00")

    async def test_a_pause_is_not_repeated_while_reads_are_stale(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        harness.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED))
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Reconciling") == ("True", "Pausing")
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await harness.run_until(key, minutes(20))
        assert harness.graph.writes == ["pause_job"]
        assert harness.recorded.reasons == ["JobPaused"]
        assert harness.condition(key, "Ready") == ("True", "Paused")

    async def test_a_pause_that_graph_ignores_is_sent_once_and_needs_a_person(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.PAUSED)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(6 * 60))
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Stalled") == ("True", "PauseNotTaken")
        harness.restart()
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job"]

    async def test_our_own_start_that_shows_late_is_not_blamed_on_a_person(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.PAUSED)
        await harness.run(key)
        harness.graph.is_stale = True
        harness.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        await harness.run(key)
        harness.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED))
        await harness.run_until(key, minutes(1))
        harness.graph.is_stale = False
        harness.graph.add(remote_job())
        await harness.run_until(key, minutes(6))
        assert harness.recorded.reasons == ["JobPaused", "JobStarted", "JobPaused"]
        assert "lastDrift" not in harness.status(key)

    async def test_our_own_pause_that_shows_late_is_told_with_its_own_cause(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.PAUSED)
        harness.graph.is_stale = True
        await harness.run(key)
        harness.edit(key, desired=desired())
        await harness.run(key)
        harness.graph.fail("start_job", refused(400))
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await harness.run(key)
        pause = harness.status(key)["pause"]
        assert (pause["by"], pause["reason"]) == ("Operator", "spec.schedule.state is Paused")

    async def test_a_new_hold_is_sent_at_once_although_graph_refused_the_pause_for_another(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        known = harness.server.stored[key]
        for hours in (600, 700):
            held = {HOLD_UNTIL_ANNOTATION: write_time(harness.clock.now() + minutes(hours))}
            harness.server.apply(replace(harness.server.stored[key], annotations={**known.annotations, **held}))
            harness.graph.calls.clear()
            harness.graph.fail("pause_job", refused(400))
            await harness.run(key)
            assert harness.graph.writes == ["pause_job"]

    async def test_an_ignored_pause_is_sent_again_when_the_spec_changes(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.PAUSED)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(20))
        harness.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED, poll_interval=minutes(6)))
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job", "pause_job"]
        assert harness.condition(key, "Stalled") == ("True", "PauseNotTaken")

    async def test_a_start_by_a_person_is_undone_at_once_and_once(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.PAUSED)
        await harness.run(key)
        harness.graph.add(remote_job())
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(10))
        assert harness.graph.writes == ["pause_job", "pause_job"]
        assert harness.recorded.reasons == ["JobPaused", "DriftCorrected"]
        [drift] = harness.status(key)["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Paused", "found": "Active"}

    async def test_a_pause_after_our_own_start_is_not_delayed(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(schedule_state=ScheduleState.PAUSED)
        await harness.run(key)
        for state in (ScheduleState.ACTIVE, ScheduleState.PAUSED):
            harness.edit(key, desired=desired(schedule_state=state))
            await harness.run(key)
        assert harness.graph.writes == ["pause_job", "start_job", "pause_job"]
        assert harness.recorded.reasons == ["JobPaused", "JobStarted", "JobPaused"]

    async def test_a_pause_by_graph_is_known_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await harness.run(key)
        harness.restart()
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Stalled") == ("True", "PausedByGraph")
        assert harness.graph.writes == []

    async def test_a_pause_by_a_person_is_undone_also_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.restart()
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await harness.run(key)
        assert harness.graph.writes == ["start_job"]
        assert harness.recorded.reasons == ["DriftCorrected"]
        [drift] = harness.status(key)["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Active", "found": "Disabled"}

    async def test_a_suspended_resource_is_left_alone_until_the_suspension_ends(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.edit(key, desired=desired(is_suspended=True))
        assert (await harness.run(key)).requeue_after is None
        assert harness.graph.calls == []
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
