"""A rotated credential that Entra does not accept yet."""

from entrasync.core.connection.identity import SecretProof
from entrasync.reconcile.connection.registry import Connection, Fault
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.connection_harness import (
    KEY,
    SECRET,
    ConnectionHarness,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT, minutes


class TestARotationThatEntraDoesNotKnowYet:
    async def test_is_told_and_leaves_the_jobs_to_the_credential_before_it(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        before = harness.connections.find(job_by_connection())
        harness.woken.clear()
        harness.secrets.put(SECRET, secret="renewed")
        assert await harness.poll() == Outcome(minutes(1))
        assert harness.condition()[:2] == ("False", "CredentialRefused")
        assert "Its jobs go on by what Entra took before" in harness.condition("Stalled")[2]
        assert harness.connections.find(job_by_connection()) == before
        assert harness.woken == []

    async def test_is_told_once(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        for _ in range(3):
            await harness.poll(minutes(1))
        assert len(harness.server.writes) == 2
        assert harness.recorded.reasons == ["Connected", "CredentialRefused"]

    async def test_ends_when_entra_takes_it(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        await harness.poll()
        harness.entra.good = {"renewed"}
        await harness.poll(minutes(1))
        assert harness.condition()[:2] == ("True", "Connected")
        assert harness.entra.opened[0].proof == SecretProof("renewed", "key secret of Secret identity/entra")

    async def test_breaks_the_jobs_once_no_token_can_be_had(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        await harness.poll()
        harness.entra.good.clear()
        harness.entra.opened[0].has_token = False
        await harness.poll(minutes(1))
        assert harness.connections.get(KEY) == Fault("CredentialRefused", "AADSTS7000215: Invalid client secret")
        assert "go on" not in harness.condition()[2]

    async def test_leaves_the_jobs_alone_while_entra_cannot_be_asked_for_another_token(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        await harness.poll()
        harness.entra.opened[0].has_token, harness.entra.trouble = False, True
        assert (await harness.poll(minutes(1))).is_failure
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_does_not_hold_for_an_app_that_the_spec_names_no_longer(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="of another app")
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        await harness.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        assert isinstance(harness.connections.get(KEY), Fault)
