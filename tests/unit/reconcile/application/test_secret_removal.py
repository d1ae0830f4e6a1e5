"""Secrets that the spec no longer names are removed from Graph."""

from tests.support.application_passes import CREDENTIALS, poll_later, refused_by_target, settle_application
from tests.support.facts import (
    application,
    desired,
    minutes,
)
from tests.support.reconciler_harness import ReconcilerHarness


class TestRemoval:
    async def test_of_an_entry_takes_it_out_of_graph(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await story.run(key)
        assert story.graph.put == [{"SecretToken": ""}]
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.told.reasons == ["SecretsRemoved"]

    async def test_of_what_graph_keeps_is_told_once_and_given_up(self, story: ReconcilerHarness) -> None:
        key = await settle_application(
            story, application("BaseAddress=https://scim", 'Domain={"domain":"x"}', "UserName=u")
        )
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        story.graph.fail("put_secrets", refused_by_target(), times=2)
        await story.run(key)
        await poll_later(story, key)
        assert story.graph.put == [{"UserName": ""}]
        assert story.told.reasons == ["SecretsRemoved", "SecretNotRemovable"]
        assert "Graph does not remove Domain" in story.told.events[1].message
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_what_graph_keeps_without_a_word_is_tried_twice_and_told(self, story: ReconcilerHarness) -> None:
        key = await settle_application(
            story, application("BaseAddress=https://scim", 'Domain={"domain":"x"}', "UserName=u")
        )
        story.graph.store = lambda entries: {name: value for name, value in entries.items() if name != "Domain"}
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        await story.run(key)
        assert [event.message for event in story.told.events] == ["Removed UserName from Graph."]
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await story.run_until(key, minutes(20))
        assert story.graph.put == [{"Domain": "", "UserName": ""}, {"Domain": ""}]
        assert story.told.reasons == ["SecretsRemoved", "SecretNotRemovable"]
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_that_a_stale_read_does_not_show_is_looked_at_again(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.edit(key, desired=desired(application=application("BaseAddress=https://scim")))
        stale = {"SecretToken": "*", "BaseAddress": "https://scim"}
        shown = iter([stale, stale, stale])
        story.graph.show = lambda secrets: next(shown, None) or secrets
        await story.run(key)
        assert story.told.reasons == []
        await story.run_until(key, minutes(2))
        assert story.graph.put == [{"SecretToken": ""}]
        assert story.status(key)["application"]["keys"] == ["BaseAddress"]
        assert story.told.reasons == ["SecretsRemoved"]

    async def test_of_the_application_leaves_all_as_it_is(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.graph.writes == []
        assert "application" not in story.status(key)
        assert story.condition(key, "CredentialsValid") == ("", "")

    async def test_of_the_application_gives_up_what_is_known_of_it(self, story: ReconcilerHarness) -> None:
        key = await settle_application(story)
        story.edit(key, desired=desired())
        await story.run(key)
        story.edit(key, desired=desired(application=CREDENTIALS))
        await story.run(key)
        assert story.graph.put == [{"SecretToken": "s3cret"}]
