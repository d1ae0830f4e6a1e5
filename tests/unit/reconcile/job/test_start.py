"""A start is recorded before it is sent: no crash, no lost answer and no stale read leads to another one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ManagementPolicy, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import OutcomeUnknown
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged
from tests.support.facts import JOB, NOW, desired, holder, minutes, remote_job
from tests.support.graph_answers import DOWN, LOST, refused
from tests.support.reconciler_harness import ReconcilerHarness

GONE = ApiServerUnavailable("gone")


def paused_holder(harness: ReconcilerHarness) -> ObjectKey:
    """Apply a resource whose job is paused and must run."""
    harness.graph.add(remote_job(state="Disabled", code="Paused"))
    resting = {"job": {"id": JOB, "templateId": "scim", "schedule": {"state": "Disabled"}}}
    return harness.apply(holder(wish=desired(schedule_state=ScheduleState.ACTIVE), status=resting))


def held_until(harness: ReconcilerHarness, pause: timedelta) -> ObjectKey:
    """Apply a resource whose adopted job runs and is held for a while."""
    harness.graph.add(remote_job())
    until = {HOLD_UNTIL_ANNOTATION: write_time(NOW + pause)}
    return harness.apply(holder(origin="Adopted", annotations=until))


async def die_after_the_start(harness: ReconcilerHarness, key: ObjectKey) -> None:
    """End the process after Graph took the start and before the pass is recorded. Graph does not show the start."""
    harness.graph.is_stale = True
    harness.server.failures.extend([None, GONE])
    with pytest.raises(ApiServerUnavailable):
        await harness.run(key)
    assert harness.graph.writes == ["start_job"]
    harness.restart()


class TestCrash:
    async def test_a_death_after_the_start_leads_to_no_second_one_within_the_bound(
        self, harness: ReconcilerHarness
    ) -> None:
        key = paused_holder(harness)
        await die_after_the_start(harness, key)
        await harness.run_until(key, minutes(14.9))
        assert harness.graph.writes == ["start_job"]
        assert harness.condition(key, "Reconciling") == ("True", "Starting")
        harness.graph.add(remote_job())
        await harness.run_until(key, minutes(30))
        assert harness.graph.writes == ["start_job"]
        assert harness.condition(key, "Ready") == ("True", "Healthy")

    async def test_a_start_that_was_recorded_and_not_sent_is_sent_after_the_bound(
        self, harness: ReconcilerHarness
    ) -> None:
        key = paused_holder(harness)
        await die_after_the_start(harness, key)
        harness.graph.is_stale = False
        await harness.run_until(key, minutes(16))
        assert harness.graph.writes == ["start_job", "start_job"]

    async def test_a_resource_that_changed_meanwhile_is_not_started(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.server.meanwhile = lambda: harness.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED))
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        await harness.run(key)
        assert harness.graph.writes == []

    async def test_an_api_server_that_is_away_lets_no_start_be_sent(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.is_stale = True
        for _ in range(6):
            harness.server.failures.append(GONE)
            with pytest.raises(ApiServerUnavailable):
                await harness.run(key)
        assert harness.graph.writes == []


class TestAnswer:
    async def test_a_start_without_an_answer_is_repeated_only_after_the_bound(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.fail("start_job", LOST)
        await harness.run_until(key, minutes(14.9))
        assert harness.graph.writes == ["start_job"]
        assert harness.condition(key, "Reconciling") == ("True", "Starting")
        await harness.run_until(key, minutes(1))
        assert harness.graph.writes == ["start_job", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_job_whose_start_was_lost_goes_on_after_its_hold_also_in_another_process(
        self, harness: ReconcilerHarness
    ) -> None:
        """Only the record of the pause says that an adopted job with unset state ran before."""
        harness.graph.add(remote_job())
        until = {HOLD_UNTIL_ANNOTATION: write_time(NOW + minutes(7))}
        key = harness.apply(holder(origin="Adopted", annotations=until))
        await harness.run_until(key, minutes(6.9))
        harness.graph.fail("start_job", LOST)
        await harness.run_until(key, minutes(5))
        harness.restart()
        await harness.run_until(key, minutes(16))
        assert harness.graph.writes == ["pause_job", "start_job", "start_job"]
        assert "pause" not in harness.status(key)
        assert harness.condition(key, "Ready")[0] == "True"

    @pytest.mark.parametrize("error", [refused(400), refused(403), DOWN], ids=["400", "403", "throttled"])
    async def test_a_start_that_certainly_did_not_happen_leaves_no_record(
        self, harness: ReconcilerHarness, error: Exception
    ) -> None:
        key = paused_holder(harness)
        harness.graph.fail("start_job", error)
        await harness.run(key)
        assert "lastStartTime" not in harness.status(key)
        await harness.run_until(key, minutes(6))
        assert harness.graph.writes == ["start_job", "start_job"]

    async def test_a_start_that_was_held_back_leaves_no_record(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.before["start_job"] = lambda: setattr(harness, "obstacle", "another process may write")
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        assert harness.graph.writes == []
        assert "lastStartTime" not in harness.status(key)

    async def test_an_answer_that_tells_nothing_is_quoted_and_needs_a_person_after_an_hour(
        self, harness: ReconcilerHarness
    ) -> None:
        key = paused_holder(harness)
        harness.graph.fail("start_job", OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "Graph answered 503."), times=99)
        await harness.run(key)
        assert "Graph answered 503." in harness.message(key, "Reconciling")
        await harness.run_until(key, minutes(120))
        assert harness.condition(key, "Stalled") == ("True", "StartUnanswered")
        assert harness.recorded.reasons.count("StartUnanswered") == 1
        harness.graph.failures.clear()
        await harness.run_until(key, minutes(16))
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_refused_start_whose_report_is_lost_is_not_called_starting(
        self, harness: ReconcilerHarness
    ) -> None:
        key = paused_holder(harness)
        harness.clock.move(minutes(10))
        harness.graph.fail("start_job", refused(400), times=99)
        harness.server.failures.extend([None, None, GONE])
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")


class TestAfterAHold:
    """Only `status.pause` says that an adopted job with unset state ran before. It must outlive what shows late."""

    async def test_a_start_that_graph_ignores_needs_a_person(self, harness: ReconcilerHarness) -> None:
        key = held_until(harness, minutes(7))
        await harness.run_until(key, minutes(6))
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert harness.condition(key, "Stalled") == ("True", "StartNotTaken")

    async def test_a_pause_that_shows_after_the_end_of_its_hold_is_ended(self, harness: ReconcilerHarness) -> None:
        key = held_until(harness, minutes(2))
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(3))
        harness.graph.is_stale = False
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert "DriftCorrected" not in harness.recorded.reasons

    async def test_a_second_hold_before_the_start_after_the_first_shows_ends_with_a_start(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held_until(harness, minutes(7))
        await harness.run_until(key, minutes(6))
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(2))
        again = {HOLD_UNTIL_ANNOTATION: write_time(harness.clock.now() + minutes(30))}
        known = harness.server.stored[key]
        harness.server.apply(replace(known, annotations={**known.annotations, **again}))
        await harness.run(key)
        harness.graph.is_stale = False
        harness.graph.add(remote_job())
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job", "start_job", "pause_job", "start_job"]
        assert harness.graph.jobs[JOB].is_active

    async def test_an_expiration_that_is_removed_before_its_pause_shows_leaves_the_job_running(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(origin="Adopted", wish=desired(expiration=NOW - minutes(1))))
        harness.graph.is_stale = True
        await harness.run(key)
        harness.edit(key, desired=desired())
        await harness.run(key)
        harness.graph.is_stale = False
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await harness.run_until(key, minutes(30))
        assert harness.graph.jobs[JOB].is_active


class TestIgnored:
    async def test_a_start_that_graph_ignores_is_sent_once_and_needs_a_person(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(6 * 60))
        assert harness.graph.writes == ["start_job"]
        assert harness.condition(key, "Stalled") == ("True", "StartNotTaken")
        harness.restart()
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["start_job"]

    async def test_the_first_start_of_a_created_job_that_graph_ignores_is_sent_once(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["create_job", "start_job"]
        assert harness.condition(key, "Stalled") == ("True", "StartNotTaken")

    async def test_an_ignored_start_is_sent_again_when_the_state_is_set_to_paused_and_back(
        self, harness: ReconcilerHarness
    ) -> None:
        key = paused_holder(harness)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(20))
        harness.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED))
        await harness.run(key)
        harness.graph.is_stale = False
        harness.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        await harness.run(key)
        assert harness.graph.writes == ["start_job", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_neither_an_outage_nor_a_death_makes_an_ignored_start_new(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(5))
        harness.restart()
        harness.graph.fail("list_jobs", DOWN, times=30)
        for _ in range(30):
            await harness.run(key)
            harness.clock.move(minutes(1))
        harness.restart()
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["start_job"]
        assert harness.condition(key, "Stalled") == ("True", "StartNotTaken")

    async def test_an_ignored_start_under_observe_is_drift_and_no_wait(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(5))
        observe = desired(schedule_state=ScheduleState.ACTIVE, management_policy=ManagementPolicy.OBSERVE)
        harness.edit(key, desired=observe)
        await harness.run(key)
        told = list(harness.recorded.reasons)
        for _ in range(2):
            harness.restart()
            await harness.run(key)
            assert harness.condition(key, "Ready") == ("True", "Observed")
            assert harness.condition(key, "Drifted")[0] == "True"
        assert harness.recorded.reasons == told

    async def test_a_start_that_shows_late_ends_the_report(self, harness: ReconcilerHarness) -> None:
        key = paused_holder(harness)
        harness.graph.is_stale = True
        await harness.run_until(key, minutes(30))
        harness.graph.add(remote_job())
        await harness.run_until(key, minutes(6))
        assert harness.condition(key, "Stalled") == ("", "")
        assert harness.condition(key, "Ready") == ("True", "Healthy")
