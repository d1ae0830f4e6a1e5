"""A new provisioning scope restarts the job, also after failures and lost answers."""

from dataclasses import replace
from datetime import timedelta

from entrasync.api.policies import ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.application_passes import HOUR, poll_later, refused_by_target, settle_application
from tests.support.facts import (
    application,
    desired,
    quarantined_job,
    remote_job,
)
from tests.support.graph_answers import DOWN, LOST
from tests.support.reconciler_harness import ReconcilerHarness


class TestScope:
    ASSIGNED, ALL = application(scope="AssignedOnly"), application(scope="All")

    async def change(self, story: ReconcilerHarness) -> ObjectKey:
        key = await settle_application(story, self.ASSIGNED)
        story.edit(key, desired=desired(application=self.ALL))
        return key

    async def test_that_changes_brings_one_restart_with_the_default_scopes(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        await story.run_until(key, timedelta(hours=3))
        assert story.graph.put == [{"SyncAll": "true"}]
        assert story.graph.restarts == [()]
        assert story.status(key)["application"]["scopeInForce"] == "All"
        assert "operation" not in story.status(key)
        assert "JobRestarted" in story.told.reasons

    async def test_is_written_down_as_due_before_it_is_saved(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("put_secrets", LOST, is_done=True)
        await story.run(key)
        assert story.status(key)["operation"]["action"] == "RestartJob"
        story.restart()
        await poll_later(story, key)
        assert story.graph.restarts == [()]
        assert story.graph.put == [{"SyncAll": "true"}]

    async def test_that_surely_was_not_saved_leaves_nothing_due(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("put_secrets", refused_by_target())
        await story.run(key)
        assert "operation" not in story.status(key)

    async def test_is_restarted_again_when_the_answer_was_lost(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", LOST, is_done=True)
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "False"
        assert story.status(key)["operation"]["action"] == "RestartJob"
        story.restart()
        await poll_later(story, key)
        await poll_later(story, key)
        assert story.graph.restarts == [(), ()]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_whose_restart_is_never_answered_is_restarted_twice_and_no_more(
        self, story: ReconcilerHarness
    ) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", LOST, is_done=True, times=9)
        await story.run(key)
        assert story.status(key)["operation"]["tries"] == 1
        story.restart()
        for _ in range(6):
            await poll_later(story, key)
        assert story.graph.restarts == [(), ()]
        assert story.told.reasons.count("RestartUnanswered") == 1
        assert story.condition(key, "Ready")[0] == "True"
        assert "operation" not in story.status(key)
        assert "scopeInForce" not in story.status(key)["application"]

    async def test_whose_restart_surely_did_not_happen_is_tried_until_it_does(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", DOWN, times=4)
        for _ in range(4):
            await poll_later(story, key)
        assert "tries" not in story.status(key)["operation"]
        await poll_later(story, key)
        assert story.graph.restarts == [()]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_that_changes_again_after_a_lost_answer_has_its_own_two_tries(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        story.graph.fail("restart_job", LOST, is_done=True)
        await story.run(key)
        story.edit(key, desired=desired(application=self.ASSIGNED))
        story.graph.fail("restart_job", LOST, is_done=True)
        await poll_later(story, key)
        assert story.status(key)["operation"]["tries"] == 1

    async def test_of_a_paused_job_waits_for_its_next_start(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.ASSIGNED)
        story.edit(key, desired=desired(application=self.ASSIGNED, schedule_state=ScheduleState.PAUSED))
        await story.run(key)
        story.edit(key, desired=desired(application=self.ALL, schedule_state=ScheduleState.PAUSED))
        await poll_later(story, key)
        await poll_later(story, key)
        assert story.graph.restarts == []
        assert story.condition(key, "Ready") == ("True", "Paused")
        story.edit(key, desired=desired(application=self.ALL, schedule_state=ScheduleState.ACTIVE))
        await poll_later(story, key)
        assert story.graph.writes[-2:] == ["start_job", "restart_job"]

    async def test_that_goes_back_to_the_one_in_force_needs_no_restart(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.ASSIGNED)
        resting = desired(application=self.ASSIGNED, schedule_state=ScheduleState.PAUSED)
        for wish in (resting, replace(resting, application=self.ALL), resting, desired(application=self.ASSIGNED)):
            story.edit(key, desired=wish)
            await poll_later(story, key)
        assert story.graph.writes[-1] == "start_job"
        assert story.graph.restarts == []
        assert "operation" not in story.status(key)

    async def test_that_somebody_changes_in_graph_is_restarted_for_when_put_right(
        self, story: ReconcilerHarness
    ) -> None:
        key = await settle_application(story, self.ASSIGNED)
        story.graph.secrets["SyncAll"] = "true"
        await poll_later(story, key, HOUR)
        assert story.graph.restarts == [()]

    async def test_of_a_quarantined_job_waits_until_it_is_well(self, story: ReconcilerHarness) -> None:
        key = await self.change(story)
        job_id = story.server.stored[key].held_job_id or ""
        story.graph.add(quarantined_job(job_id))
        await story.run(key)
        assert story.graph.restarts == []
        assert "would hide that, and waits" in story.message(key, "Stalled")
        story.graph.add(remote_job(job_id))
        await poll_later(story, key)
        assert story.graph.restarts == [()]
