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
    resource,
)
from tests.support.fake_graph import Failure
from tests.support.graph_answers import DOWN, LOST
from tests.support.reconciler_harness import ReconcilerHarness


class TestForeignSecrets:
    async def test_that_somebody_removes_while_nothing_can_be_written_are_no_matter(
        self, story: ReconcilerHarness
    ) -> None:
        key = await settle_application(story)
        story.graph.secrets["UserName"] = "somebody"
        story.secrets.put(SECRET, token="n3w")
        story.graph.fail("put_secrets", DOWN)
        await poll_later(story, key)
        del story.graph.secrets["UserName"]
        await poll_later(story, key)
        assert story.graph.secrets["SecretToken"] == "n3w"
        assert story.condition(key, "ForeignSecretLost") == ("", "")

    async def test_that_stale_reads_do_not_show_are_looked_for_until_they_do(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.graph.secrets["UserName"] = "somebody"
        story.secrets.put(SECRET, token="n3w")
        stale = {"SecretToken": "*", "BaseAddress": "https://scim"}
        shown = iter([None, stale, stale, stale])
        story.graph.show = lambda secrets: next(shown, None) or secrets
        await poll_later(story, key)
        assert story.condition(key, "ForeignSecretLost") == ("", "")
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        assert "does not show UserName" in story.message(key, "Ready")
        assert story.status(key)["application"]["unconfirmedKeys"] == ["UserName"]
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "ForeignSecretLost") == ("", "")
        assert story.condition(key, "Ready")[0] == "True"
        assert "unconfirmedKeys" not in story.status(key)["application"]

    async def test_that_do_not_show_hold_back_what_else_is_to_be_saved(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.graph.secrets["UserName"] = "somebody"
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="n3w")
        await poll_later(story, key)
        story.secrets.put(SECRET, token="n3wer")
        await poll_later(story, key, timedelta(seconds=5))
        assert story.graph.put == [{"SecretToken": "n3w"}]

    async def test_that_show_again_need_no_person(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        story.graph.secrets["UserName"] = "somebody again"
        story.secrets.put(SECRET, token="third")
        await poll_later(story, key)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
        await poll_later(story, key)
        assert story.condition(key, "ForeignSecretLost") == ("", "")
        assert story.graph.secrets["SecretToken"] == "third"
        assert story.told.reasons.count("SecretWritesResumed") == 1

    async def test_that_one_stale_read_shows_again_stay_lost(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        shown = iter([{"SecretToken": "*", "BaseAddress": "https://scim", "UserName": "stale"}])
        story.graph.show = lambda secrets: next(shown, None) or secrets
        for _ in range(4):
            await poll_later(story, key)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
        assert story.status(key)["application"]["lostKeys"] == ["UserName"]

    @pytest.mark.parametrize("is_answered", [True, False])
    async def test_that_vanish_are_noticed_over_a_crash(self, story: ReconcilerHarness, is_answered: bool) -> None:
        key = await settle_application(story)
        story.graph.secrets["UserName"] = "somebody"
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="n3w")
        if is_answered:
            story.graph.fail("list_secrets", DOWN, times=2)
            story.graph.failures["list_secrets"].appendleft(Failure(None))
        else:
            story.graph.fail("put_secrets", LOST, is_done=True)
        await poll_later(story, key)
        story.restart()
        story.graph.failures.clear()
        await poll_later(story, key)
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_that_stay_are_no_matter(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.graph.secrets["UserName"] = "somebody"
        story.secrets.put(SECRET, token="n3w")
        await poll_later(story, key)
        assert story.graph.secrets["UserName"] == "somebody"
        assert story.condition(key, "ForeignSecretLost") == ("", "")

    async def test_that_vanish_are_told_by_name(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        assert story.condition(key, "ForeignSecretLost") == ("True", "ForeignSecretLost")
        assert story.condition(key, "Stalled") == ("True", "ForeignSecretLost")
        assert "UserName vanished" in story.message(key, "ForeignSecretLost")
        assert "somebody" not in str(story.status(key)["conditions"]).replace("somebody else", "")

    async def test_hold_back_all_writes_of_the_tenant_over_a_restart(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        story.restart()
        other = story.apply(
            resource(
                desired(application=CREDENTIALS, service_principal_id="bbbbbbbb-5b0e-4b57-9a43-1d1d6a3f8e02"),
                name="other",
                created_at=NOW,
            )
        )
        story.graph.put.clear()
        story.secrets.put(SECRET, token="third")
        for each in (key, other):
            await poll_later(story, each)
            await poll_later(story, each)
            assert story.condition(each, "Stalled") == ("True", "ForeignSecretLost")
        assert f"SynchronizationJob {key} says ForeignSecretLost" in story.message(other, "Stalled")
        assert story.graph.put == []

    async def test_are_written_again_once_a_person_has_looked(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        story.secrets.put(SECRET, token="third")
        await poll_later(story, key)
        assert story.graph.secrets["SecretToken"] == "third"
        assert story.condition(key, "ForeignSecretLost") == ("", "")

    async def test_that_vanish_again_need_another_look(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        story.edit(key, annotations=dict(story.server.stored[key].annotations) | {FOREIGN_SECRET_ANNOTATION: "true"})
        await poll_later(story, key)
        story.graph.secrets["UserName"] = "again"
        await poll_later(story, key, HOUR)
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.secrets.put(SECRET, token="fourth")
        await poll_later(story, key)
        await story.run_until(key, UNTIL_SURE)
        assert FOREIGN_SECRET_ANNOTATION not in story.server.stored[key].annotations
        assert story.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_are_looked_for_after_a_lost_answer_too(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.graph.secrets["UserName"] = "somebody"
        await poll_later(story, key, HOUR)
        story.graph.store = lambda entries: {**entries, "UserName": ""}
        story.graph.fail("put_secrets", LOST, is_done=True)
        story.secrets.put(SECRET, token="n3w")
        await poll_later(story, key)
        await story.run_until(key, UNTIL_SURE)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"

    async def test_stay_told_while_the_resource_is_suspended(self, story: ReconcilerHarness) -> None:
        key = await lose_foreign_secret(story)
        story.edit(key, desired=desired(application=CREDENTIALS, is_suspended=True))
        await story.run(key)
        assert story.condition(key, "ForeignSecretLost")[0] == "True"
