"""Holds, expirations and overdue runs over many passes."""

from dataclasses import replace
from datetime import timedelta

from entrasync.api.conditions import Reason
from entrasync.api.names import HOLD_UNTIL_ANNOTATION
from entrasync.api.policies import ScheduleState
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from tests.support.facts import JOB, NOW, application, desired, holder, minutes, quarantined_job, remote_job
from tests.support.reconciler_harness import ReconcilerHarness

LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")


SECRET = ObjectKey("identity", "scim")
REFUSED = Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(400, "InvalidCredentials", "No.", "req"))


def hold(story: ReconcilerHarness, key: ObjectKey, until: str) -> None:
    known = story.server.stored[key]
    story.server.apply(replace(known, annotations={**known.annotations, HOLD_UNTIL_ANNOTATION: until}))


def adopted(story: ReconcilerHarness) -> ObjectKey:
    story.graph.add(remote_job())
    return story.apply(holder(origin="Adopted"))


async def with_credentials(story: ReconcilerHarness) -> ObjectKey:
    """A job that runs, with credentials that Graph has."""
    story.secrets.put(SECRET, token="s3cret")
    story.graph.add(remote_job())
    wish = desired(application=application("BaseAddress=https://scim", "SecretToken<scim.token"))
    key = story.apply(holder(origin="Adopted", wish=wish))
    await story.run(key)
    story.graph.calls.clear()
    return key


