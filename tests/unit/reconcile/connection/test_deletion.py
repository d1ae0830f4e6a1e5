"""A GraphConnection that is deleted, and the jobs that still need its credential."""

import pytest

from entrasync.core.decision.errors import Disconnected
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import Awaited, Fault
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

DEFAULT = ObjectKey("identity", "default")


class TestADefaultThatWentWhereTheInstallHasItsOwn:
    @pytest.fixture
    def harness(self) -> ConnectionHarness:
        return ConnectionHarness(DEFAULT, own=True)

    async def test_is_forgotten_once_every_job_goes_by_the_installs_own(self, harness: ConnectionHarness) -> None:
        harness.references.resources.put(resource(status={"tenantId": TENANT}))
        await harness.run(connection(key=DEFAULT))
        harness.store.remove(DEFAULT, "uid-1")
        assert await harness.run() == Outcome(None)
        assert harness.connections.find(resource(is_deleting=True)).key is None
        await harness.logins.close()
        assert harness.entra.opened[0].is_closed

    async def test_is_kept_for_jobs_of_its_tenant_which_the_installs_own_cannot_delete(
        self, harness: ConnectionHarness
    ) -> None:
        spec = client_secret_spec(tenantId=OTHER_TENANT)
        harness.references.resources.put(resource(status={"tenantId": OTHER_TENANT}))
        await harness.run(connection(spec, key=DEFAULT))
        harness.store.remove(DEFAULT, "uid-1")
        assert await harness.run() == Outcome(POLL)
        assert harness.connections.find(resource()).key is None
        assert harness.connections.find(resource(status={"tenantId": OTHER_TENANT}, is_deleting=True)).key == DEFAULT

    async def test_is_forgotten_for_jobs_that_never_came_to_a_tenant(self, harness: ConnectionHarness) -> None:
        harness.references.resources.put(resource())
        await harness.run(connection(key=DEFAULT))
        harness.store.remove(DEFAULT, "uid-1")
        assert await harness.run() == Outcome(None)


class TestDeletion:
    async def test_of_a_job_ends_by_what_last_worked_after_the_secret_went(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.remove(SECRET)
        await harness.poll()
        assert harness.connections.find(job_by_connection(is_deleting=True)).api is harness.entra.opened[0].api
        with pytest.raises(Disconnected):
            harness.connections.find(job_by_connection())

    async def test_of_a_job_ends_by_what_last_worked_after_the_connection_went(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.references.resources.put(job_by_connection(is_deleting=True))
        harness.store.remove(KEY, "uid-1")
        assert await harness.run() == Outcome(POLL)
        assert harness.connections.find(job_by_connection(is_deleting=True)).api is harness.entra.opened[0].api
        with pytest.raises(Disconnected, match="There is no GraphConnection identity/contoso"):
            harness.connections.find(job_by_connection())

    async def test_forgets_what_last_worked_when_no_job_goes_by_it_any_more(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.store.remove(KEY, "uid-1")
        assert await harness.run() == Outcome(None)
        with pytest.raises(Disconnected):
            harness.connections.find(job_by_connection(is_deleting=True))
        await harness.logins.close()
        assert harness.entra.opened[0].is_closed

    async def test_and_another_under_its_name_leave_no_job_to_the_credential_that_went(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.references.resources.put(job_by_connection())
        harness.entra.trouble = True
        harness.store.remove(KEY, "uid-1")
        await harness.run(connection(client_secret_spec(tenantId=OTHER_TENANT), uid="uid-2", resource_version="9"))
        assert harness.connections.find(job_by_connection()).api is harness.entra.opened[1].api, (
            "which asks Entra for itself"
        )
        assert harness.connections.find(job_by_connection()).api.tenant_id == OTHER_TENANT

    async def test_and_another_under_its_name_that_is_refused_is_told_once(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.secrets.put(SECRET, secret="wrong")
        harness.store.remove(KEY, "uid-1")
        await harness.run(connection(uid="uid-2", resource_version="9"))
        harness.woken.clear()
        await harness.poll()
        assert harness.woken == []
        assert isinstance(harness.connections.get(KEY), Fault)

    async def test_leaves_no_word_to_another_that_comes_under_its_name_during_a_pass(
        self, harness: ConnectionHarness
    ) -> None:
        def make_anew() -> None:
            harness.store.remove(KEY, "uid-1")
            harness.apply(connection(uid="uid-2", resource_version="9"))

        harness.server.meanwhile = make_anew
        with pytest.raises(ResourceChanged):
            await harness.run(connection())
        assert (harness.status, harness.recorded.reasons) == ({}, [])

    async def test_a_connection_made_anew_proves_itself_anew(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.references.resources.put(job_by_connection())
        harness.store.remove(KEY, "uid-1")
        await harness.run()
        await harness.run(connection(uid="uid-2", resource_version="9"))
        assert harness.entra.logins == ["right", "right"]
        assert harness.connections.find(job_by_connection()).api is harness.entra.opened[1].api
        assert not isinstance(harness.connections.get(KEY), Awaited)
