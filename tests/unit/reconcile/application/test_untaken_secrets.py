"""A save that Graph accepts and never shows: it ends with a person, and is repeated only for another wish."""

from datetime import timedelta
from typing import Any

from tests.support.application_passes import CREDENTIALS, SECRET, apply_application, poll_later
from tests.support.facts import application, desired
from tests.support.reconciler_harness import ReconcilerHarness

SCOPED: Any = application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All")


async def keep_nothing(harness: ReconcilerHarness, spec: Any = CREDENTIALS) -> Any:
    """Apply a resource at a Graph that accepts all secrets and keeps none, for six hours."""
    harness.graph.store = lambda entries: dict.fromkeys(entries, "")
    key = apply_application(harness, spec)
    await harness.run_until(key, timedelta(hours=6))
    return key


class TestUntakenSecrets:
    async def test_secrets_that_never_show_stall_after_the_bound_and_are_sent_once(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await keep_nothing(harness, SCOPED)
        assert len(harness.graph.put) == len(harness.graph.tried) == 1
        assert harness.recorded.reasons.count("SecretsSaved") == 1
        assert harness.condition(key, "Stalled") == ("True", "SecretsNotTaken")
        message = harness.message(key, "Stalled")
        assert "Graph accepted BaseAddress, SecretToken, SyncAll of service principal" in message
        assert message.endswith("The job is not started before that.")
        assert "start_job" not in harness.graph.calls

    async def test_secrets_that_never_show_are_not_sent_again_by_a_restarted_operator(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await keep_nothing(harness, SCOPED)
        harness.restart()
        await harness.run_until(key, timedelta(hours=12))
        assert len(harness.graph.put) == len(harness.graph.tried) == 1
        assert harness.condition(key, "Stalled") == ("True", "SecretsNotTaken")

    async def test_secrets_that_never_showed_are_sent_again_when_the_secret_changes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await keep_nothing(harness)
        harness.graph.store = dict
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.graph.secrets["SecretToken"] == "n3w"
        assert len(harness.graph.put) == 2

    async def test_secrets_that_never_showed_are_sent_again_when_the_spec_changes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await keep_nothing(harness)
        harness.graph.store = dict
        harness.edit(key, desired=desired(application=SCOPED))
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.graph.secrets == {"BaseAddress": "https://scim", "SecretToken": "s3cret", "SyncAll": "true"}
        assert harness.condition(key, "Ready")[0] == "True"
        assert "notTaken" not in harness.status(key)["application"]

    async def test_secrets_that_show_at_last_end_the_stall(self, harness: ReconcilerHarness) -> None:
        key = await keep_nothing(harness)
        harness.graph.secrets = {"BaseAddress": "https://scim", "SecretToken": "s3cret"}
        await poll_later(harness, key)
        await poll_later(harness, key)
        assert harness.condition(key, "Stalled") == ("", "")
        assert "start_job" in harness.graph.calls
        assert len(harness.graph.put) == 1

    async def test_a_threshold_that_never_shows_stalls_too(self, harness: ReconcilerHarness) -> None:
        key = await keep_nothing(harness, application(accidentalDeletions={"threshold": 5}))
        assert len(harness.graph.put) == 1
        assert harness.condition(key, "Stalled") == ("True", "SecretsNotTaken")
