"""Entra or the API server cannot be asked."""

import pytest

from entrasync.core.decision.errors import Disconnected
from entrasync.reconcile.connection.registry import Connection
from tests.support.connection_harness import KEY, SECRET, ConnectionHarness, connection, job_by_connection
from tests.support.facts import minutes


class TestEntraInTrouble:
    async def test_leaves_what_is_said_of_a_connection_that_works(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.entra.trouble = True
        harness.entra.opened[0].has_token = False
        outcome = await harness.poll()
        assert outcome.is_failure
        assert harness.condition()[0] == "True"
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_is_told_when_it_lasts(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.entra.trouble = True
        harness.entra.opened[0].has_token = False
        for _ in range(4):
            await harness.poll()
        assert harness.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")
        assert harness.condition("Reconciling")[0] == "True"

    async def test_in_turns_with_refusals_is_told_once(self, harness: ConnectionHarness) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        for _ in range(4):
            harness.entra.trouble = not harness.entra.trouble
            await harness.poll()
        assert len(harness.server.writes) == 1
        assert harness.recorded.reasons == ["CredentialRefused"]

    async def test_in_turns_with_a_refused_rotation_is_told_once(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        for _ in range(4):
            await harness.poll(minutes(1))
            harness.entra.trouble = not harness.entra.trouble
        assert harness.recorded.reasons == ["Connected", "CredentialRefused"]

    async def test_that_lasts_is_told_of_a_refused_credential_too(self, harness: ConnectionHarness) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        harness.entra.trouble = True
        for _ in range(5):
            await harness.poll()
        assert harness.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")

    async def test_at_the_start_lets_jobs_ask_for_themselves(self, harness: ConnectionHarness) -> None:
        harness.entra.trouble = True
        assert (await harness.run(connection())).is_failure
        assert harness.condition()[:2] == ("Unknown", "GraphUnreachable")
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_keeps_the_credential_that_worked(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.entra.trouble = True
        harness.secrets.put(SECRET, secret="rotated")
        await harness.poll()
        assert harness.connections.get(KEY) == Connection(
            KEY, harness.entra.opened[0].api, harness.connections.find(job_by_connection()).listings
        )
        assert harness.condition()[0] == "True"


class TestSecretsThatTheApiServerCannotServe:
    async def test_are_tried_again_and_leave_a_connection_that_works_alone(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.is_down = True
        assert (await harness.poll()).is_failure
        assert harness.condition()[0] == "True"
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_are_told_to_jobs_that_wait_when_it_lasts(self, harness: ConnectionHarness) -> None:
        harness.secrets.is_down = True
        await harness.run(connection())
        assert harness.condition()[:2] == ("Unknown", "SecretUnreadable")
        assert harness.connections.is_awaited(job_by_connection()), "one lost call is no news"
        for _ in range(3):
            await harness.poll()
        with pytest.raises(Disconnected, match="the store cannot decrypt"):
            harness.connections.find(job_by_connection())
