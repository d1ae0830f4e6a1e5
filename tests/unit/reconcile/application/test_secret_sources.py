"""The Secrets that spec.application names: those that cannot be read, and those that change."""

from datetime import timedelta

import pytest

from tests.support.application_passes import SECRET, apply_application, poll_later, settle_application
from tests.support.facts import (
    remote_job,
)
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness


class TestUnreadableSecrets:
    @pytest.mark.parametrize(
        ("data", "words"),
        [({"other": "x"}, "has no key token"), ({"token": ""}, "is empty")],
    )
    async def test_say_which_key_is_wrong(self, story: ReconcilerHarness, data: dict[str, str], words: str) -> None:
        story.secrets.put(SECRET, **data)
        key = apply_application(story)
        await story.run(key)
        assert words in story.message(key, "Stalled")

    async def test_that_may_not_be_read_say_which_right_is_missing(self, story: ReconcilerHarness) -> None:
        story.secrets.forbidden.add("identity")
        key = apply_application(story)
        await story.run(key)
        assert "lacks the right get" in story.message(key, "Stalled")

    async def test_do_not_stop_the_mirror(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.remove(SECRET)
        job_id = story.server.stored[key].held_job_id or ""
        story.graph.add(remote_job(job_id, countSuccessiveCompleteFailures=7))
        await poll_later(story, key)
        assert story.condition(key, "Stalled") == ("True", "SecretUnreadable")
        assert story.status(key)["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 7
        assert story.graph.writes == []


class TestRotation:
    async def test_a_new_value_is_tried_and_saved_alone(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="n3w")
        await poll_later(story, key)
        assert story.graph.tried == [{"BaseAddress": "https://scim", "SecretToken": "n3w"}]
        assert story.graph.put == [{"SecretToken": "n3w"}]
        assert story.status(key)["application"]["sources"][0]["resourceVersion"] == "2"
        assert story.told.reasons == ["SecretsSaved"]

    async def test_an_equal_value_is_not_sent_and_the_version_is_noted(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="s3cret")
        await poll_later(story, key)
        assert story.graph.put == []
        assert story.graph.tried == []
        assert story.status(key)["application"]["sources"][0]["resourceVersion"] == "2"

    async def test_after_a_restart_the_same_version_is_not_sent(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.restart()
        await poll_later(story, key)
        assert story.graph.calls == ["list_jobs"]

    async def test_after_a_restart_an_equal_value_of_the_known_version_is_known_again(
        self, story: ReconcilerHarness
    ) -> None:
        key = await settle_application(story)
        story.restart()
        await poll_later(story, key)
        story.secrets.put(SECRET, token="s3cret")
        await poll_later(story, key)
        assert story.graph.put == []

    async def test_after_a_restart_a_new_version_costs_one_save(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.restart()
        story.secrets.put(SECRET, token="s3cret")
        await poll_later(story, key)
        await poll_later(story, key)
        assert story.graph.put == [{"SecretToken": "s3cret"}]

    async def test_a_lost_answer_is_sent_again(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.secrets.put(SECRET, token="n3w")
        story.graph.fail("put_secrets", LOST)
        await poll_later(story, key)
        assert story.condition(key, "Reconciling")[0] == "True"
        await poll_later(story, key)
        assert story.graph.secrets["SecretToken"] == "n3w"
        assert story.condition(key, "Ready")[0] == "True"

    async def test_a_value_that_came_back_after_a_lost_answer_is_sent(self, story: ReconcilerHarness) -> None:
        """Graph may have taken the one between: nothing is known of a masked value any more."""
        key = await settle_application(story)
        story.secrets.put(SECRET, token="n3w")
        story.graph.fail("put_secrets", LOST, is_done=True)
        await poll_later(story, key, timedelta(seconds=1))
        story.secrets.put(SECRET, token="s3cret")
        await poll_later(story, key)
        assert story.graph.secrets["SecretToken"] == "s3cret"
