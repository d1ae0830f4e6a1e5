"""Credentials that the target application refuses, or that cannot be validated."""

from datetime import timedelta

from entrasync.api.policies import ScheduleState
from tests.support.application_passes import (
    CREDENTIALS,
    SECRET,
    apply_application,
    poll_later,
    refused_by_target,
    settle_application,
)
from tests.support.facts import (
    application,
    desired,
    minutes,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestRefusedCredentials:
    async def test_leave_what_graph_has(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target())
        await poll_later(story, key)
        assert story.graph.put == []
        assert story.graph.secrets["SecretToken"] == "s3cret"
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "InvalidCredentials: The target said no" in story.message(key, "CredentialsValid")
        assert story.condition(key, "Ready") == ("False", "ValidationFailed")
        assert story.told.reasons == ["ValidationFailed"]

    async def test_keep_a_new_job_from_being_started(self, story: ReconcilerHarness) -> None:
        key = apply_application(story)
        story.graph.fail("validate_credentials", refused_by_target())
        await story.run(key)
        assert story.graph.writes == ["create_job"]
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_are_tried_again_slowly(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target(), times=9)
        await story.run_until(key, minutes(44))
        assert story.graph.calls.count("validate_credentials") == 3
        assert story.told.reasons == ["ValidationFailed"]

    async def test_are_tried_at_once_when_the_secret_changes(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target())
        await poll_later(story, key)
        story.secrets.put(SECRET, token="right")
        await poll_later(story, key, timedelta(seconds=1))
        assert story.graph.secrets["SecretToken"] == "right"
        assert story.condition(key, "CredentialsValid") == ("True", "Validated")

    async def test_are_tried_at_once_when_the_spec_changes(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target())
        await poll_later(story, key)
        never = application("BaseAddress=https://scim", "SecretToken<scim.token", validation="Never")
        story.edit(key, desired=desired(application=never))
        await story.run(key)
        assert story.graph.secrets["SecretToken"] == "wrong"
        assert story.condition(key, "CredentialsValid") == ("Unknown", "NotValidated")

    async def test_hold_back_nothing_that_has_a_field_of_its_own(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target(), times=9)
        entries = ("BaseAddress=https://scim", "SecretToken<scim.token")
        wish = desired(application=application(*entries, scope="AssignedOnly", accidentalDeletions={"threshold": 5}))
        story.edit(key, desired=wish)
        for _ in range(3):
            await poll_later(story, key)
        [put] = story.graph.put
        assert put.keys() == {"SyncAll", "SyncNotificationSettings"}
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "None of them was saved" in story.message(key, "Ready")

    async def test_are_not_tried_again_by_an_operator_that_restarts(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target(), times=9)
        await poll_later(story, key)
        for _ in range(3):
            story.restart()
            await poll_later(story, key, timedelta(seconds=20))
        assert story.graph.calls.count("validate_credentials") == 1
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        story.restart()
        story.secrets.put(SECRET, token="right")
        story.graph.failures.clear()
        await poll_later(story, key, timedelta(seconds=20))
        assert story.graph.secrets["SecretToken"] == "right"
        assert "refused" not in story.status(key)["application"]

    async def test_that_can_never_be_tried_are_tried_ever_more_slowly(self, story: ReconcilerHarness) -> None:
        key = apply_application(story)
        story.graph.fail("validate_credentials", refused_by_target("CredentialValidationUnavailable"), times=999)
        await story.run_until(key, timedelta(hours=3))
        assert story.graph.calls.count("validate_credentials") <= 18
        story.secrets.put(SECRET, token="other")
        outcome = await story.run(key)
        assert outcome.look_again == minutes(1)

    async def test_that_could_not_be_tried_are_tried_again_soon(self, story: ReconcilerHarness) -> None:
        key = apply_application(story)
        story.graph.fail("validate_credentials", refused_by_target("CredentialValidationUnavailable"))
        outcome = await story.run(key)
        assert outcome.look_again == minutes(1)
        assert story.condition(key, "Reconciling") == ("True", "ValidationUnavailable")
        await poll_later(story, key, minutes(1))
        assert story.condition(key, "Ready")[0] == "True"

    async def test_are_no_reason_to_let_a_job_run_that_shall_rest(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target(), times=2)
        await poll_later(story, key)
        story.edit(key, desired=desired(application=CREDENTIALS, schedule_state=ScheduleState.PAUSED))
        await story.run(key)
        assert story.graph.writes == ["pause_job"]
        assert story.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_stay_known_while_the_job_is_not_shown(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target())
        await poll_later(story, key)
        story.graph.hidden.add(story.server.stored[key].held_job_id or "")
        await poll_later(story, key)
        assert story.condition(key, "CredentialsValid") == ("False", "ValidationFailed")

    async def test_show_as_false_for_as_long_as_they_stand(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="wrong")
        story.graph.fail("validate_credentials", refused_by_target())
        await poll_later(story, key)
        await poll_later(story, key)
        assert story.condition(key, "CredentialsValid")[0] == "False"
