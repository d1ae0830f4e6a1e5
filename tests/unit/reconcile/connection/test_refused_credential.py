"""Entra refuses a credential while a pass of a job uses it."""

from entrasync.core.decision.errors import Halted, Transient
from entrasync.reconcile.connection.registry import Connection
from tests.support.connection_harness import (
    KEY,
    SECRET,
    ConnectionHarness,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT
from tests.support.halts import waits


class TestCredentialRefusedDuringPass:
    async def test_a_credential_refused_during_a_pass_requeues_the_connection_and_all_its_jobs(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.requeued.clear()
        harness.entra.good.clear()
        reported = harness.entra.opened[0].use()
        assert isinstance(reported, Halted)
        assert reported.message == (
            "GraphConnection identity/contoso is not ready (CredentialRefused): AADSTS7000215: Invalid client secret"
        )
        assert harness.requeued == [KEY]
        assert (await harness.dependents.connection_queue.take()).key == KEY
        with waits() as error:
            harness.connections.find(job_by_connection())
        assert error.value.message == reported.message

    async def test_a_refusal_confirmed_by_the_connection_requeues_nothing_twice(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.entra.good.clear()
        harness.entra.opened[0].use()
        harness.entra.opened[0].use()
        harness.requeued.clear()
        await harness.run()
        assert harness.condition()[:2] == ("False", "CredentialRefused")
        assert harness.requeued == []

    async def test_a_refusal_ends_when_entra_accepts_the_credential_again(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.entra.good.clear()
        harness.entra.opened[0].use()
        harness.entra.good = {"right"}
        await harness.run()
        assert harness.connections.find(job_by_connection()).api is harness.entra.opened[0].api
        assert len(harness.server.writes) == 1

    async def test_a_refusal_is_reported_although_the_connection_then_finds_an_outage(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.entra.good.clear()
        harness.entra.opened[0].use()
        harness.entra.trouble = True
        assert (await harness.run()).is_failure
        assert harness.condition()[:2] == ("False", "CredentialRefused")

    async def test_a_refusal_of_a_replaced_client_does_not_affect_the_new_one(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        proof = {"clientId": TENANT, "secretRef": {"name": SECRET.name, "key": "secret"}}
        harness.secrets.put(SECRET, secret="new")
        harness.entra.good = {"new"}
        await harness.run(connection(client_secret_spec(clientSecret=proof), generation=2))
        harness.requeued.clear()
        assert isinstance(harness.entra.opened[0].use(), Transient), "the pass starts again, and its record is undone"
        assert isinstance(harness.connections.get(KEY), Connection)
        assert harness.requeued == []

    async def test_a_refusal_for_a_deleted_connection_does_not_recreate_it(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.store.remove(KEY, "uid-1")
        await harness.run()
        harness.entra.good.clear()
        harness.entra.opened[0].use()
        assert harness.connections.get(KEY) is None
