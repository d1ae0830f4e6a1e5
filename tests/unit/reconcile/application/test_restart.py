"""A new provisioning scope restarts the job, also after failures and lost answers."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from entrasync.api.policies import ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, WriteHeldBack
from tests.support.application_passes import HOUR, poll_later, refused_by_target, settle_application
from tests.support.facts import (
    application,
    desired,
    quarantined_job,
    remote_job,
)
from tests.support.graph_answers import DOWN, LOST
from tests.support.reconciler_harness import ReconcilerHarness


class Killed(Exception):
    """Stands for the end of the process in the middle of a call."""


class TestNewScope:
    ASSIGNED, ALL = application(scope="AssignedOnly"), application(scope="All")

    async def change(self, harness: ReconcilerHarness) -> ObjectKey:
        key = await settle_application(harness, self.ASSIGNED)
        harness.edit(key, desired=desired(application=self.ALL))
        return key

    async def test_a_new_scope_brings_one_restart_with_the_default_scopes(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        await harness.run_until(key, timedelta(hours=3))
        assert harness.graph.put == [{"SyncAll": "true"}]
        assert harness.graph.restarts == [()]
        assert harness.status(key)["application"]["scopeInForce"] == "All"
        assert "operation" not in harness.status(key)
        assert "JobRestarted" in harness.recorded.reasons

    async def test_the_restart_for_a_new_scope_is_recorded_before_the_scope_is_saved(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.change(harness)
        harness.graph.fail("put_secrets", LOST, is_done=True)
        await harness.run(key)
        assert harness.status(key)["operation"]["action"] == "RestartJob"
        harness.restart()
        await poll_later(harness, key)
        assert harness.graph.restarts == [()]
        assert harness.graph.put == [{"SyncAll": "true"}]

    async def test_a_scope_that_was_surely_not_saved_leaves_no_restart_due(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        harness.graph.fail("put_secrets", refused_by_target())
        await harness.run(key)
        assert "operation" not in harness.status(key)

    async def test_a_scope_whose_save_was_held_back_leaves_no_restart_due(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        harness.graph.before["put_secrets"] = lambda: harness.edit(key, desired=desired(application=self.ASSIGNED))
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert "operation" not in harness.status(key)
        assert harness.graph.restarts == []

    async def test_a_restart_whose_answer_was_lost_is_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        harness.graph.fail("restart_job", LOST, is_done=True)
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "False"
        assert harness.status(key)["operation"]["action"] == "RestartJob"
        harness.restart()
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.graph.restarts == [(), ()]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_restart_that_is_never_answered_is_sent_twice_and_no_more(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        harness.graph.fail("restart_job", LOST, is_done=True, times=9)
        await harness.run(key)
        assert harness.status(key)["operation"]["tries"] == 1
        harness.restart()
        for _ in range(6):
            await poll_later(harness, key)
        assert harness.graph.restarts == [(), ()]
        assert harness.recorded.reasons.count("RestartUnanswered") == 1
        assert harness.condition(key, "Ready")[0] == "True"
        assert "operation" not in harness.status(key)
        assert "scopeInForce" not in harness.status(key)["application"]

    async def test_a_process_that_dies_in_the_middle_of_each_restart_sends_two_and_no_more(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.change(harness)
        for _ in range(5):
            harness.graph.fail("restart_job", Killed(), is_done=True)
            with suppress(Killed):
                await harness.run(key)
            harness.restart()
            harness.clock.move(HOUR)
        assert harness.graph.restarts == [(), ()]
        assert "operation" not in harness.status(key)
        assert harness.recorded.reasons.count("RestartUnanswered") == 1

    async def test_a_process_that_dies_after_the_answer_sends_no_second_restart(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.change(harness)
        harness.graph.during["restart_job"] = lambda: harness.graph.fail("list_jobs", Killed())
        with suppress(Killed):
            await harness.run(key)
        harness.restart()
        await poll_later(harness, key)
        assert harness.graph.restarts == [()]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_restarts_whose_record_is_lost_are_two_and_no_more(self, harness: ReconcilerHarness) -> None:
        """The API server takes the count of tries, and then nothing of how the pass ended."""
        key = await self.change(harness)
        for _ in range(5):
            harness.graph.during["restart_job"] = lambda: harness.server.failures.append(ApiServerUnavailable("down"))
            with suppress(ApiServerUnavailable):
                await harness.run(key)
            harness.clock.move(HOUR)
        assert harness.graph.restarts == [(), ()]

    async def test_a_restart_that_was_held_back_is_not_counted(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        harness.graph.before["restart_job"] = lambda: harness.edit(key)
        with pytest.raises(WriteHeldBack):
            await harness.run(key)
        assert "tries" not in harness.status(key)["operation"]

    async def test_a_restart_that_surely_failed_is_sent_until_it_succeeds(self, harness: ReconcilerHarness) -> None:
        key = await self.change(harness)
        harness.graph.fail("restart_job", DOWN, times=4)
        for _ in range(4):
            await poll_later(harness, key)
        assert "tries" not in harness.status(key)["operation"]
        await poll_later(harness, key)
        assert harness.graph.restarts == [()]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_scope_that_changes_after_a_lost_answer_has_two_attempts_of_its_own(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.change(harness)
        harness.graph.fail("restart_job", LOST, is_done=True)
        await harness.run(key)
        harness.edit(key, desired=desired(application=self.ASSIGNED))
        harness.graph.fail("restart_job", LOST, is_done=True)
        await poll_later(harness, key)
        assert harness.status(key)["operation"]["tries"] == 1

    async def test_a_new_scope_of_a_paused_job_waits_for_its_next_start(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.ASSIGNED)
        harness.edit(key, desired=desired(application=self.ASSIGNED, schedule_state=ScheduleState.PAUSED))
        await harness.run(key)
        harness.edit(key, desired=desired(application=self.ALL, schedule_state=ScheduleState.PAUSED))
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.graph.restarts == []
        assert harness.condition(key, "Ready") == ("True", "Paused")
        harness.edit(key, desired=desired(application=self.ALL, schedule_state=ScheduleState.ACTIVE))
        await poll_later(harness, key)
        assert harness.graph.writes[-2:] == ["start_job", "restart_job"]

    async def test_a_scope_that_returns_to_the_one_in_force_needs_no_restart(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.ASSIGNED)
        resting = desired(application=self.ASSIGNED, schedule_state=ScheduleState.PAUSED)
        for wish in (resting, replace(resting, application=self.ALL), resting, desired(application=self.ASSIGNED)):
            harness.edit(key, desired=wish)
            await poll_later(harness, key)
        assert harness.graph.writes[-1] == "start_job"
        assert harness.graph.restarts == []
        assert "operation" not in harness.status(key)

    async def test_a_scope_that_somebody_changed_in_graph_is_corrected_with_a_restart(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness, self.ASSIGNED)
        harness.graph.secrets["SyncAll"] = "true"
        await poll_later(harness, key, HOUR)
        assert harness.graph.restarts == [()]

    async def test_a_new_scope_of_a_quarantined_job_waits_for_the_end_of_the_quarantine(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.change(harness)
        job_id = harness.server.stored[key].held_job_id or ""
        harness.graph.add(quarantined_job(job_id))
        await harness.run(key)
        assert harness.graph.restarts == []
        assert "would hide that, and waits" in harness.message(key, "Stalled")
        harness.graph.add(remote_job(job_id))
        await poll_later(harness, key)
        assert harness.graph.restarts == [()]
