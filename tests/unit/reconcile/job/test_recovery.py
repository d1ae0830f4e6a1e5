"""A job in quarantine is started by the operator as `spec.recovery` allows, and once after new credentials."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.job.restart import RecoverySpec
from entrasync.api.policies import ManagementPolicy, ScheduleState
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.jobs import RemoteJob
from tests.support.application_passes import SECRET, settle_application
from tests.support.facts import JOB, application, desired, hours, minutes, quarantined_job, remote_job
from tests.support.graph_answers import DOWN, LOST
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import Killed, annotate, messages, settle

OUTAGE = {"code": "TargetUnavailable", "message": "No.", "tenantActionable": False}


def wish(*, max_per_day: int | None = None, on: str = "Start", **others: Any) -> Any:
    recovery = RecoverySpec.model_validate({"onQuarantine": on, "maxPerDay": max_per_day})
    return desired(recovery=recovery, poll_interval=hours(2), **others)


def quarantine(harness: ReconcilerHarness, job_id: str = JOB, **overlay: Any) -> None:
    """Have Graph put the job into quarantine now."""
    began = write_time(harness.clock.now())
    usual = {"seriesBegan": began, "currentBegan": began, "error": OUTAGE, "nextAttempt": None}
    harness.graph.add(quarantined_job(job_id, **(usual | overlay)))


async def fall_ill(harness: ReconcilerHarness, **wished: Any) -> ObjectKey:
    """Have a resource whose job has run for a while, and is in quarantine since now."""
    key = await settle(harness)
    harness.edit(key, desired=wish(**wished))
    await harness.run(key)
    harness.graph.calls.clear()
    quarantine(harness)
    await harness.run(key)
    return key


class TestStart:
    async def test_a_quarantine_of_an_hour_is_ended_by_one_start(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness)
        await harness.run_until(key, minutes(59))
        assert harness.graph.writes == []
        await harness.run_until(key, minutes(61))
        assert harness.graph.writes == ["start_job"]
        assert harness.condition(key, "Quarantined")[0] == "False"
        assert messages(harness)[-2:] == [
            f"Started job {JOB} to end its quarantine, as spec.recovery asks.",
            "The job left quarantine.",
        ]
        [time] = harness.status(key)["restarts"]["recovery"]["times"]
        assert time.startswith("2026-11-01T13:00:0")
        assert harness.status(key)["restarts"]["recovery"]["outcome"] == "Started"

    async def test_the_next_start_waits_for_its_pause_and_for_the_next_day(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness)
        await harness.run_until(key, minutes(61))
        quarantine(harness)
        harness.clock.move(hours(22))
        await harness.run(key)
        assert harness.graph.writes == ["start_job"]
        harness.clock.move(hours(3))
        await harness.run(key)
        assert harness.graph.writes == ["start_job", "start_job"]


class TestStaleList:
    async def test_a_job_that_was_paused_since_it_was_listed_is_not_started_for_its_quarantine(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await fall_ill(harness)
        paused = remote_job(state="Disabled", code="Paused")
        harness.graph.during["get_job"] = lambda: harness.graph.add(paused)
        await harness.run_until(key, minutes(61))
        assert not any("to end its quarantine" in message for message in messages(harness))
        assert "recovery" not in harness.status(key).get("restarts", {})


class TestNoStart:
    @pytest.mark.parametrize(
        "overlay",
        [
            {"reason": "TooManyDeletes"},
            {"reason": "QuarantinedOnDemand"},
            {"error": {"code": "SystemForCrossDomainIdentityManagementInvalidCredentials", "message": "No."}},
            {"error": {"code": "InvalidCredentials", "message": "No."}},
            {"error": {"code": "AuthenticationFailed", "message": "No."}},
            {"error": {"code": "BoxInsufficientPermissions", "message": "No."}},
            {"error": {"code": "TargetRefused", "message": "The token endpoint said invalid_grant."}},
            {"reason": "EncounteredBaseEscrowThreshold"},
            {"reason": "EncounteredTotalEscrowThreshold"},
            {"reason": "EncounteredEscrowProportionThreshold"},
        ],
    )
    async def test_what_needs_a_person_is_never_started(
        self, overlay: dict[str, Any], harness: ReconcilerHarness
    ) -> None:
        key = await fall_ill(harness)
        quarantine(harness, **overlay)
        await harness.run_until(key, hours(30))
        assert harness.graph.writes == []

    async def test_credentials_that_only_the_last_cycle_names_are_refused_too(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness)
        quarantine(harness, error={"code": "Odd", "message": "No."})
        raw = harness.graph.jobs[JOB].raw
        refused = {"state": "Failed", "error": {"code": "InvalidCredentials", "message": "No."}}
        harness.graph.add(RemoteJob(JOB, {**raw, "status": raw["status"] | {"lastExecution": refused}}))
        await harness.run_until(key, hours(30))
        assert harness.graph.writes == []

    @pytest.mark.parametrize("on", [None, "None"])
    async def test_a_quarantine_is_left_to_graph_unless_spec_says_otherwise(
        self, on: str | None, harness: ReconcilerHarness
    ) -> None:
        key = await settle(harness)
        harness.edit(key, desired=wish(on=on) if on else desired(poll_interval=hours(2)))
        quarantine(harness)
        await harness.run_until(key, hours(30))
        assert harness.graph.writes == []

    async def test_a_resource_that_only_observes_starts_nothing(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness, management_policy=ManagementPolicy.OBSERVE)
        await harness.run_until(key, timedelta(days=1))
        assert harness.graph.writes == []
        assert harness.condition(key, "Drifted")[0] == "False"

    async def test_a_job_that_is_to_be_paused_is_paused(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness, schedule_state=ScheduleState.PAUSED)
        await harness.run_until(key, timedelta(days=1))
        assert harness.graph.writes == ["pause_job"]


class TestStaleReads:
    """Graph may show a quarantine for minutes after it was lifted, and repeated starts harm."""

    async def test_a_restart_that_does_not_show_yet_is_not_followed_by_a_start(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await fall_ill(harness)
        stale = harness.graph.jobs[JOB]
        harness.clock.move(minutes(59))
        annotate(harness, key, restart_requested_at="one")
        await harness.run(key)
        harness.graph.add(stale)
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["restart_job"]
        await harness.run_until(key, minutes(16))
        assert harness.graph.writes == ["restart_job", "start_job"]

    async def test_a_start_after_a_hold_that_does_not_show_yet_is_not_followed_by_another(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await fall_ill(harness)
        stale = harness.graph.jobs[JOB]
        annotate(harness, key, hold_until=write_time(harness.clock.now() + hours(2)))
        await harness.run_until(key, hours(2) + minutes(1))
        harness.graph.add(stale)
        await harness.run_until(key, minutes(10))
        assert harness.graph.writes == ["pause_job", "start_job"]


class TestLostAnswer:
    async def test_a_lost_answer_counts_as_a_start(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness)
        harness.graph.fail("start_job", LOST)
        for _ in range(4):
            harness.clock.move(hours(4))
            await harness.run(key)
        assert harness.graph.writes.count("start_job") == 1
        assert harness.status(key)["restarts"]["recovery"]["outcome"] == "Sent"

    async def test_a_process_that_dies_in_the_middle_of_a_start_does_not_repeat_it(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await fall_ill(harness)
        harness.clock.move(hours(1))
        for _ in range(3):
            harness.graph.fail("start_job", Killed())
            with suppress(Killed):
                await harness.run(key)
            harness.restart()
            harness.clock.move(hours(2))
        assert harness.graph.writes.count("start_job") == 1

    async def test_a_start_that_surely_failed_is_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await fall_ill(harness)
        harness.graph.fail("start_job", DOWN)
        harness.clock.move(hours(1))
        await harness.run(key)
        assert "restarts" not in harness.status(key)
        await harness.run(key)
        assert harness.graph.writes.count("start_job") == 2
        assert harness.condition(key, "Quarantined")[0] == "False"


class TestNewCredentials:
    CREDENTIALS = application("BaseAddress=https://scim", "SecretToken<scim.token")

    async def refuse(self, harness: ReconcilerHarness) -> tuple[ObjectKey, str]:
        """Have a job in quarantine because its token has expired."""
        harness.secrets.put(SECRET, token="expired")
        key = await settle_application(harness, self.CREDENTIALS)
        harness.clock.move(hours(1))
        job_id = harness.server.stored[key].held_job_id or ""
        quarantine(harness, job_id, error={"code": "InvalidCredentials", "message": "No.", "tenantActionable": True})
        await harness.run(key)
        harness.clock.move(minutes(30))
        assert harness.graph.writes == []
        return key, job_id

    async def test_new_credentials_bring_one_start_without_any_recovery(self, harness: ReconcilerHarness) -> None:
        key, job_id = await self.refuse(harness)
        harness.secrets.put(SECRET, token="renewed")
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["put_secrets", "start_job"]
        message = f"Started job {job_id} to end its quarantine, because its credentials were changed and validated."
        assert message in messages(harness)

    async def test_new_credentials_that_do_not_help_bring_no_second_start(self, harness: ReconcilerHarness) -> None:
        key, job_id = await self.refuse(harness)
        harness.secrets.put(SECRET, token="renewed")
        await harness.run_until(key, minutes(10))
        quarantine(harness, job_id)
        await harness.run_until(key, hours(3))
        assert harness.graph.writes == ["put_secrets", "start_job"]

    async def test_credentials_that_were_not_tried_bring_no_start(self, harness: ReconcilerHarness) -> None:
        key, _ = await self.refuse(harness)
        untried = application("BaseAddress=https://scim", "SecretToken<scim.token", validation="Never")
        harness.secrets.put(SECRET, token="renewed")
        harness.edit(key, desired=desired(application=untried))
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["put_secrets"]

    async def test_new_credentials_leave_held_deletions_to_a_person(self, harness: ReconcilerHarness) -> None:
        key, job_id = await self.refuse(harness)
        quarantine(harness, job_id, reason="TooManyDeletes")
        harness.secrets.put(SECRET, token="renewed")
        await harness.run_until(key, hours(1))
        assert harness.graph.writes == ["put_secrets"]
