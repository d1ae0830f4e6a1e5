"""A rotated credential that Entra does not accept yet."""

from entrasync.core.connection.identity import SecretProof
from entrasync.reconcile.connection.registry import Connection, ConnectionFault
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


class TestRotationUnknownToEntra:
    async def test_a_rotation_unknown_to_entra_is_reported_and_its_jobs_keep_the_old_credential(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        before = harness.connections.find(job_by_connection())
        harness.requeued.clear()
        harness.secrets.put(SECRET, secret="renewed")
        assert await harness.poll() == Outcome(minutes(1))
        assert harness.condition()[:2] == ("False", "CredentialRefused")
        assert "Its jobs go on by what Entra took before" in harness.condition("Stalled")[2]
        assert harness.connections.find(job_by_connection()) == before
        assert harness.requeued == []

    async def test_a_rotation_unknown_to_entra_is_reported_once(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        for _ in range(3):
            await harness.poll(minutes(1))
        assert len(harness.server.writes) == 2
        assert harness.recorded.reasons == ["Connected", "CredentialRefused"]

    async def test_a_rotation_is_complete_when_entra_accepts_the_credential(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        await harness.poll()
        harness.entra.good = {"renewed"}
        await harness.poll(minutes(1))
        assert harness.condition()[:2] == ("True", "Connected")
        assert harness.entra.opened[0].proof == SecretProof("renewed", "key secret of Secret identity/entra")

    async def test_a_rotation_unknown_to_entra_breaks_its_jobs_once_the_old_token_has_expired(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        await harness.poll()
        harness.entra.good.clear()
        harness.entra.opened[0].has_token = False
        await harness.poll(minutes(1))
        assert harness.connections.get(KEY) == ConnectionFault(
            "CredentialRefused", "AADSTS7000215: Invalid client secret"
        )
        assert "go on" not in harness.condition()[2]

    async def test_a_rotation_does_not_break_its_jobs_during_an_outage_of_entra(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="renewed")
        await harness.poll()
        harness.entra.opened[0].has_token, harness.entra.trouble = False, True
        assert (await harness.poll(minutes(1))).is_failure
        assert isinstance(harness.connections.get(KEY), Connection)

    async def test_the_old_credential_is_not_kept_for_an_app_that_the_spec_no_longer_names(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="of another app")
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        await harness.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        assert isinstance(harness.connections.get(KEY), ConnectionFault)
