"""What becomes of the saved secrets when the resource is deleted, and when it is applied again."""

import pytest

from entrasync.api.names import ABANDON_ANNOTATION, FOREIGN_SECRET_ANNOTATION
from entrasync.api.policies import DeletionPolicy
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.application_passes import (
    CREDENTIALS,
    HOUR,
    SECRET,
    UNTIL_SURE,
    lose_foreign_secret,
    poll_later,
    refused_by_target,
    settle_application,
)
from tests.support.facts import (
    NOW,
    application,
    desired,
    holder,
    resource,
)
from tests.support.graph_answers import DOWN, refused
from tests.support.reconciler_harness import ReconcilerHarness


class TestComingBack:
    """A resource that is deleted with Retain and applied again, within one process' life."""

    async def come_back(self, story: ReconcilerHarness) -> ObjectKey:
        key = await settle_application(story, deletion_policy=DeletionPolicy.RETAIN)
        story.edit(key, is_deleting=True)
        await story.run(key)
        return story.apply(resource(desired(application=CREDENTIALS), finalizers=(), uid="another"))

    async def test_sends_nothing_that_is_equal(self, story: ReconcilerHarness) -> None:
        key = await self.come_back(story)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "list_secrets"]
        assert story.status(key)["application"]["keys"] == ["BaseAddress", "SecretToken"]
        assert story.condition(key, "CredentialsValid") == ("True", "Validated")
        await poll_later(story, key)
        assert story.graph.calls == ["list_jobs", "list_secrets", "list_jobs"]

    async def test_sends_what_has_changed(self, story: ReconcilerHarness) -> None:
        key = await self.come_back(story)
        story.secrets.put(SECRET, token="other")
        await story.run(key)
        assert story.graph.put == [{"SecretToken": "other"}]

    async def test_after_a_restart_sends_what_graph_does_not_show(self, story: ReconcilerHarness) -> None:
        key = await self.come_back(story)
        story.restart()
        await story.run(key)
        assert story.graph.put == [{"SecretToken": "s3cret"}]


class TestDeletion:
    REMOVE = application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All", onDelete="Remove")

    @pytest.mark.parametrize("policy", [None, DeletionPolicy.RETAIN, DeletionPolicy.PAUSE])
    async def test_removes_our_credentials_first_if_asked(
        self, story: ReconcilerHarness, policy: DeletionPolicy | None
    ) -> None:
        key = await settle_application(story, self.REMOVE, deletion_policy=policy)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.put == [{"BaseAddress": "", "SecretToken": ""}]
        assert story.graph.secrets == {"SyncAll": "true"}
        assert story.graph.writes[0] == "put_secrets"
        assert key not in story.server.stored

    async def test_keeps_them_if_not(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.writes == ["delete_job"]

    async def test_leaves_them_to_another_resource_that_carries_them_now(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        story.apply(resource(desired(application=CREDENTIALS), name="heir", created_at=NOW))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.graph.writes == ["delete_job"]

    async def test_goes_on_where_graph_keeps_one(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        story.edit(key, is_deleting=True)
        story.graph.fail("put_secrets", refused_by_target(), times=3)
        await story.run(key)
        assert "SecretNotRemovable" in story.told.reasons
        assert key not in story.server.stored

    async def test_goes_on_where_the_service_principal_has_gone(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        story.clock.move(HOUR)
        story.graph.has_principal = False
        answer = GraphAnswer(404, "", "", "")
        story.graph.fail("list_secrets", PossiblyReplicating(refused(404), answer=answer))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored

    async def test_waits_for_a_person_if_it_took_a_foreign_secret_along(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        story.graph.secrets["UserName"] = "somebody"
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.edit(key, is_deleting=True)
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
        assert "UserName vanished" in story.message(key, "Stalled")
        assert "entrasync.io/abandon" in story.message(key, "Stalled")
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        await poll_later(story, key)
        assert key not in story.server.stored

    async def test_does_not_lift_the_brake_that_nobody_has_looked_at(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        story.edit(key, desired=desired(application=CREDENTIALS, deletion_policy=DeletionPolicy.RETAIN))
        story.edit(key, is_deleting=True)
        await poll_later(story, key)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "entrasync.io/abandon" in story.message(key, "Stalled")
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        await poll_later(story, key)
        assert key not in story.server.stored

    async def test_removes_once_however_often_the_job_cannot_be_deleted(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        story.edit(key, is_deleting=True)
        story.graph.fail("delete_job", DOWN, times=5)
        for _ in range(5):
            await poll_later(story, key)
        assert len(story.graph.put) == 1
        assert story.told.reasons.count("SecretsRemoved") == 1
        await poll_later(story, key)
        assert key not in story.server.stored

    async def test_tells_what_graph_keeps_without_a_word_and_goes_on(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        story.graph.store = lambda entries: {name: value for name, value in entries.items() if name != "BaseAddress"}
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await poll_later(story, key)
        assert "Graph does not remove BaseAddress" in [event.message.partition(":")[0] for event in story.told.events]
        assert key not in story.server.stored

    async def test_is_held_up_by_the_loss_of_another_resource(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story, self.REMOVE)
        carrier = holder(name="carrier", status={"conditions": [{"type": "ForeignSecretLost", "status": "True"}]})
        story.apply(carrier)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "identity/carrier says ForeignSecretLost" in story.message(key, "Stalled")
        assert story.graph.put == []
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {ABANDON_ANNOTATION: "true"})
        await story.run(key)
        assert key not in story.server.stored
