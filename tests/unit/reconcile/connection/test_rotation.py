"""A rotated credential that Entra does not accept yet."""

from entrasync.core.connection.identity import SecretProof
from entrasync.reconcile.connection.registry import Connection, Fault
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.connection_story import (
    KEY,
    SECRET,
    ConnectionStory,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT, minutes


class TestARotationThatEntraDoesNotKnowYet:
    async def test_is_told_and_leaves_the_jobs_to_the_credential_before_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        before = story.connections.find(job_by_connection())
        story.woken.clear()
        story.secrets.put(SECRET, secret="renewed")
        assert await story.poll() == Outcome(minutes(1))
        assert story.condition()[:2] == ("False", "CredentialRefused")
        assert "Its jobs go on by what Entra took before" in story.condition("Stalled")[2]
        assert story.connections.find(job_by_connection()) == before
        assert story.woken == []

    async def test_is_told_once(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        for _ in range(3):
            await story.poll(minutes(1))
        assert len(story.server.writes) == 2
        assert story.told.reasons == ["Connected", "CredentialRefused"]

    async def test_ends_when_entra_takes_it(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        await story.poll()
        story.entra.good = {"renewed"}
        await story.poll(minutes(1))
        assert story.condition()[:2] == ("True", "Connected")
        assert story.entra.opened[0].proof == SecretProof("renewed", "key secret of Secret identity/entra")

    async def test_breaks_the_jobs_once_no_token_can_be_had(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        await story.poll()
        story.entra.good.clear()
        story.entra.opened[0].has_token = False
        await story.poll(minutes(1))
        assert story.connections.get(KEY) == Fault("CredentialRefused", "AADSTS7000215: Invalid client secret")
        assert "go on" not in story.condition()[2]

    async def test_leaves_the_jobs_alone_while_entra_cannot_be_asked_for_another_token(
        self, story: ConnectionStory
    ) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        await story.poll()
        story.entra.opened[0].has_token, story.entra.trouble = False, True
        assert (await story.poll(minutes(1))).is_failure
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_does_not_hold_for_an_app_that_the_spec_names_no_longer(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="of another app")
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        await story.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        assert isinstance(story.connections.get(KEY), Fault)
