"""A GraphConnection that is deleted, and the jobs that still need its credential."""

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import ConnectionFault, UntriedConnection
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.connection_harness import (
    KEY,
    OTHER_TENANT,
    POLL,
    SECRET,
    ConnectionHarness,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT, resource
from tests.support.halts import waits

DEFAULT = ObjectKey("identity", "default")


class TestDeletedDefaultBesideTheInstallsOwn:
    @pytest.fixture
    def harness(self) -> ConnectionHarness:
        return ConnectionHarness(DEFAULT, own=True)

    async def test_a_deleted_default_is_forgotten_once_every_job_uses_the_installs_own(
        self, harness: ConnectionHarness
    ) -> None:
        harness.dependents.resources.put(resource(status={"tenantId": TENANT}))
        await harness.run(connection(key=DEFAULT))
        harness.store.remove(DEFAULT, "uid-1")
        assert await harness.run() == Outcome(None)
        assert harness.connections.find(resource(is_deleting=True)).key is None
        await harness.logins.close()
        assert harness.entra.opened[0].is_closed

    async def test_a_deleted_default_is_kept_for_jobs_of_its_tenant_which_the_installs_own_cannot_delete(
        self, harness: ConnectionHarness
    ) -> None:
        spec = client_secret_spec(tenantId=OTHER_TENANT)
        harness.dependents.resources.put(resource(status={"tenantId": OTHER_TENANT}))
        await harness.run(connection(spec, key=DEFAULT))
        harness.store.remove(DEFAULT, "uid-1")
        assert await harness.run() == Outcome(POLL)
        assert harness.connections.find(resource()).key is None
        assert harness.connections.find(resource(status={"tenantId": OTHER_TENANT}, is_deleting=True)).key == DEFAULT

    async def test_a_deleted_default_is_forgotten_where_no_job_has_a_tenant(self, harness: ConnectionHarness) -> None:
        harness.dependents.resources.put(resource())
        await harness.run(connection(key=DEFAULT))
        harness.store.remove(DEFAULT, "uid-1")
        assert await harness.run() == Outcome(None)


class TestDeletedConnection:
    async def test_a_job_is_deleted_by_the_last_working_credential_after_the_secret_is_deleted(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.secrets.remove(SECRET)
        await harness.poll()
        assert harness.connections.find(job_by_connection(is_deleting=True)).api is harness.entra.opened[0].api
        with waits():
            harness.connections.find(job_by_connection())

    async def test_a_job_is_deleted_by_the_last_working_credential_after_the_connection_is_deleted(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.dependents.resources.put(job_by_connection(is_deleting=True))
        harness.store.remove(KEY, "uid-1")
        assert await harness.run() == Outcome(POLL)
        assert harness.connections.find(job_by_connection(is_deleting=True)).api is harness.entra.opened[0].api
        with waits(match="There is no GraphConnection identity/contoso"):
            harness.connections.find(job_by_connection())

    async def test_a_deleted_connection_is_forgotten_when_no_job_uses_it_any_more(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.store.remove(KEY, "uid-1")
        assert await harness.run() == Outcome(None)
        with waits():
            harness.connections.find(job_by_connection(is_deleting=True))
        await harness.logins.close()
        assert harness.entra.opened[0].is_closed

    async def test_a_recreated_connection_leaves_no_job_to_the_old_credential(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.dependents.resources.put(job_by_connection())
        harness.entra.trouble = True
        harness.store.remove(KEY, "uid-1")
        await harness.run(connection(client_secret_spec(tenantId=OTHER_TENANT), uid="uid-2", resource_version="9"))
        assert harness.connections.find(job_by_connection()).api is harness.entra.opened[1].api, (
            "which asks Entra for itself"
        )
        assert harness.connections.find(job_by_connection()).api.tenant_id == OTHER_TENANT

    async def test_a_recreated_connection_that_is_refused_is_reported_once(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="wrong")
        harness.store.remove(KEY, "uid-1")
        await harness.run(connection(uid="uid-2", resource_version="9"))
        harness.requeued.clear()
        await harness.poll()
        assert harness.requeued == []
        assert isinstance(harness.connections.get(KEY), ConnectionFault)

    async def test_a_connection_recreated_during_a_pass_gets_no_status_of_the_old_one(
        self, harness: ConnectionHarness
    ) -> None:
        def make_anew() -> None:
            harness.store.remove(KEY, "uid-1")
            harness.apply(connection(uid="uid-2", resource_version="9"))

        harness.server.meanwhile = make_anew
        with pytest.raises(ResourceChanged):
            await harness.run(connection())
        assert (harness.status, harness.recorded.reasons) == ({}, [])

    async def test_a_recreated_connection_logs_in_again(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.dependents.resources.put(job_by_connection())
        harness.store.remove(KEY, "uid-1")
        await harness.run()
        await harness.run(connection(uid="uid-2", resource_version="9"))
        assert harness.entra.logins == ["right", "right"]
        assert harness.connections.find(job_by_connection()).api is harness.entra.opened[1].api
        assert not isinstance(harness.connections.get(KEY), UntriedConnection)
