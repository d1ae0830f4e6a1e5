"""A GraphConnection that does not work says why and is tried again."""

from dataclasses import replace

import pytest

from entrasync.reconcile.connection.registry import Fault
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.connection_story import (
    KEY,
    POLL,
    SECRET,
    ConnectionStory,
    client_secret_spec,
    connection,
)
from tests.support.facts import minutes


class TestAConnectionThatDoesNotWork:
    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (None, "There is no Secret identity/entra. Create it in namespace identity"),
            ({}, "Secret identity/entra has no key secret. It is empty."),
            ({"other": "x", "more": "y"}, "Secret identity/entra has no key secret. It has: more, other."),
            ({"secret": " \n"}, "Key secret of Secret identity/entra is empty."),
        ],
    )
    async def test_says_what_is_wrong_with_its_secret(
        self, story: ConnectionStory, data: dict[str, str] | None, words: str
    ) -> None:
        story.secrets.remove(SECRET)
        if data is not None:
            story.secrets.put(SECRET, **data)
        assert await story.run(connection()) == Outcome(POLL)
        status, reason, message = story.condition()
        assert (status, reason) == ("False", "SecretUnreadable")
        assert words in message
        assert story.condition("Stalled") == ("True", "SecretUnreadable", message)
        assert story.entra.logins == []

    async def test_says_what_entra_says(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        assert story.condition() == ("False", "CredentialRefused", "AADSTS7000215: Invalid client secret")
        assert story.told.reasons == ["CredentialRefused"]
        assert story.connections.get(KEY) == Fault("CredentialRefused", "AADSTS7000215: Invalid client secret")

    async def test_says_which_right_is_missing(self, story: ConnectionStory) -> None:
        story.secrets.forbidden.add(KEY.namespace)
        await story.run(connection())
        assert story.condition()[1] == "SecretUnreadable"
        assert "lacks the right get" in story.condition()[2]

    async def test_names_a_cloud_that_nobody_knows(self, story: ConnectionStory) -> None:
        await story.run(connection(client_secret_spec(cloud="Mars")))
        assert story.condition()[:2] == ("False", "CloudUnknown")

    async def test_says_once_that_its_stored_spec_cannot_be_read(self, story: ConnectionStory) -> None:
        await story.run(replace(connection(), spec=None, invalid_spec="spec.tenantId: Field required"))
        assert story.condition()[1] == "InvalidSpec"
        assert "spec.tenantId: Field required" in story.condition()[2]

    async def test_is_tried_again_at_each_poll_and_says_it_once(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        await story.poll()
        await story.poll()
        assert story.entra.logins == ["wrong"] * 3
        assert len(story.server.writes) == 1
        assert story.told.reasons == ["CredentialRefused"]

    async def test_is_tried_again_within_minutes_however_rare_the_polls(self) -> None:
        story = ConnectionStory(poll_interval=minutes(24 * 60))
        story.secrets.put(SECRET, secret="wrong")
        assert await story.run(connection()) == Outcome(minutes(5))

    async def test_works_again_once_its_secret_is_mended(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        story.secrets.put(SECRET, secret="right")
        await story.poll()
        assert story.condition()[:2] == ("True", "Connected")
        assert story.condition("Stalled") == ("", "", "")
        assert story.told.reasons == ["CredentialRefused", "Connected"]

    async def test_forgets_what_the_refused_credential_was_allowed(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="wrong")
        await story.poll()
        assert not {"roles", "missingPermissions"} & set(story.status)

    async def test_closes_what_it_tried_in_vain(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        await story.poll()
        assert all(access.is_closed for access in story.entra.opened)