class TestAHold:
    async def test_pauses_at_once_and_ends_by_itself_and_on_time(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        await story.run(key)
        hold(story, key, write_time(NOW + minutes(7)))
        await story.run(key)
        assert story.graph.writes == ["pause_job"]
        assert story.condition(key, "Ready") == ("True", "Paused")
        assert story.status(key)["effective"]["scheduleState"] == "Paused"
        await story.run_until(key, minutes(6.9))
        assert story.graph.writes == ["pause_job"]
        story.clock.move(NOW + minutes(6.9) - story.clock.now())
        await story.run_until(key, minutes(0.2))
        assert story.graph.writes == ["pause_job", "start_job"]
        assert "pause" not in story.status(key)
        assert "scheduleState" not in story.status(key)["effective"]
        await story.run_until(key, minutes(60))
        assert story.graph.writes == ["pause_job", "start_job"]
        assert story.told.reasons == ["JobPaused", "JobStarted"]

    async def test_is_written_down_before_the_job_is_paused(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        await story.run(key)
        hold(story, key, write_time(NOW + minutes(7)))
        story.graph.fail("pause_job", LOST, is_done=True)
        await story.run(key)
        story.restart()
        await story.run_until(key, minutes(8))
        assert story.graph.writes == ["pause_job", "start_job"]

    async def test_that_outlives_the_operator_is_ended_by_the_next(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        hold(story, key, write_time(NOW + minutes(7)))
        await story.run(key)
        story.clock.move(minutes(30))
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["pause_job", "start_job"]

    async def test_leaves_a_job_alone_that_a_person_paused_before_it(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        await story.run(key)
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        hold(story, key, write_time(NOW + minutes(7)))
        await story.run_until(key, minutes(20))
        assert story.graph.writes == []

    async def test_of_a_quarantined_job_ends_with_a_start(self, story: ReconcilerHarness) -> None:
        story.graph.add(quarantined_job())
        key = story.apply(holder())
        hold(story, key, write_time(NOW + minutes(7)))
        await story.run_until(key, minutes(20))
        assert story.graph.writes == ["pause_job", "start_job"]

    async def test_costs_one_write_more_than_a_pause_and_then_none(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        await story.run(key)
        before = len(story.server.writes)
        hold(story, key, write_time(NOW + minutes(60)))
        await story.run(key)
        assert story.server.writes[before:] == ["status", "status"]
        await story.run_until(key, minutes(50))
        assert story.server.writes[before:] == ["status", "status"]

    async def test_that_graph_does_not_show_yet_is_not_forgotten(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        await story.run(key)
        story.graph.is_stale = True
        hold(story, key, write_time(NOW + minutes(7)))
        await story.run_until(key, minutes(2))
        assert story.condition(key, "Reconciling") == ("True", "Pausing")
        assert story.status(key)["pause"]["resumes"] is True
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        story.graph.is_stale = False
        await story.run_until(key, minutes(8))
        assert story.graph.writes == ["pause_job", "start_job"]

    async def test_that_is_overtaken_by_an_expiration_still_knows_what_ran_before(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.add(remote_job())
        wish = desired(expiration=NOW + minutes(7))
        key = story.apply(holder(origin="Adopted", wish=wish))
        hold(story, key, write_time(NOW + minutes(8)))
        await story.run_until(key, minutes(10))
        assert "spec.schedule.expiration 2026-11-01T12:07:00Z has passed" in story.message(key, "Ready")
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.graph.writes == ["pause_job", "start_job"]

    async def test_ends_in_time_although_the_credentials_are_refused(self, story: ReconcilerHarness) -> None:
        key = await with_credentials(story)
        hold(story, key, write_time(story.clock.now() + minutes(7)))
        await story.run(key)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", REFUSED, times=99)
        await story.run_until(key, minutes(20))
        assert story.graph.writes == ["pause_job", "start_job"]
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_ends_in_time_although_the_secret_is_gone(self, story: ReconcilerHarness) -> None:
        key = await with_credentials(story)
        story.secrets.remove(SECRET)
        hold(story, key, write_time(story.clock.now() + minutes(7)))
        await story.run_until(key, minutes(20))
        assert story.graph.writes == ["pause_job", "start_job"]
        assert story.condition(key, "Stalled") == ("True", "SecretUnreadable")

    async def test_that_has_ended_is_not_told_as_the_present_cause(self, story: ReconcilerHarness) -> None:
        """A person starts in the hold what a person had paused before it: what rested before rests again."""
        key = adopted(story)
        await story.run(key)
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        await story.run(key)
        until = write_time(story.clock.now() + minutes(30))
        hold(story, key, until)
        await story.run(key)
        story.graph.add(remote_job())
        await story.run(key)
        assert f"(held until {until} by" in story.message(key, "Ready")
        await story.run_until(key, minutes(40))
        assert story.graph.writes == ["pause_job"]
        assert f"for a cause that no longer holds (held until {until} by" in story.message(key, "Ready")

    async def test_for_ever_pauses(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        hold(story, key, "9999-12-31T23:59:59Z")
        await story.run_until(key, minutes(60))
        assert story.graph.writes == ["pause_job"]
        assert story.told.reasons == ["JobPaused"]

    async def test_that_cannot_be_read_is_told_once_and_harms_nothing(self, story: ReconcilerHarness) -> None:
        key = adopted(story)
        hold(story, key, "tomorrow")
        await story.run_until(key, minutes(30))
        assert story.graph.writes == []
        assert story.told.reasons == ["InvalidAnnotation"]
        assert story.condition(key, "Ready") == ("True", "Healthy")
        [ready] = [entry for entry in story.status(key)["conditions"] if entry["type"] == "Ready"]
        assert "'tomorrow', which is no time" in ready["message"]


class TestAnExpiration:
    async def test_pauses_on_time_says_why_and_ends_when_it_is_put_off(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        wish = desired(schedule_state=ScheduleState.ACTIVE, expiration=NOW + minutes(7))
        key = story.apply(holder(wish=wish))
        await story.run_until(key, minutes(6.9))
        assert story.graph.writes == []
        story.clock.move(NOW + minutes(6.9) - story.clock.now())
        await story.run_until(key, minutes(0.2))
        assert story.graph.writes == ["pause_job"]
        assert story.condition(key, "Ready") == ("True", "Paused")
        assert "spec.schedule.expiration 2026-11-01T12:07:00Z has passed" in str(story.status(key)["conditions"])
        assert story.status(key)["pause"]["by"] == "Operator"
        story.edit(key, desired=replace(wish, expiration=NOW + timedelta(days=1)))
        await story.run(key)
        assert story.graph.writes == ["pause_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_an_adopted_job_that_ran_until_then_starts_it_again_when_it_is_put_off(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.add(remote_job())
        key = story.apply(holder(origin="Adopted", wish=desired(expiration=NOW + minutes(7))))
        await story.run(key)
        story.clock.move(minutes(7))
        story.graph.fail("pause_job", LOST, is_done=True)
        await story.run(key)
        story.restart()
        story.edit(key, desired=desired(expiration=NOW + timedelta(days=3)))
        await story.run(key)
        assert story.graph.writes == ["pause_job", "start_job"]
        assert story.condition(key, "Ready") == ("True", "NotRunYet")

    async def test_of_an_adopted_job_that_rested_before_leaves_it_at_rest_when_it_is_put_off(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        key = story.apply(holder(origin="Adopted", wish=desired(expiration=NOW + minutes(7))))
        await story.run_until(key, minutes(10))
        story.edit(key, desired=desired(expiration=NOW + timedelta(days=3)))
        await story.run(key)
        assert story.graph.writes == []
        assert "for a cause that no longer holds (spec.schedule.expiration" in story.message(key, "Ready")


async def test_a_state_that_is_no_longer_set_is_not_told_as_the_present_cause(story: ReconcilerHarness) -> None:
    story.graph.add(remote_job())
    key = story.apply(holder(origin="Adopted", wish=desired(schedule_state=ScheduleState.PAUSED)))
    await story.run(key)
    assert story.message(key, "Ready") == f"Job {JOB} is in place and paused (spec.schedule.state is Paused)."
    story.edit(key, desired=desired())
    await story.run(key)
    assert story.graph.writes == ["pause_job"]
    assert story.message(key, "Ready") == (
        f"Job {JOB} is in place and paused. The operator paused it for a cause that no longer holds "
        "(spec.schedule.state is Paused); start it in the portal, or set spec.schedule.state to Active."
    )


async def test_a_job_that_a_person_starts_again_after_long_is_not_overdue_at_once(story: ReconcilerHarness) -> None:
    success = {"state": "Succeeded", "timeEnded": write_time(NOW - timedelta(days=9))}
    story.graph.add(remote_job(state="Disabled", code="Paused", lastSuccessfulExecution=success))
    key = story.apply(holder(origin="Adopted", wish=desired(max_age=minutes(60))))
    await story.run(key)
    story.graph.add(remote_job(lastSuccessfulExecution=success))
    await story.run_until(key, minutes(59))
    assert story.condition(key, "Overdue") == ("", "")
    story.restart()
    await story.run_until(key, minutes(10))
    assert story.condition(key, "Overdue") == ("True", "NoRecentSuccess")


async def test_a_job_becomes_overdue_when_it_is_due_and_is_told_once(story: ReconcilerHarness) -> None:
    success = {"state": "Succeeded", "timeEnded": write_time(NOW)}
    story.graph.add(remote_job(lastSuccessfulExecution=success))
    key = story.apply(holder(wish=desired(max_age=minutes(62), poll_interval=timedelta(hours=2))))
    await story.run_until(key, minutes(61))
    assert story.condition(key, "Overdue") == ("", "")
    await story.run_until(key, minutes(300))
    assert story.condition(key, "Overdue") == ("True", "NoRecentSuccess")
    assert story.condition(key, "Ready") == ("True", "Healthy")
    assert story.told.reasons == ["NoRecentSuccess"]
    story.graph.add(remote_job(lastSuccessfulExecution=success | {"timeEnded": write_time(story.clock.now())}))
    await story.run(key)
    assert story.condition(key, "Overdue") == ("", "")
