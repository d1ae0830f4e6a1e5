"""Restarts by a timetable: each run once, a missed one late, over crashes, pauses, quarantines and set clocks."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.api.policies import ManagementPolicy, ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import JOB, desired, hours, minutes, quarantined_job, remote_job
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import DEFAULT, Killed, messages, settle

DAILY = "0 3 * * *"
"""The harness begins at noon, so the first run is due in 15 hours."""


def wish(cron: str = DAILY, **others: Any) -> Any:
    zone, scope = others.pop("time_zone", None), others.pop("scope", None)
    spec = PeriodicRestartSpec.model_validate({"cron": cron, "timeZone": zone, "scope": scope})
    return desired(periodic_restart=spec, poll_interval=hours(6), **others)


async def begin(harness: ReconcilerHarness, cron: str = DAILY, **others: Any) -> ObjectKey:
    """Have a resource whose job has run for a while, and give it a timetable."""
    key = await settle(harness)
    harness.graph.code_after_restart = "Active"  # a first cycle that never ends is read every 30 seconds
    harness.edit(key, desired=wish(cron, **others))
    await harness.run(key)
    return key


def periodic(harness: ReconcilerHarness, key: ObjectKey) -> dict[str, Any]:
    found: dict[str, Any] = harness.status(key)["restarts"]["periodic"]
    return found


class TestRuns:
    async def test_a_new_timetable_restarts_nothing_before_its_first_run(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        await harness.run_until(key, hours(14.9))
        assert harness.graph.restarts == []
        assert periodic(harness, key) == {"timetable": "0 3 * * * UTC", "next": "2026-11-02T03:00:00Z"}

    async def test_the_next_pass_is_asked_for_the_time_of_the_run(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness, "2 12 * * *")
        outcome = await harness.run(key)
        assert outcome.requeue_after is not None
        assert timedelta(seconds=119) < outcome.requeue_after <= minutes(2)

    async def test_each_run_restarts_the_job_once(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        await harness.run_until(key, timedelta(days=3))
        assert harness.graph.restarts == [DEFAULT] * 3
        assert periodic(harness, key) == {
            "timetable": "0 3 * * * UTC",
            "next": "2026-11-05T03:00:00Z",
            "token": "2026-11-04T03:00:00Z",
            "time": "2026-11-04T03:00:00Z",
            "outcome": "Restarted",
            "scope": list(DEFAULT),
        }
        assert messages(harness)[0] == (
            f"Restarted job {JOB} with Watermark, Escrows, QuarantineState, as spec.periodicRestart (due at 2026-11-02 "
            "03:00:00 UTC) asks."
        )

    async def test_the_scopes_of_spec_are_sent(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness, scope=["Escrows"])
        await harness.run_until(key, hours(16))
        assert harness.graph.restarts == [("Escrows",)]

    async def test_runs_that_were_missed_happen_once_and_late(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        harness.clock.move(timedelta(days=5))
        harness.restart()
        await harness.run_until(key, hours(10))
        assert harness.graph.restarts == [DEFAULT]
        assert periodic(harness, key)["token"] == "2026-11-02T03:00:00Z"
        assert periodic(harness, key)["next"] == "2026-11-07T03:00:00Z"

    async def test_another_timetable_begins_anew(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        harness.clock.move(hours(20))
        harness.edit(key, desired=wish("0 5 * * *"))
        await harness.run(key)
        assert harness.graph.restarts == []
        assert periodic(harness, key)["next"] == "2026-11-03T05:00:00Z"

    async def test_a_timetable_that_is_taken_away_restarts_nothing_more(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        harness.edit(key, desired=desired())
        await harness.run_until(key, timedelta(days=2))
        assert harness.graph.restarts == []
        assert "restarts" not in harness.status(key)

    async def test_a_resource_that_only_observes_restarts_nothing_also_later(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        harness.edit(key, desired=wish(management_policy=ManagementPolicy.OBSERVE))
        await harness.run_until(key, timedelta(days=2))
        harness.edit(key, desired=wish())
        await harness.run_until(key, hours(10))
        assert harness.graph.restarts == []


class TestJobThatCannotBeRestarted:
    async def test_a_run_waits_for_the_end_of_a_quarantine(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        harness.graph.add(quarantined_job())
        await harness.run_until(key, timedelta(days=2))
        assert harness.graph.restarts == []
        harness.graph.add(remote_job())
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [DEFAULT]

    async def test_a_run_waits_until_a_paused_job_runs(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness)
        harness.edit(key, desired=wish(schedule_state=ScheduleState.PAUSED))
        await harness.run_until(key, timedelta(days=2))
        assert harness.graph.restarts == []
        harness.edit(key, desired=wish())
        await harness.run_until(key, hours(1))
        assert harness.graph.restarts == [DEFAULT]


class TestLostAnswer:
    async def test_a_run_whose_answers_are_lost_is_sent_twice_and_the_next_one_comes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await begin(harness)
        harness.graph.fail("restart_job", LOST, is_done=True, times=2)
        harness.clock.move(hours(15))
        for _ in range(4):
            await harness.run(key)
            harness.clock.move(minutes(5))
        assert harness.graph.restarts == [DEFAULT] * 2
        assert periodic(harness, key)["outcome"] == "Unknown"
        assert harness.recorded.reasons == ["RestartUnanswered"]
        await harness.run_until(key, timedelta(days=1))
        assert harness.graph.restarts == [DEFAULT] * 3

    async def test_a_process_that_dies_in_the_middle_of_each_run_sends_two_for_each(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await begin(harness)
        harness.clock.move(hours(15))
        for _ in range(5):
            harness.graph.fail("restart_job", Killed(), is_done=True)
            with suppress(Killed):
                await harness.run(key)
            harness.restart()
        assert harness.graph.restarts == [DEFAULT] * 2
        assert periodic(harness, key)["next"] == "2026-11-03T03:00:00Z"


class TestSetClock:
    @pytest.mark.parametrize("back", [timedelta(seconds=5), hours(3), hours(23)])
    async def test_a_clock_that_goes_back_behind_a_run_does_not_repeat_it(
        self, back: timedelta, harness: ReconcilerHarness
    ) -> None:
        key = await begin(harness)
        await harness.run_until(key, hours(15.1))
        harness.clock.move(-back)
        harness.restart()
        await harness.run_until(key, back + hours(1))
        assert harness.graph.restarts == [DEFAULT]
        assert periodic(harness, key)["next"] == "2026-11-03T03:00:00Z"

    async def test_a_clock_that_was_far_ahead_for_a_while_keeps_no_later_run_from_its_time(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await begin(harness)
        harness.clock.move(timedelta(days=40))
        await harness.run(key)
        harness.clock.move(timedelta(days=-40))
        harness.restart()
        await harness.run_until(key, hours(40))
        assert harness.graph.restarts == [DEFAULT] * 2


class TestBadTimetable:
    async def test_it_needs_a_person_and_the_job_is_managed_meanwhile(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness, "0 3 * * 9", schedule_state=ScheduleState.PAUSED)
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Stalled") == ("True", "TimetableInvalid")
        assert harness.message(key, "Stalled") == (
            "spec.periodicRestart cannot be followed: cron cannot read 0 3 * * 9 (Bad day-of-week). The job is not "
            "restarted by it. Correct cron or timeZone."
        )

    async def test_a_time_zone_that_is_not_known_needs_a_person(self, harness: ReconcilerHarness) -> None:
        key = await begin(harness, time_zone="Europe/Atlantis")
        assert "Europe/Atlantis is no time zone of the IANA database." in harness.message(key, "Stalled")
