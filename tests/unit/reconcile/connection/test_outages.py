"""Entra or the API server cannot be asked."""

import pytest

from entrasync.core.decision.errors import Disconnected
from entrasync.reconcile.connection.registry import Connection
from tests.support.connection_story import KEY, SECRET, ConnectionStory, connection, job_by_connection
from tests.support.facts import minutes


class TestEntraInTrouble:
    async def test_leaves_what_is_said_of_a_connection_that_works(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.trouble = True
        story.entra.opened[0].has_token = False
        outcome = await story.poll()
        assert outcome.is_failure
        assert story.condition()[0] == "True"
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_is_told_when_it_lasts(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.trouble = True
        story.entra.opened[0].has_token = False
        for _ in range(4):
            await story.poll()
        assert story.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")
        assert story.condition("Reconciling")[0] == "True"

    async def test_in_turns_with_refusals_is_told_once(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        for _ in range(4):
            story.entra.trouble = not story.entra.trouble
            await story.poll()
        assert len(story.server.writes) == 1
        assert story.told.reasons == ["CredentialRefused"]

    async def test_in_turns_with_a_refused_rotation_is_told_once(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="renewed")
        for _ in range(4):
            await story.poll(minutes(1))
            story.entra.trouble = not story.entra.trouble
        assert story.told.reasons == ["Connected", "CredentialRefused"]

    async def test_that_lasts_is_told_of_a_refused_credential_too(self, story: ConnectionStory) -> None:
        story.secrets.put(SECRET, secret="wrong")
        await story.run(connection())
        story.entra.trouble = True
        for _ in range(5):
            await story.poll()
        assert story.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")

    async def test_at_the_start_lets_jobs_ask_for_themselves(self, story: ConnectionStory) -> None:
        story.entra.trouble = True
        assert (await story.run(connection())).is_failure
        assert story.condition()[:2] == ("Unknown", "GraphUnreachable")
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_keeps_the_credential_that_worked(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.entra.trouble = True
        story.secrets.put(SECRET, secret="rotated")
        await story.poll()
        assert story.connections.get(KEY) == Connection(
            KEY, story.entra.opened[0].api, story.connections.find(job_by_connection()).listings
        )
        assert story.condition()[0] == "True"


class TestSecretsThatTheApiServerCannotServe:
    async def test_are_tried_again_and_leave_a_connection_that_works_alone(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.is_down = True
        assert (await story.poll()).is_failure
        assert story.condition()[0] == "True"
        assert isinstance(story.connections.get(KEY), Connection)

    async def test_are_told_to_jobs_that_wait_when_it_lasts(self, story: ConnectionStory) -> None:
        story.secrets.is_down = True
        await story.run(connection())
        assert story.condition()[:2] == ("Unknown", "SecretUnreadable")
        assert story.connections.is_awaited(job_by_connection()), "one lost call is no news"
        for _ in range(3):
            await story.poll()
        with pytest.raises(Disconnected, match="the store cannot decrypt"):
            story.connections.find(job_by_connection())
