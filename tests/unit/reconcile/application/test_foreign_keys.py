"""Secrets of others at the same service principal, and what follows when one of them is lost."""

from datetime import timedelta

import pytest

from entrasync.api.names import FOREIGN_SECRET_ANNOTATION
from tests.support.application_passes import (
    CREDENTIALS,
    HOUR,
    SECRET,
    UNTIL_SURE,
    lose_foreign_secret,
    poll_later,
    settle_application,
)
from tests.support.facts import (
    NOW,
    desired,
    holder,
    resource,
)
from tests.support.fake_graph import Failure
from tests.support.graph_answers import DOWN, LOST
from tests.support.reconciler_harness import ReconcilerHarness

ELSEWHERE = "bbbbbbbb-5b0e-4b57-9a43-1d1d6a3f8e02"
SECOND = "cccccccc-5b0e-4b57-9a43-1d1d6a3f8e03"


class TestForeignSecrets:
    async def test_foreign_secrets_that_somebody_else_removes_are_not_reported_as_lost(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        harness.secrets.put(SECRET, token="n3w")
        harness.graph.fail("put_secrets", DOWN)
        await poll_later(harness, key)
        del harness.graph.secrets["UserName"]
        await poll_later(harness, key)
        assert harness.graph.secrets["SecretToken"] == "n3w"
        assert harness.condition(key, "ForeignSecretLost") == ("", "")

    async def test_foreign_secrets_that_stale_reads_do_not_show_are_looked_for_until_they_do(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        harness.secrets.put(SECRET, token="n3w")
        stale = {"SecretToken": "*", "BaseAddress": "https://scim"}
        shown = iter([None, stale, stale, stale])
        harness.graph.show = lambda secrets: next(shown, None) or secrets
        await poll_later(harness, key)
        assert harness.condition(key, "ForeignSecretLost") == ("", "")
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert "does not show UserName" in harness.message(key, "Ready")
        assert harness.status(key)["application"]["unconfirmedKeys"] == ["UserName"]
        await harness.run_until(key, UNTIL_SURE)
        assert harness.condition(key, "ForeignSecretLost") == ("", "")
        assert harness.condition(key, "Ready")[0] == "True"
        assert "unconfirmedKeys" not in harness.status(key)["application"]

    async def test_foreign_secrets_that_do_not_show_delay_the_next_save(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        harness.graph.store = lambda entries: {**entries, "UserName": ""}
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        harness.secrets.put(SECRET, token="n3wer")
        await poll_later(harness, key, timedelta(seconds=5))
        assert [put["SecretToken"] for put in harness.graph.put] == ["n3w"]

    async def test_foreign_secrets_that_show_again_need_no_acknowledgement(self, harness: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(harness)
        harness.graph.secrets["UserName"] = "somebody again"
        harness.secrets.put(SECRET, token="third")
        await poll_later(harness, key)
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"
        await poll_later(harness, key)
        assert harness.condition(key, "ForeignSecretLost") == ("", "")
        assert harness.graph.secrets["SecretToken"] == "third"
        assert harness.recorded.reasons.count("SecretWritesResumed") == 1

    async def test_foreign_secrets_that_one_stale_read_shows_again_stay_lost(self, harness: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(harness)
        shown = iter([{"SecretToken": "*", "BaseAddress": "https://scim", "UserName": "stale"}])
        harness.graph.show = lambda secrets: next(shown, None) or secrets
        for _ in range(4):
            await poll_later(harness, key)
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"
        assert harness.status(key)["application"]["lostKeys"] == ["UserName"]

    @pytest.mark.parametrize("is_answered", [True, False])
    async def test_foreign_secrets_that_vanish_are_noticed_after_a_crash(
        self, harness: ReconcilerHarness, is_answered: bool
    ) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        harness.graph.store = lambda entries: {**entries, "UserName": ""}
        harness.secrets.put(SECRET, token="n3w")
        if is_answered:
            harness.graph.fail("list_secrets", DOWN, times=2)
            harness.graph.failures["list_secrets"].appendleft(Failure(None))
        else:
            harness.graph.fail("put_secrets", LOST, is_done=True)
        await poll_later(harness, key)
        harness.restart()
        harness.graph.failures.clear()
        await poll_later(harness, key)
        await harness.run_until(key, UNTIL_SURE)
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_foreign_secrets_that_stay_change_nothing(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        assert harness.graph.secrets["UserName"] == "somebody"
        assert harness.condition(key, "ForeignSecretLost") == ("", "")

    async def test_foreign_secrets_that_vanish_are_reported_by_name(self, harness: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(harness)
        assert harness.condition(key, "ForeignSecretLost") == ("True", "ForeignSecretLost")
        assert harness.condition(key, "Stalled") == ("True", "ForeignSecretLost")
        assert "UserName vanished" in harness.message(key, "ForeignSecretLost")
        assert "somebody" not in str(harness.status(key)["conditions"]).replace("somebody else", "")

    async def test_a_lost_foreign_secret_stops_saving_on_its_own_service_principal_only(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await lose_foreign_secret(harness)
        harness.restart()
        harness.graph.put.clear()
        other = harness.apply(
            resource(desired(application=CREDENTIALS, service_principal_id=ELSEWHERE), name="other", created_at=NOW)
        )
        await poll_later(harness, other)
        await poll_later(harness, other)
        assert harness.condition(other, "ForeignSecretLost") == ("", "")
        assert len(harness.graph.put) == 1
        harness.secrets.put(SECRET, token="third")
        await poll_later(harness, key)
        assert harness.condition(key, "Stalled") == ("True", "ForeignSecretLost")
        assert len(harness.graph.put) == 1

    async def test_a_loss_on_a_second_service_principal_stops_all_saving_in_the_tenant_also_after_a_restart(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await lose_foreign_secret(harness)
        lost = {"conditions": [{"type": "ForeignSecretLost", "status": "True"}], "servicePrincipalId": SECOND}
        harness.apply(holder(name="second", wish=desired(service_principal_id=SECOND), status=lost))
        harness.restart()
        other = harness.apply(
            resource(desired(application=CREDENTIALS, service_principal_id=ELSEWHERE), name="other", created_at=NOW)
        )
        harness.graph.put.clear()
        harness.secrets.put(SECRET, token="third")
        for each in (key, other):
            await poll_later(harness, each)
            await poll_later(harness, each)
            assert harness.condition(each, "Stalled") == ("True", "ForeignSecretLost")
        assert f"SynchronizationJob {key} says ForeignSecretLost" in harness.message(other, "Stalled")
        assert harness.graph.put == []

    async def test_secrets_are_saved_again_once_a_person_acknowledges_the_loss(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await lose_foreign_secret(harness)
        harness.edit(
            key, annotations=dict(harness.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"}
        )
        harness.secrets.put(SECRET, token="third")
        await poll_later(harness, key)
        assert harness.graph.secrets["SecretToken"] == "third"
        assert harness.condition(key, "ForeignSecretLost") == ("", "")

    async def test_foreign_secrets_that_vanish_again_need_another_acknowledgement(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await lose_foreign_secret(harness)
        harness.edit(
            key, annotations=dict(harness.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"}
        )
        await poll_later(harness, key)
        harness.graph.secrets["UserName"] = "again"
        await poll_later(harness, key, HOUR)
        harness.graph.store = lambda entries: {**entries, "UserName": ""}
        harness.secrets.put(SECRET, token="fourth")
        await poll_later(harness, key)
        await harness.run_until(key, UNTIL_SURE)
        assert FOREIGN_SECRET_ANNOTATION not in harness.server.stored[key].annotations
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_foreign_secrets_are_looked_for_after_a_lost_answer_too(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        await poll_later(harness, key, HOUR)
        harness.graph.store = lambda entries: {**entries, "UserName": ""}
        harness.graph.fail("put_secrets", LOST, is_done=True)
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        await harness.run_until(key, UNTIL_SURE)
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_lost_foreign_secrets_stay_reported_while_the_resource_is_suspended(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await lose_foreign_secret(harness)
        harness.edit(key, desired=desired(application=CREDENTIALS, is_suspended=True))
        await harness.run(key)
        assert harness.condition(key, "ForeignSecretLost")[0] == "True"
