"""Holds, expirations and overdue runs over many passes."""

from dataclasses import replace
from datetime import timedelta

from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import JOB, NOW, application, desired, holder, minutes, quarantined_job, remote_job
from tests.support.reconciler_harness import ReconcilerHarness

LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")


SECRET = ObjectKey("identity", "scim")
REFUSED = Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "InvalidCredentials", "No.", "req"))


def hold(harness: ReconcilerHarness, key: ObjectKey, until: str) -> None:
    known = harness.server.stored[key]
    harness.server.apply(replace(known, annotations={**known.annotations, HOLD_UNTIL_ANNOTATION: until}))


def adopted(harness: ReconcilerHarness) -> ObjectKey:
    harness.graph.add(remote_job())
    return harness.apply(holder(origin="Adopted"))


async def with_credentials(harness: ReconcilerHarness) -> ObjectKey:
    """Apply a running job whose credentials Graph has."""
    harness.secrets.put(SECRET, token="s3cret")
    harness.graph.add(remote_job())
    wish = desired(application=application("BaseAddress=https://scim", "SecretToken<scim.token"))
    key = harness.apply(holder(origin="Adopted", wish=wish))
    await harness.run(key)
    harness.graph.calls.clear()
    return key


class TestHold:
    async def test_a_hold_pauses_at_once_and_ends_by_itself_and_on_time(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        await harness.run(key)
        hold(harness, key, write_time(NOW + minutes(7)))
        await harness.run(key)
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Ready") == ("True", "Paused")
        assert harness.status(key)["effective"]["scheduleState"] == "Paused"
        await harness.run_until(key, minutes(6.9))
        assert harness.graph.writes == ["pause_job"]
        harness.clock.move(NOW + minutes(6.9) - harness.clock.now())
        await harness.run_until(key, minutes(0.2))
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert "pause" not in harness.status(key)
        assert "scheduleState" not in harness.status(key)["effective"]
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert harness.recorded.reasons == ["JobPaused", "JobStarted"]

    async def test_a_hold_is_recorded_before_the_job_is_paused(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        await harness.run(key)
        hold(harness, key, write_time(NOW + minutes(7)))
        harness.graph.fail("pause_job", LOST, is_done=True)
        await harness.run(key)
        harness.restart()
        await harness.run_until(key, minutes(8))
        assert harness.graph.writes == ["pause_job", "start_job"]

    async def test_a_hold_that_outlives_the_operator_is_ended_by_the_next_one(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        hold(harness, key, write_time(NOW + minutes(7)))
        await harness.run(key)
        harness.clock.move(minutes(30))
        harness.restart()
        await harness.run(key)
        assert harness.graph.writes == ["pause_job", "start_job"]

    async def test_a_hold_leaves_a_job_alone_that_a_person_had_paused(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        await harness.run(key)
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        hold(harness, key, write_time(NOW + minutes(7)))
        await harness.run_until(key, minutes(20))
        assert harness.graph.writes == []

    async def test_a_hold_of_a_quarantined_job_ends_with_a_start(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(quarantined_job())
        key = harness.apply(holder())
        hold(harness, key, write_time(NOW + minutes(7)))
        await harness.run_until(key, minutes(20))
        assert harness.graph.writes == ["pause_job", "start_job"]

    async def test_a_hold_costs_one_write_more_than_a_pause_and_then_none(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        await harness.run(key)
        before = len(harness.server.writes)
        hold(harness, key, write_time(NOW + minutes(60)))
        await harness.run(key)
        assert harness.server.writes[before:] == ["status", "status"]
        await harness.run_until(key, minutes(50))
        assert harness.server.writes[before:] == ["status", "status"]

    async def test_a_hold_that_graph_does_not_show_yet_is_not_forgotten(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        await harness.run(key)
        harness.graph.is_stale = True
        hold(harness, key, write_time(NOW + minutes(7)))
        await harness.run_until(key, minutes(2))
        assert harness.condition(key, "Reconciling") == ("True", "Pausing")
        assert harness.status(key)["pause"]["resumes"] is True
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        harness.graph.is_stale = False
        await harness.run_until(key, minutes(8))
        assert harness.graph.writes == ["pause_job", "start_job"]

    async def test_a_hold_overtaken_by_an_expiration_still_knows_that_the_job_ran_before(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        wish = desired(expiration=NOW + minutes(7))
        key = harness.apply(holder(origin="Adopted", wish=wish))
        hold(harness, key, write_time(NOW + minutes(8)))
        await harness.run_until(key, minutes(10))
        assert "spec.schedule.expiration 2026-11-01T12:07:00Z has passed" in harness.message(key, "Ready")
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.graph.writes == ["pause_job", "start_job"]

    async def test_a_hold_ends_in_time_although_the_credentials_are_refused(self, harness: ReconcilerHarness) -> None:
        key = await with_credentials(harness)
        hold(harness, key, write_time(harness.clock.now() + minutes(7)))
        await harness.run(key)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", REFUSED, times=99)
        await harness.run_until(key, minutes(20))
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_a_hold_ends_in_time_although_the_secret_is_gone(self, harness: ReconcilerHarness) -> None:
        key = await with_credentials(harness)
        harness.secrets.remove(SECRET)
        hold(harness, key, write_time(harness.clock.now() + minutes(7)))
        await harness.run_until(key, minutes(20))
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert harness.condition(key, "Stalled") == ("True", "SecretUnreadable")

    async def test_a_hold_that_has_ended_is_not_reported_as_the_present_cause(self, harness: ReconcilerHarness) -> None:
        """A person starts the job during the hold that a person had paused before: it is paused again."""
        key = adopted(harness)
        await harness.run(key)
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        await harness.run(key)
        until = write_time(harness.clock.now() + minutes(30))
        hold(harness, key, until)
        await harness.run(key)
        harness.graph.add(remote_job())
        await harness.run(key)
        assert f"(held until {until} by" in harness.message(key, "Ready")
        await harness.run_until(key, minutes(40))
        assert harness.graph.writes == ["pause_job"]
        assert f"for a cause that no longer holds (held until {until} by" in harness.message(key, "Ready")

    async def test_a_hold_without_an_end_pauses(self, harness: ReconcilerHarness) -> None:
        key = adopted(harness)
        hold(harness, key, "9999-12-31T23:59:59Z")
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["pause_job"]
        assert harness.recorded.reasons == ["JobPaused"]

    async def test_a_hold_that_cannot_be_read_is_reported_once_and_harms_nothing(
        self, harness: ReconcilerHarness
    ) -> None:
        key = adopted(harness)
        hold(harness, key, "tomorrow")
        await harness.run_until(key, minutes(30))
        assert harness.graph.writes == []
        assert harness.recorded.reasons == ["InvalidAnnotation"]
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        [ready] = [entry for entry in harness.status(key)["conditions"] if entry["type"] == "Ready"]
        assert '"tomorrow", which is no time' in ready["message"]


class TestExpiration:
    async def test_an_expiration_pauses_on_time_with_its_reason_and_ends_when_it_is_postponed(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        wish = desired(schedule_state=ScheduleState.ACTIVE, expiration=NOW + minutes(7))
        key = harness.apply(holder(wish=wish))
        await harness.run_until(key, minutes(6.9))
        assert harness.graph.writes == []
        harness.clock.move(NOW + minutes(6.9) - harness.clock.now())
        await harness.run_until(key, minutes(0.2))
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Ready") == ("True", "Paused")
        assert "spec.schedule.expiration 2026-11-01T12:07:00Z has passed" in str(harness.status(key)["conditions"])
        assert harness.status(key)["pause"]["by"] == "Operator"
        harness.edit(key, desired=replace(wish, expiration=NOW + timedelta(days=1)))
        await harness.run(key)
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_postponed_expiration_starts_an_adopted_job_that_ran_until_then(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(origin="Adopted", wish=desired(expiration=NOW + minutes(7))))
        await harness.run(key)
        harness.clock.move(minutes(7))
        harness.graph.fail("pause_job", LOST, is_done=True)
        await harness.run(key)
        harness.restart()
        harness.edit(key, desired=desired(expiration=NOW + timedelta(days=3)))
        await harness.run(key)
        assert harness.graph.writes == ["pause_job", "start_job"]
        assert harness.condition(key, "Ready") == ("True", "NotRunYet")

    async def test_a_postponed_expiration_leaves_an_adopted_job_paused_that_was_paused_before(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = harness.apply(holder(origin="Adopted", wish=desired(expiration=NOW + minutes(7))))
        await harness.run_until(key, minutes(10))
        harness.edit(key, desired=desired(expiration=NOW + timedelta(days=3)))
        await harness.run(key)
        assert harness.graph.writes == []
        assert "for a cause that no longer holds (spec.schedule.expiration" in harness.message(key, "Ready")


async def test_a_state_that_is_no_longer_set_is_not_reported_as_the_present_cause(harness: ReconcilerHarness) -> None:
    harness.graph.add(remote_job())
    key = harness.apply(holder(origin="Adopted", wish=desired(schedule_state=ScheduleState.PAUSED)))
    await harness.run(key)
    assert harness.message(key, "Ready") == f"Job {JOB} is in place and paused (spec.schedule.state is Paused)."
    harness.edit(key, desired=desired())
    await harness.run(key)
    assert harness.graph.writes == ["pause_job"]
    assert harness.message(key, "Ready") == (
        f"Job {JOB} is in place and paused. The operator paused it for a cause that no longer holds "
        "(spec.schedule.state is Paused); start it in the portal, or set spec.schedule.state to Active."
    )


async def test_a_job_that_a_person_starts_after_a_long_pause_is_not_overdue_at_once(harness: ReconcilerHarness) -> None:
    success = {"state": "Succeeded", "timeEnded": write_time(NOW - timedelta(days=9))}
    harness.graph.add(remote_job(state="Disabled", code="Paused", lastSuccessfulExecution=success))
    key = harness.apply(holder(origin="Adopted", wish=desired(max_age=minutes(60))))
    await harness.run(key)
    harness.graph.add(remote_job(lastSuccessfulExecution=success))
    await harness.run_until(key, minutes(59))
    assert harness.condition(key, "Overdue") == ("", "")
    harness.restart()
    await harness.run_until(key, minutes(10))
    assert harness.condition(key, "Overdue") == ("True", "NoRecentSuccess")


async def test_a_job_becomes_overdue_on_time_and_is_reported_once(harness: ReconcilerHarness) -> None:
    success = {"state": "Succeeded", "timeEnded": write_time(NOW)}
    harness.graph.add(remote_job(lastSuccessfulExecution=success))
    key = harness.apply(holder(wish=desired(max_age=minutes(62), poll_interval=timedelta(hours=2))))
    await harness.run_until(key, minutes(61))
    assert harness.condition(key, "Overdue") == ("", "")
    await harness.run_until(key, minutes(300))
    assert harness.condition(key, "Overdue") == ("True", "NoRecentSuccess")
    assert harness.condition(key, "Ready") == ("True", "Healthy")
    assert harness.recorded.reasons == ["NoRecentSuccess"]
    harness.graph.add(remote_job(lastSuccessfulExecution=success | {"timeEnded": write_time(harness.clock.now())}))
    await harness.run(key)
    assert harness.condition(key, "Overdue") == ("", "")
