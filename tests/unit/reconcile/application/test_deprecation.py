"""The Event about an API version that will lose the calls for secrets."""

from tests.support.application_passes import CREDENTIALS, SECRET, apply_application, poll_later
from tests.support.facts import (
    desired,
    minutes,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestBeta:
    async def test_the_coming_end_of_betas_calls_for_secrets_is_reported_once(self, harness: ReconcilerHarness) -> None:
        harness.graph.is_losing_secrets = True
        key = apply_application(harness)
        await harness.run(key)
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        assert len(harness.graph.put) == 2
        harness.restart()
        harness.edit(key, desired=desired(application=CREDENTIALS, poll_interval=minutes(7)))
        harness.secrets.put(SECRET, token="n3wer")
        await poll_later(harness, key)
        assert len(harness.graph.put) == 3
        [event] = [event for event in harness.recorded.events if event.reason == "SecretsDeprecated"]
        assert "2027-07-06" in event.message
        assert "v1.0" in event.message
