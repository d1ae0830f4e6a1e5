"""Texts of Graph that quote a secret value: they are redacted before they reach status, Events or the log."""

import json
from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.times import write_time
from entrasync.core.remote.jobs import RemoteJob
from tests.support.application_passes import (
    CREDENTIALS,
    HOUR,
    SECRET,
    apply_application,
    poll_later,
    settle_application,
)
from tests.support.facts import JOB, NOW, application, desired, holder, hours, quarantined_job
from tests.support.graph_answers import refused
from tests.support.reconciler_harness import ReconcilerHarness

TOKEN = "canary-tok-9f8e7d6c5b4a"
SAID = f"The target answered 401: invalid bearer {TOKEN}"


def quoting(job_id: str = JOB, said: str = SAID) -> RemoteJob:
    """A job in quarantine whose error quotes the token."""
    error = {"code": "InvalidCredentials", "message": said, "tenantActionable": True}
    return quarantined_job(job_id, error=error, currentBegan=write_time(NOW + hours(1)))


def quote(harness: ReconcilerHarness, key: ObjectKey, said: str = SAID) -> None:
    """Let the job of a resource go into quarantine with this error."""
    harness.graph.add(quoting(harness.server.stored[key].held_job_id or "", said))


def told(harness: ReconcilerHarness) -> str:
    """All that the process wrote: patches and Events, which the log repeats."""
    return json.dumps([harness.server.patches, [event.message for event in harness.recorded.events]])


@pytest.fixture(autouse=True)
def token(harness: ReconcilerHarness) -> None:
    harness.secrets.put(SECRET, token=TOKEN)


class TestQuotedSecrets:
    async def test_a_token_quoted_by_a_quarantine_reaches_neither_status_nor_events(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness)
        quote(harness, key)
        await poll_later(harness, key)
        assert TOKEN not in told(harness)
        assert harness.condition(key, "Quarantined")[0] == "True"
        assert "The target answered 401: invalid bearer *" in harness.message(key, "Quarantined")
        error = harness.status(key)["synchronizationStatus"]["quarantine"]["error"]
        assert error["message"] == "The target answered 401: invalid bearer *"

    async def test_a_token_quoted_before_the_job_was_adopted_is_redacted_in_the_first_status(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(quoting())
        key = harness.apply(holder(wish=desired(application=CREDENTIALS), finalizers=()))
        await harness.run(key)
        assert harness.condition(key, "Quarantined")[0] == "True"
        assert TOKEN not in told(harness)

    async def test_a_token_quoted_by_the_refusal_of_another_call_is_redacted(self, harness: ReconcilerHarness) -> None:
        harness.graph.fail("start_job", refused(400, code="Bad", message=f"No start with {TOKEN}."))
        key = apply_application(harness)
        await harness.run(key)
        assert TOKEN not in told(harness)
        assert "No start with *." in harness.message(key, "Stalled")

    async def test_a_value_that_spec_itself_gives_is_not_redacted(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        quote(harness, key, "https://scim refused the token")
        await poll_later(harness, key)
        assert "https://scim refused the token" in harness.message(key, "Quarantined")

    async def test_a_setting_with_the_value_of_a_secret_is_no_drift(self, harness: ReconcilerHarness) -> None:
        """Rules compare settings with spec, so that they are never redacted."""
        wish: dict[str, Any] = {"settings": (("Name", TOKEN),), "application": application("SecretToken<scim.token")}
        key = harness.apply(holder(wish=desired(**wish)))
        settings = [{"name": "Name", "value": TOKEN}]
        harness.graph.add(RemoteJob(JOB, {**quoting().raw, "synchronizationJobSettings": settings}))
        await harness.run_until(key, HOUR)
        assert "patch_settings" not in harness.graph.calls
