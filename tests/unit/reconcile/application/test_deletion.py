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


class TestReappliedResource:
    """A resource that is deleted with Retain and applied again, within one process' life."""

    async def reapply(self, harness: ReconcilerHarness) -> ObjectKey:
        key = await settle_application(harness, deletion_policy=DeletionPolicy.RETAIN)
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        return harness.apply(resource(desired(application=CREDENTIALS), finalizers=(), uid="another"))

    async def test_a_reapplied_resource_sends_nothing_that_is_equal(self, harness: ReconcilerHarness) -> None:
        key = await self.reapply(harness)
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "list_secrets"]
        assert harness.status(key)["application"]["keys"] == ["BaseAddress", "SecretToken"]
        assert harness.condition(key, "CredentialsValid") == ("True", "Validated")
        await poll_later(harness, key)
        assert harness.graph.calls == ["list_jobs", "list_secrets", "list_jobs"]

    async def test_a_reapplied_resource_sends_what_has_changed(self, harness: ReconcilerHarness) -> None:
        key = await self.reapply(harness)
        harness.secrets.put(SECRET, token="other")
        await harness.run(key)
        assert harness.graph.put == [{"BaseAddress": "https://scim", "SecretToken": "other"}]

    async def test_a_resource_reapplied_after_a_restart_sends_what_graph_does_not_show(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await self.reapply(harness)
        harness.restart()
        await harness.run(key)
        assert harness.graph.put == [{"BaseAddress": "https://scim", "SecretToken": "s3cret"}]


class TestDeletion:
    REMOVE = application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All", onDelete="Remove")

    @pytest.mark.parametrize("policy", [None, DeletionPolicy.RETAIN, DeletionPolicy.PAUSE])
    async def test_a_deletion_removes_our_credentials_first_if_the_spec_says_so(
        self, harness: ReconcilerHarness, policy: DeletionPolicy | None
    ) -> None:
        key = await settle_application(harness, self.REMOVE, deletion_policy=policy)
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.graph.put == [{"BaseAddress": "", "SecretToken": "", "SyncAll": "true"}]
        assert harness.graph.secrets == {"SyncAll": "true"}
        assert harness.graph.writes[0] == "put_secrets"
        assert key not in harness.server.stored

    async def test_a_deletion_keeps_our_credentials_by_default(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.graph.writes == ["delete_job"]

    async def test_a_deletion_leaves_the_credentials_to_another_resource_that_has_them_now(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.apply(resource(desired(application=CREDENTIALS), name="heir", created_at=NOW))
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.graph.writes == ["delete_job"]

    async def test_a_deletion_goes_on_where_graph_does_not_remove_a_credential(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.edit(key, is_deleting=True)
        harness.graph.fail("put_secrets", refused_by_target(), times=3)
        await harness.run(key)
        assert "SecretNotRemovable" in harness.recorded.reasons
        assert key not in harness.server.stored

    async def test_a_deletion_goes_on_where_the_service_principal_has_gone(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.clock.move(HOUR)
        harness.graph.has_principal = False
        answer = GraphAnswer(404, "", "", "")
        harness.graph.fail("list_secrets", PossiblyReplicating(refused(404), answer=answer))
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored

    async def test_a_deletion_that_lost_a_foreign_secret_waits_for_a_person(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.graph.secrets["UserName"] = "somebody"
        harness.graph.store = lambda entries: {**entries, "UserName": ""}
        harness.edit(key, is_deleting=True)
        await harness.run_until(key, UNTIL_SURE)
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"
        assert "UserName vanished" in harness.message(key, "Stalled")
        assert "entrasync.io/abandon" in harness.message(key, "Stalled")
        harness.edit(
            key, annotations=dict(harness.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"}
        )
        await poll_later(harness, key)
        assert key not in harness.server.stored

    async def test_a_deletion_waits_until_a_lost_foreign_secret_is_acknowledged(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await lose_foreign_secret(harness)
        harness.edit(key, desired=desired(application=CREDENTIALS, deletion_policy=DeletionPolicy.RETAIN))
        harness.edit(key, is_deleting=True)
        await poll_later(harness, key)
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "entrasync.io/abandon" in harness.message(key, "Stalled")
        harness.edit(
            key, annotations=dict(harness.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"}
        )
        await poll_later(harness, key)
        assert key not in harness.server.stored

    async def test_a_deletion_removes_credentials_once_however_often_the_job_cannot_be_deleted(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.edit(key, is_deleting=True)
        harness.graph.fail("delete_job", DOWN, times=5)
        for _ in range(5):
            await poll_later(harness, key)
        assert len(harness.graph.put) == 1
        assert harness.recorded.reasons.count("SecretsRemoved") == 1
        await poll_later(harness, key)
        assert key not in harness.server.stored

    async def test_a_deletion_reports_what_graph_silently_keeps_and_goes_on(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.graph.store = lambda entries: {name: value for name, value in entries.items() if name != "BaseAddress"}
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await poll_later(harness, key)
        assert "Graph does not remove BaseAddress" in [
            event.message.partition(":")[0] for event in harness.recorded.events
        ]
        assert key not in harness.server.stored

    async def test_a_deletion_is_blocked_by_the_loss_of_another_resource(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.REMOVE)
        carrier = holder(name="carrier", status={"conditions": [{"type": "ForeignSecretLost", "status": "True"}]})
        harness.apply(carrier)
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "identity/carrier says ForeignSecretLost" in harness.message(key, "Stalled")
        assert harness.graph.put == []
        harness.edit(key, annotations=dict(harness.server.stored[key].annotations) | {ABANDON_ANNOTATION: "true"})
        await harness.run(key)
        assert key not in harness.server.stored
