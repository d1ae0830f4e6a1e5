"""Entra or the API server cannot be asked."""

from entrasync.reconcile.connection.registry import Connection
from tests.support.connection_harness import KEY, SECRET, ConnectionHarness, connection, job_by_connection
from tests.support.facts import minutes
from tests.support.halts import waits


class TestEntraOutage:
    async def test_a_short_outage_of_entra_leaves_the_status_of_a_working_connection(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.entra.trouble = True
        harness.entra.opened[0].has_token = False
        outcome = await harness.poll()
        assert outcome.is_failure
        assert harness.condition()[0] == "True"
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_a_connection_counts_as_logged_in_once_entra_has_answered(self, harness: ConnectionHarness) -> None:
        harness.entra.trouble = True
        await harness.run(connection())
        before = harness.connections.get(KEY)
        assert isinstance(before, Connection)
        assert not before.has_logged_in
        assert not harness.connections.shares_tenant(job_by_connection(), before)
        harness.entra.trouble = False
        await harness.poll()
        after = harness.connections.get(KEY)
        assert isinstance(after, Connection)
        assert after.has_logged_in
        assert harness.connections.shares_tenant(job_by_connection(), after)

    async def test_a_long_outage_of_entra_is_reported(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.entra.trouble = True
        harness.entra.opened[0].has_token = False
        for _ in range(4):
            await harness.poll()
        assert harness.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")
        assert harness.condition("Reconciling")[0] == "True"

    async def test_an_outage_of_entra_alternating_with_refusals_is_reported_once(
        self, harness: ConnectionHarness
    ) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        for _ in range(4):
            harness.entra.trouble = not harness.entra.trouble
            await harness.poll()
        assert len(harness.server.writes) == 1
        assert harness.recorded.reasons == ["CredentialRefused"]

    async def test_an_outage_of_entra_alternating_with_a_refused_rotation_is_reported_once(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        for _ in range(4):
            await harness.poll(minutes(1))
            harness.entra.trouble = not harness.entra.trouble
        assert harness.recorded.reasons == ["Connected", "CredentialRefused"]

    async def test_a_long_outage_of_entra_is_reported_over_a_refused_credential_too(
        self, harness: ConnectionHarness
    ) -> None:
        harness.secrets.put(SECRET, secret="wrong")
        await harness.run(connection())
        harness.entra.trouble = True
        for _ in range(5):
            await harness.poll()
        assert harness.condition() == ("Unknown", "GraphUnreachable", "No answer from Entra")

    async def test_an_outage_of_entra_at_the_start_lets_jobs_ask_for_tokens_themselves(
        self, harness: ConnectionHarness
    ) -> None:
        harness.entra.trouble = True
        assert (await harness.run(connection())).is_failure
        assert harness.condition()[:2] == ("Unknown", "GraphUnreachable")
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_an_outage_of_entra_keeps_the_credential_that_worked(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.entra.trouble = True
        harness.secrets.put(SECRET, secret="rotated")
        await harness.poll()
        assert harness.connections.get(KEY) == Connection(
            KEY, harness.entra.opened[0].api, harness.connections.find(job_by_connection()).listings
        )
        assert harness.condition()[0] == "True"


class TestApiServerOutage:
    async def test_a_secret_that_the_api_server_cannot_serve_leaves_a_working_connection_as_it_is(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.is_down = True
        assert (await harness.poll()).is_failure
        assert harness.condition()[0] == "True"
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_a_secret_that_the_api_server_cannot_serve_for_long_is_reported_to_waiting_jobs(
        self, harness: ConnectionHarness
    ) -> None:
        harness.secrets.is_down = True
        await harness.run(connection())
        assert harness.condition()[:2] == ("Unknown", "SecretUnreadable")
        assert harness.connections.is_untried(job_by_connection()), "one failed call is not reported"
        for _ in range(3):
            await harness.poll()
        with waits(match="the store cannot decrypt"):
            harness.connections.find(job_by_connection())
