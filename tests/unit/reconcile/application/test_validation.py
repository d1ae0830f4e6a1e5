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
    seconds,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestRefusedCredentials:
    async def test_refused_credentials_are_not_saved(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target())
        await poll_later(harness, key)
        assert harness.graph.put == []
        assert harness.graph.secrets["SecretToken"] == "s3cret"
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "InvalidCredentials: The target said no" in harness.message(key, "CredentialsValid")
        assert harness.condition(key, "Ready") == ("False", "ValidationFailed")
        assert harness.recorded.reasons == ["ValidationFailed"]

    async def test_refused_credentials_keep_a_new_job_from_being_started(self, harness: ReconcilerHarness) -> None:
        key = apply_application(harness)
        harness.graph.fail("validate_credentials", refused_by_target())
        await harness.run(key)
        assert harness.graph.writes == ["create_job"]
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_refused_credentials_are_validated_again_slowly(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target(), times=99)
        await harness.run_until(key, minutes(44))
        assert harness.graph.calls.count("validate_credentials") == 3
        await harness.run_until(key, timedelta(hours=24))
        assert harness.graph.calls.count("validate_credentials") <= 11
        assert harness.recorded.reasons == ["ValidationFailed"]

    async def test_refused_credentials_are_validated_at_once_when_the_secret_changes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target())
        await poll_later(harness, key)
        harness.secrets.put(SECRET, token="right")
        await poll_later(harness, key, timedelta(seconds=1))
        assert harness.graph.secrets["SecretToken"] == "right"
        assert harness.condition(key, "CredentialsValid") == ("True", "Validated")

    async def test_refused_credentials_are_validated_at_once_when_the_spec_changes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target())
        await poll_later(harness, key)
        never = application("BaseAddress=https://scim", "SecretToken<scim.token", validation="Never")
        harness.edit(key, desired=desired(application=never))
        await harness.run(key)
        assert harness.graph.secrets["SecretToken"] == "wrong"
        assert harness.condition(key, "CredentialsValid") == ("Unknown", "NotValidated")

    async def test_refused_credentials_delay_all_secrets_while_graph_masks_those_in_force(
        self, harness: ReconcilerHarness
    ) -> None:
        """A save may replace all secrets, and nobody has the token in force to send it again."""
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target(), times=9)
        entries = ("BaseAddress=https://scim", "SecretToken<scim.token")
        harness.edit(key, desired=desired(application=application(*entries, scope="AssignedOnly")))
        for _ in range(3):
            await poll_later(harness, key)
        assert harness.graph.put == []
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "SyncAll can't be saved either" in harness.message(key, "Ready")
        assert "masks SecretToken" in harness.message(key, "Ready")

    async def test_refused_credentials_do_not_delay_secrets_with_fields_of_their_own(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.graph.masked.clear()
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target(), times=9)
        entries = ("BaseAddress=https://scim", "SecretToken<scim.token")
        wish = desired(application=application(*entries, scope="AssignedOnly", accidentalDeletions={"threshold": 5}))
        harness.edit(key, desired=wish)
        for _ in range(3):
            await poll_later(harness, key)
        [put] = harness.graph.put
        assert put.keys() == {"SyncAll", "SyncNotificationSettings", "BaseAddress", "SecretToken"}
        assert put["SecretToken"] == "s3cret"
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "None of them was saved" in harness.message(key, "Ready")

    async def test_refused_credentials_are_not_validated_again_by_a_restarted_operator(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target(), times=9)
        await poll_later(harness, key)
        for _ in range(3):
            harness.restart()
            await poll_later(harness, key, timedelta(seconds=20))
        assert harness.graph.calls.count("validate_credentials") == 1
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        harness.restart()
        harness.secrets.put(SECRET, token="right")
        harness.graph.failures.clear()
        await poll_later(harness, key, timedelta(seconds=20))
        assert harness.graph.secrets["SecretToken"] == "right"
        assert "refused" not in harness.status(key)["application"]

    async def test_credentials_that_can_never_be_validated_are_a_persons_after_an_hour(
        self, harness: ReconcilerHarness
    ) -> None:
        key = apply_application(harness)
        harness.graph.fail("validate_credentials", refused_by_target("CredentialValidationUnavailable"), times=999)
        await harness.run_until(key, minutes(59))
        assert harness.condition(key, "Reconciling") == ("True", "ValidationUnavailable")
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")
        assert "CredentialValidationUnavailable" in harness.message(key, "Stalled")
        assert harness.recorded.reasons.count("ValidationFailed") == 1

    async def test_credentials_that_can_never_be_validated_are_sent_ever_more_slowly(
        self, harness: ReconcilerHarness
    ) -> None:
        key = apply_application(harness)
        harness.graph.fail("validate_credentials", refused_by_target("CredentialValidationUnavailable"), times=999)
        await harness.run_until(key, timedelta(hours=24))
        assert harness.graph.calls.count("validate_credentials") <= 15
        harness.secrets.put(SECRET, token="other")
        outcome = await harness.run(key)
        assert outcome.requeue_after == minutes(1)

    async def test_a_restarted_operator_knows_how_long_credentials_could_not_be_validated(
        self, harness: ReconcilerHarness
    ) -> None:
        key = apply_application(harness)
        harness.graph.fail("validate_credentials", refused_by_target("CredentialValidationUnavailable"), times=999)
        await harness.run_until(key, minutes(59))
        harness.restart()
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_credentials_that_could_not_be_validated_are_validated_again_soon(
        self, harness: ReconcilerHarness
    ) -> None:
        key = apply_application(harness)
        harness.graph.fail("validate_credentials", refused_by_target("CredentialValidationUnavailable"))
        outcome = await harness.run(key)
        # The pass itself takes a moment of the minute.
        assert minutes(1) - seconds(1) < (outcome.requeue_after or minutes(0)) <= minutes(1)
        assert harness.condition(key, "Reconciling") == ("True", "ValidationUnavailable")
        await poll_later(harness, key, minutes(1))
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_refused_credentials_do_not_keep_a_job_from_being_paused(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target(), times=2)
        await poll_later(harness, key)
        harness.edit(key, desired=desired(application=CREDENTIALS, schedule_state=ScheduleState.PAUSED))
        await harness.run(key)
        assert harness.graph.writes == ["pause_job"]
        assert harness.condition(key, "Stalled") == ("True", "ValidationFailed")

    async def test_refused_credentials_stay_reported_while_the_job_is_not_shown(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target())
        await poll_later(harness, key)
        harness.graph.hidden.add(harness.server.stored[key].held_job_id or "")
        await poll_later(harness, key)
        assert harness.condition(key, "CredentialsValid") == ("False", "ValidationFailed")

    async def test_refused_credentials_keep_credentials_valid_false(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="wrong")
        harness.graph.fail("validate_credentials", refused_by_target())
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.condition(key, "CredentialsValid")[0] == "False"
