"""Secrets that the spec no longer names are removed from Graph."""

from tests.support.application_passes import CREDENTIALS, poll_later, refused_by_target, settle_application
from tests.support.facts import (
    application,
    desired,
    minutes,
)
from tests.support.reconciler_harness import ReconcilerHarness

URL = {"BaseAddress": "https://scim"}


class TestRemoval:
    async def test_an_entry_removed_from_the_spec_is_removed_from_graph(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await harness.run(key)
        assert harness.graph.put == [{**URL, "SecretToken": ""}]
        assert harness.status(key)["application"]["keys"] == ["BaseAddress"]
        assert harness.recorded.reasons == ["SecretsRemoved"]

    async def test_an_entry_that_graph_refuses_to_remove_is_reported_once(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(
            harness, application("BaseAddress=https://scim", 'Domain={"domain":"x"}', "UserName=u")
        )
        harness.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        harness.graph.fail("put_secrets", refused_by_target(), times=2)
        await harness.run(key)
        await poll_later(harness, key)
        assert harness.graph.put == [{**URL, "UserName": ""}]
        assert harness.recorded.reasons == ["SecretsRemoved", "SecretNotRemovable"]
        assert "Graph does not remove Domain" in harness.recorded.events[1].message
        assert harness.status(key)["application"]["keys"] == ["BaseAddress"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_an_entry_that_graph_silently_keeps_is_sent_twice_and_reported(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await settle_application(
            harness, application("BaseAddress=https://scim", 'Domain={"domain":"x"}', "UserName=u")
        )
        harness.graph.store = lambda entries: {name: value for name, value in entries.items() if name != "Domain"}
        harness.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await harness.run(key)
        assert [event.message for event in harness.recorded.events] == ["Removed UserName from Graph."]
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await harness.run_until(key, minutes(20))
        assert harness.graph.put == [{**URL, "Domain": "", "UserName": ""}, {**URL, "Domain": ""}]
        assert harness.recorded.reasons == ["SecretsRemoved", "SecretNotRemovable"]
        assert harness.status(key)["application"]["keys"] == ["BaseAddress"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_removal_that_a_stale_read_does_not_show_is_read_again(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        stale = {"SecretToken": "*", "BaseAddress": "https://scim"}
        shown = iter([stale, stale, stale])
        harness.graph.show = lambda secrets: next(shown, None) or secrets
        await harness.run(key)
        assert harness.recorded.reasons == []
        await harness.run_until(key, minutes(2))
        assert harness.graph.put == [{**URL, "SecretToken": ""}]
        assert harness.status(key)["application"]["keys"] == ["BaseAddress"]
        assert harness.recorded.reasons == ["SecretsRemoved"]

    async def test_a_removed_application_leaves_all_secrets_in_graph(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.graph.writes == []
        assert "application" not in harness.status(key)
        assert harness.condition(key, "CredentialsValid") == ("", "")

    async def test_a_removed_application_is_forgotten_by_the_process(self, harness: ReconcilerHarness) -> None:
        key = await settle_application(harness)
        harness.edit(key, desired=desired())
        await harness.run(key)
        harness.edit(key, desired=desired(application=CREDENTIALS))
        await harness.run(key)
        assert harness.graph.put == [{**URL, "SecretToken": "s3cret"}]
