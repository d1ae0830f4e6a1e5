"""Keys that spec.application does not name: they are sent along, or nothing is saved, as a save may replace all."""

import json
from typing import Any

import pytest

from entrasync.api.policies import DeletionPolicy
from tests.support.application_passes import CREDENTIALS, SECRET, apply_application, poll_later, settle_application
from tests.support.facts import application, desired, remote_job
from tests.support.reconciler_harness import ReconcilerHarness

URL = {"BaseAddress": "https://scim"}
PORTAL = URL | {"SecretToken": "portal", "SyncAll": "false", "SyncNotificationSettings": '{"Enabled":true}'}
"""What the portal stores for a SCIM app."""

THRESHOLD = application(accidentalDeletions={"threshold": 50})


async def apply_at(harness: ReconcilerHarness, stored: dict[str, str], spec: Any) -> Any:
    """Apply a resource to a service principal that has secrets already, and reconcile it until its job would run."""
    harness.graph.secrets = dict(stored)
    key = apply_application(harness, spec)
    await harness.run(key)
    await poll_later(harness, key)
    return key


@pytest.fixture(params=[True, False], ids=["a Graph that replaces", "a Graph that merges"], autouse=True)
def graph(request: pytest.FixtureRequest, harness: ReconcilerHarness) -> None:
    """Whether a PUT of secrets replaces all of them or merges."""
    harness.graph.puts_replace = request.param


class TestMaskedKeysOfOthers:
    @pytest.mark.parametrize(
        "spec",
        [
            THRESHOLD,
            application(scope="All"),
            application(skip="Skip"),
            application(notifications={"recipients": ["iam@example.com"]}),
            application("BaseAddress=https://other"),
        ],
        ids=["threshold", "scope", "out-of-scope deletions", "notifications", "credentials"],
    )
    async def test_nothing_is_saved_and_the_message_has_both_ways_out(
        self, harness: ReconcilerHarness, spec: Any
    ) -> None:
        key = await apply_at(harness, PORTAL, spec)
        assert harness.graph.put == harness.graph.tried == []
        assert harness.graph.secrets == PORTAL
        assert harness.condition(key, "Stalled") == ("True", "OtherKeysAtRisk")
        message = harness.message(key, "Stalled")
        assert "Graph masks SecretToken of service principal" in message
        assert "Add SecretToken to spec.application.credentials.entries" in message
        assert "or set spec.application.credentials.otherKeys to Overwrite" in message
        assert message.endswith("The job is not started before that.")
        assert "start_job" not in harness.graph.calls

    async def test_a_job_that_runs_already_goes_on_running(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = await apply_at(harness, PORTAL, THRESHOLD)
        assert harness.condition(key, "Stalled") == ("True", "OtherKeysAtRisk")
        assert "is not started" not in harness.message(key, "Stalled")

    async def test_a_key_that_is_put_into_entries_is_saved_with_the_rest(self, harness: ReconcilerHarness) -> None:
        key = await apply_at(harness, PORTAL, THRESHOLD)
        entries = ("BaseAddress=https://scim", "SecretToken<scim.token")
        harness.edit(key, desired=desired(application=application(*entries, accidentalDeletions={"threshold": 50})))
        await harness.run(key)
        assert harness.graph.secrets["SecretToken"] == "s3cret"
        assert harness.graph.secrets["SyncAll"] == "false"
        assert json.loads(harness.graph.secrets["SyncNotificationSettings"])["DeleteThresholdValue"] == 50

    async def test_overwrite_saves_and_says_which_keys_may_be_lost(self, harness: ReconcilerHarness) -> None:
        key = await apply_at(harness, PORTAL, THRESHOLD)
        credentials: dict[str, Any] = {"credentials": {"otherKeys": "Overwrite"}}
        harness.edit(
            key, desired=desired(application=application(accidentalDeletions={"threshold": 50}, **credentials))
        )
        await harness.run(key)
        [put] = harness.graph.put
        assert put.keys() == {"BaseAddress", "SyncAll", "SyncNotificationSettings"}
        assert harness.recorded.reasons.count("OtherKeysAtRisk") == 2  # the Stalled before, and the Event of the save
        assert [event.message for event in harness.recorded.events if "may be lost, as" in event.message]
        for _ in range(30):
            await poll_later(harness, key)
        assert harness.condition(key, "ForeignSecretLost") == ("", "")
        assert harness.graph.put == [put]

    async def test_a_masked_key_that_nothing_is_saved_beside_is_no_fault(self, harness: ReconcilerHarness) -> None:
        key = await apply_at(harness, PORTAL | {"SyncAll": "true"}, application(scope="All"))
        assert harness.graph.put == []
        assert harness.condition(key, "Stalled") == ("", "")

    async def test_an_entry_is_not_removed_beside_a_masked_key_of_others(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["Password"] = "somebody's"
        harness.edit(key, desired=desired(application=application("SecretToken<scim.token")))
        await harness.run(key)
        assert harness.graph.put == []
        assert harness.condition(key, "Stalled") == ("True", "OtherKeysAtRisk")
        assert "masks Password" in harness.message(key, "Stalled")


class TestShownKeysOfOthers:
    async def test_they_are_sent_along_as_they_were_read(self, harness: ReconcilerHarness) -> None:
        stored = {"UserName": "somebody", "SyncAll": "false", "Domain": '{"domain":"x"}'}
        key = await apply_at(harness, stored, THRESHOLD)
        [put] = harness.graph.put
        assert stored.items() <= put.items()
        assert stored.items() <= harness.graph.secrets.items()
        assert harness.condition(key, "Stalled") == ("", "")

    async def test_they_outlive_a_rotation_and_a_removal(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.graph.secrets["UserName"] = "somebody"
        harness.secrets.put(SECRET, token="n3w")
        await poll_later(harness, key)
        assert harness.graph.secrets == URL | {"UserName": "somebody", "SecretToken": "n3w"}
        harness.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await harness.run(key)
        assert harness.graph.secrets == URL | {"UserName": "somebody"}


class TestDeletion:
    REMOVE = application("BaseAddress=https://scim", "SecretToken<scim.token", scope="All", onDelete="Remove")

    async def test_a_removal_keeps_what_is_not_ours(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness, self.REMOVE, deletion_policy=DeletionPolicy.RETAIN)
        harness.graph.secrets["UserName"] = "somebody"
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.graph.secrets == {"SyncAll": "true", "UserName": "somebody"}
        assert key not in harness.server.stored

    async def test_a_removal_beside_a_masked_key_of_others_blocks_the_deletion(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(harness, self.REMOVE)
        harness.graph.secrets["Password"] = "somebody's"
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "masks Password" in harness.message(key, "Stalled")
        assert "entrasync.io/abandon" in harness.message(key, "Stalled")
        spec = application("BaseAddress=https://scim", onDelete="Remove", otherKeys="Overwrite")
        harness.edit(key, desired=desired(application=spec))
        await poll_later(harness, key)
        assert key not in harness.server.stored


class TestNothingOfOthers:
    async def test_credentials_alone_are_saved_where_there_is_nothing_else(self, harness: ReconcilerHarness) -> None:
        key = await apply_at(harness, {}, CREDENTIALS)
        assert harness.graph.secrets == URL | {"SecretToken": "s3cret"}
        assert harness.condition(key, "Stalled") == ("", "")
