"""Several resources with spec.application on one service principal."""

from dataclasses import replace

from entrasync.api.policies import DeletionPolicy
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.application_passes import CREDENTIALS, HOUR, poll_later, settle_application
from tests.support.facts import (
    NOW,
    application,
    desired,
    remote_job,
    resource,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestSecondResource:
    async def test_a_second_resource_mirrors_its_job_and_sends_nothing(self, harness: ReconcilerHarness) -> None:
        await settle_application(harness)
        harness.graph.add(remote_job("scim.second", template="other"))
        second = harness.apply(
            resource(desired(application=CREDENTIALS, template_id="other"), name="x", created_at=NOW)
        )
        await poll_later(harness, second)
        assert harness.condition(second, "Stalled") == ("True", "Conflict")
        assert harness.status(second)["synchronizationStatus"]["code"] == "Active"
        assert harness.graph.writes == []

    async def test_a_second_resource_with_a_new_job_says_that_it_is_not_started(
        self, harness: ReconcilerHarness
    ) -> None:
        await settle_application(harness)
        wish = desired(application=CREDENTIALS, template_id="other")
        second = harness.apply(resource(wish, name="x", created_at=NOW, finalizers=()))
        harness.graph.templates = ("scim", "other")
        await poll_later(harness, second)
        assert harness.condition(second, "Stalled") == ("True", "Conflict")
        assert harness.message(second, "Stalled").endswith("The job is not started before that.")
        assert "start_job" not in harness.graph.calls

    async def test_a_second_resource_of_the_same_age_yields_to_the_one_that_has_saved(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        twin = resource(desired(application=CREDENTIALS, template_id="other"), name="a-twin")
        second = harness.apply(replace(twin, created_at=harness.server.stored[key].created_at))
        harness.graph.add(remote_job("scim.second", template="other"))
        await poll_later(harness, second)
        assert harness.condition(second, "Stalled") == ("True", "Conflict")
        await poll_later(harness, key)
        assert harness.condition(key, "Ready")[0] == "True"


class TestHandover:
    """An older resource begins to manage `application` of the same service principal, and then stops."""

    THEIRS = application("BaseAddress=https://scim", "SecretToken<other.token")

    async def hand_over(self, harness: ReconcilerHarness, *, is_seen: bool = True) -> tuple[ObjectKey, ObjectKey]:
        harness.secrets.put(ObjectKey("identity", "other"), token="theirs")
        harness.graph.templates = ("scim", "other")
        ours = harness.apply(resource(desired(application=CREDENTIALS), name="ours", finalizers=(), created_at=NOW))
        await harness.run(ours)
        wish = desired(template_id="other", deletion_policy=DeletionPolicy.RETAIN)
        older = harness.apply(resource(wish, name="older", finalizers=()))
        await harness.run(older)
        harness.edit(older, desired=replace(wish, application=self.THEIRS))
        await poll_later(harness, older)
        assert harness.graph.secrets["SecretToken"] == "theirs"
        if is_seen:
            await poll_later(harness, ours)
            assert harness.condition(ours, "Stalled") == ("True", "Conflict")
            assert harness.condition(ours, "CredentialsValid") == ("", "")
        return ours, older

    async def test_our_secrets_are_saved_again_once_the_other_resource_gives_them_up(
        self, harness: ReconcilerHarness
    ) -> None:
        ours, older = await self.hand_over(harness)
        harness.edit(older, desired=desired(template_id="other"))
        await poll_later(harness, older)
        await poll_later(harness, ours)
        assert harness.graph.secrets["SecretToken"] == "s3cret"
        assert harness.condition(ours, "Ready")[0] == "True"

    async def test_our_secrets_are_saved_again_after_a_restart_too(self, harness: ReconcilerHarness) -> None:
        ours, older = await self.hand_over(harness)
        harness.edit(older, is_deleting=True)
        await harness.run(older)
        harness.restart()
        await poll_later(harness, ours)
        assert harness.graph.secrets["SecretToken"] == "s3cret"
        assert harness.condition(ours, "Ready")[0] == "True"

    async def test_a_handover_between_two_of_our_passes_is_corrected_within_the_hour(
        self, harness: ReconcilerHarness
    ) -> None:
        ours, older = await self.hand_over(harness, is_seen=False)
        harness.edit(older, desired=desired(template_id="other"))
        await poll_later(harness, older)
        await poll_later(harness, ours, HOUR)
        assert harness.graph.secrets["SecretToken"] == "s3cret"
