"""The Secrets that spec.application names: those that cannot be read, and those that change."""

from datetime import timedelta

import pytest

from tests.support.application_passes import SECRET, apply_application, poll_later, settle_application
from tests.support.facts import application, remote_job
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness


class TestUnreadableSecrets:
    @pytest.mark.parametrize(
        ("data", "words"),
        [({"other": "x"}, "has no key token"), ({"token": ""}, "is empty"), ({"token": "\n"}, "is empty")],
    )
    async def test_a_secret_with_a_wrong_key_is_reported_with_the_key(
        self, harness: ReconcilerHarness, data: dict[str, str], words: str
    ) -> None:
        harness.secrets.put(SECRET, **data)
        key = apply_application(harness)
        await harness.run(key)
        assert words in harness.message(key, "Stalled")

    async def test_a_secret_that_may_not_be_read_is_reported_with_the_missing_right(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.secrets.forbidden.add("identity")
        key = apply_application(harness)
        await harness.run(key)
        assert "lacks the right get" in harness.message(key, "Stalled")

    async def test_a_secret_without_the_label_is_not_sent_and_the_message_has_the_command(
        self, harness: ReconcilerHarness
    ) -> None:
        """Whoever may create SynchronizationJobs could otherwise have any Secret sent to an address of his choice."""
        harness.secrets.unlabelled.add(SECRET)
        key = apply_application(harness)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "SecretUnreadable")
        command = "kubectl label secret scim --namespace identity entrasync.io/watch=true"
        assert command in harness.message(key, "Stalled")
        assert harness.graph.tried == harness.graph.put == []

    async def test_a_secret_that_loses_its_label_is_used_no_more(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="n3w")
        harness.secrets.unlabelled.add(SECRET)
        await poll_later(harness, key)
        assert harness.condition(key, "Stalled") == ("True", "SecretUnreadable")
        assert harness.graph.put == []

    async def test_an_unreadable_secret_does_not_stop_the_mirror(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.remove(SECRET)
        job_id = harness.server.stored[key].held_job_id or ""
        harness.graph.add(remote_job(job_id, countSuccessiveCompleteFailures=7))
        await poll_later(harness, key)
        assert harness.condition(key, "Stalled") == ("True", "SecretUnreadable")
        assert harness.status(key)["synchronizationStatus"]["countSuccessiveCompleteFailures"] == 7
        assert harness.graph.writes == []


class TestLineBreaks:
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
    async def test_a_line_break_at_the_end_of_a_secret_is_not_sent(self, harness: ReconcilerHarness, end: str) -> None:
        """`kubectl create secret --from-file` keeps the line break of the file."""
        harness.secrets.put(SECRET, token=f"s3cret{end}")
        await harness.run(apply_application(harness))
        assert harness.graph.secrets["SecretToken"] == "s3cret"

    async def test_a_line_break_at_the_end_of_a_value_in_spec_is_not_sent(self, harness: ReconcilerHarness) -> None:
        await harness.run(apply_application(harness, application("BaseAddress=https://scim\n")))
        assert harness.graph.secrets["BaseAddress"] == "https://scim"

    async def test_white_space_inside_or_before_a_secret_is_sent_as_it_is(self, harness: ReconcilerHarness) -> None:
        harness.secrets.put(SECRET, token=" one\ntwo ")
        await harness.run(apply_application(harness))
        assert harness.graph.secrets["SecretToken"] == " one\ntwo "


class TestRotation:
    async def test_a_new_value_is_validated_and_saved_with_what_is_to_stay(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        assert harness.graph.tried == [{"BaseAddress": "https://scim", "SecretToken": "n3w"}]
        assert harness.graph.put == [{"BaseAddress": "https://scim", "SecretToken": "n3w"}]
        assert harness.status(key)["application"]["sources"][0]["resourceVersion"] == "2"
        assert harness.recorded.reasons == ["SecretsSaved"]

    async def test_an_equal_value_is_not_sent_and_its_version_is_recorded(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="s3cret")
        await poll_later(harness, key)
        assert harness.graph.put == []
        assert harness.graph.tried == []
        assert harness.status(key)["application"]["sources"][0]["resourceVersion"] == "2"

    async def test_the_same_version_of_a_secret_is_not_sent_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.restart()
        await poll_later(harness, key)
        assert harness.graph.calls == ["list_jobs"]

    async def test_an_equal_value_in_a_new_version_is_not_sent_once_the_old_version_was_read(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        harness.restart()
        await poll_later(harness, key)
        harness.secrets.put(SECRET, token="s3cret")
        await poll_later(harness, key)
        assert harness.graph.put == []

    async def test_a_new_version_after_a_restart_costs_one_save(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.restart()
        harness.secrets.put(SECRET, token="s3cret")
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.graph.put == [{"BaseAddress": "https://scim", "SecretToken": "s3cret"}]

    async def test_a_save_whose_answer_was_lost_is_sent_again(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="n3w")
        harness.graph.fail("put_secrets", LOST)
        await poll_later(harness, key)
        assert harness.condition(key, "Reconciling")[0] == "True"
        await poll_later(harness, key)
        assert harness.graph.secrets["SecretToken"] == "n3w"
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_value_that_came_back_after_a_lost_answer_is_sent(self, harness: ReconcilerHarness) -> None:
        """Graph may have stored the value in between, so the masked value is unknown."""
        key = await settle_application(harness)
        harness.secrets.put(SECRET, token="n3w")
        harness.graph.fail("put_secrets", LOST, is_done=True)
        await poll_later(harness, key, timedelta(seconds=1))
        harness.secrets.put(SECRET, token="s3cret")
        await poll_later(harness, key)
        assert harness.graph.secrets["SecretToken"] == "s3cret"
