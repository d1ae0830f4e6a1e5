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


class TestASecondResource:
    async def test_is_mirrored_and_sends_nothing(self, story: ReconcilerHarness) -> None:
        await settle_application(story)
        story.graph.add(remote_job("scim.second", template="other"))
        second = story.apply(resource(desired(application=CREDENTIALS, template_id="other"), name="x", created_at=NOW))
        await poll_later(story, second)
        assert story.condition(second, "Stalled") == ("True", "Conflict")
        assert story.status(second)["synchronizationStatus"]["code"] == "Active"
        assert story.graph.writes == []

    async def test_of_the_same_second_yields_to_who_has_saved_already(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        twin = resource(desired(application=CREDENTIALS, template_id="other"), name="a-twin")
        second = story.apply(replace(twin, created_at=story.server.stored[key].created_at))
        story.graph.add(remote_job("scim.second", template="other"))
        await poll_later(story, second)
        assert story.condition(second, "Stalled") == ("True", "Conflict")
        await poll_later(story, key)
        assert story.condition(key, "Ready")[0] == "True"


class TestHandingOver:
    """An older resource takes up `application` of the same service principal, and gives it up again."""

    THEIRS = application("BaseAddress=https://scim", "SecretToken<other.token")

    async def hand_over(self, story: ReconcilerHarness, *, is_seen: bool = True) -> tuple[ObjectKey, ObjectKey]:
        story.secrets.put(ObjectKey("identity", "other"), token="theirs")
        story.graph.templates = ("scim", "other")
        ours = story.apply(resource(desired(application=CREDENTIALS), name="ours", finalizers=(), created_at=NOW))
        await story.run(ours)
        wish = desired(template_id="other", deletion_policy=DeletionPolicy.RETAIN)
        older = story.apply(resource(wish, name="older", finalizers=()))
        await story.run(older)
        story.edit(older, desired=replace(wish, application=self.THEIRS))
        await poll_later(story, older)
        assert story.graph.secrets["SecretToken"] == "theirs"
        if is_seen:
            await poll_later(story, ours)
            assert story.condition(ours, "Stalled") == ("True", "Conflict")
            assert story.condition(ours, "CredentialsValid") == ("", "")
        return ours, older

    async def test_saves_ours_again_once_the_other_gives_it_up(self, story: ReconcilerHarness) -> None:
        ours, older = await self.hand_over(story)
        story.edit(older, desired=desired(template_id="other"))
        await poll_later(story, older)
        await poll_later(story, ours)
        assert story.graph.secrets["SecretToken"] == "s3cret"
        assert story.condition(ours, "Ready")[0] == "True"

    async def test_saves_ours_again_after_a_restart_too(self, story: ReconcilerHarness) -> None:
        ours, older = await self.hand_over(story)
        story.edit(older, is_deleting=True)
        await story.run(older)
        story.restart()
        await poll_later(story, ours)
        assert story.graph.secrets["SecretToken"] == "s3cret"
        assert story.condition(ours, "Ready")[0] == "True"

    async def test_that_is_over_before_our_next_pass_is_put_right_within_the_hour(
        self, story: ReconcilerHarness
    ) -> None:
        ours, older = await self.hand_over(story, is_seen=False)
        story.edit(older, desired=desired(template_id="other"))
        await poll_later(story, older)
        await poll_later(story, ours, HOUR)
        assert story.graph.secrets["SecretToken"] == "s3cret"
