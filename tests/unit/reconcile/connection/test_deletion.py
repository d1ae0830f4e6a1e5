"""A GraphConnection that is deleted, and the jobs that still need its credential."""

import pytest

from entrasync.core.decision.errors import Disconnected
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import Awaited, Fault
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from tests.support.connection_story import (
    KEY,
    OTHER_TENANT,
    POLL,
    SECRET,
    ConnectionStory,
    client_secret_spec,
    connection,
    job_by_connection,
)
from tests.support.facts import TENANT, resource

DEFAULT = ObjectKey("identity", "default")


class TestADefaultThatWentWhereTheInstallHasItsOwn:
    @pytest.fixture
    def story(self) -> ConnectionStory:
        return ConnectionStory(DEFAULT, own=True)

    async def test_is_forgotten_once_every_job_goes_by_the_installs_own(self, story: ConnectionStory) -> None:
        story.references.resources.put(resource(status={"tenantId": TENANT}))
        await story.run(connection(key=DEFAULT))
        story.store.remove(DEFAULT, "uid-1")
        assert await story.run() == Outcome(None)
        assert story.connections.find(resource(is_deleting=True)).key is None
        await story.logins.close()
        assert story.entra.opened[0].is_closed

    async def test_is_kept_for_jobs_of_its_tenant_which_the_installs_own_cannot_delete(
        self, story: ConnectionStory
    ) -> None:
        spec = client_secret_spec(tenantId=OTHER_TENANT)
        story.references.resources.put(resource(status={"tenantId": OTHER_TENANT}))
        await story.run(connection(spec, key=DEFAULT))
        story.store.remove(DEFAULT, "uid-1")
        assert await story.run() == Outcome(POLL)
        assert story.connections.find(resource()).key is None
        assert story.connections.find(resource(status={"tenantId": OTHER_TENANT}, is_deleting=True)).key == DEFAULT

    async def test_is_forgotten_for_jobs_that_never_came_to_a_tenant(self, story: ConnectionStory) -> None:
        story.references.resources.put(resource())
        await story.run(connection(key=DEFAULT))
        story.store.remove(DEFAULT, "uid-1")
        assert await story.run() == Outcome(None)


class TestDeletion:
    async def test_of_a_job_ends_by_what_last_worked_after_the_secret_went(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.remove(SECRET)
        await story.poll()
        assert story.connections.find(job_by_connection(is_deleting=True)).api is story.entra.opened[0].api
        with pytest.raises(Disconnected):
            story.connections.find(job_by_connection())

    async def test_of_a_job_ends_by_what_last_worked_after_the_connection_went(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.references.resources.put(job_by_connection(is_deleting=True))
        story.store.remove(KEY, "uid-1")
        assert await story.run() == Outcome(POLL)
        assert story.connections.find(job_by_connection(is_deleting=True)).api is story.entra.opened[0].api
        with pytest.raises(Disconnected, match="There is no GraphConnection identity/contoso"):
            story.connections.find(job_by_connection())

    async def test_forgets_what_last_worked_when_no_job_goes_by_it_any_more(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.store.remove(KEY, "uid-1")
        assert await story.run() == Outcome(None)
        with pytest.raises(Disconnected):
            story.connections.find(job_by_connection(is_deleting=True))
        await story.logins.close()
        assert story.entra.opened[0].is_closed

    async def test_and_another_under_its_name_leave_no_job_to_the_credential_that_went(
        self, story: ConnectionStory
    ) -> None:
        await story.run(connection())
        story.references.resources.put(job_by_connection())
        story.entra.trouble = True
        story.store.remove(KEY, "uid-1")
        await story.run(connection(client_secret_spec(tenantId=OTHER_TENANT), uid="uid-2", resource_version="9"))
        assert story.connections.find(job_by_connection()).api is story.entra.opened[1].api, (
            "which asks Entra for itself"
        )
        assert story.connections.find(job_by_connection()).api.tenant_id == OTHER_TENANT

    async def test_and_another_under_its_name_that_is_refused_is_told_once(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.secrets.put(SECRET, secret="wrong")
        story.store.remove(KEY, "uid-1")
        await story.run(connection(uid="uid-2", resource_version="9"))
        story.woken.clear()
        await story.poll()
        assert story.woken == []
        assert isinstance(story.connections.get(KEY), Fault)

    async def test_leaves_no_word_to_another_that_comes_under_its_name_during_a_pass(
        self, story: ConnectionStory
    ) -> None:
        def make_anew() -> None:
            story.store.remove(KEY, "uid-1")
            story.apply(connection(uid="uid-2", resource_version="9"))

        story.server.meanwhile = make_anew
        with pytest.raises(ResourceChanged):
            await story.run(connection())
        assert (story.status, story.told.reasons) == ({}, [])

    async def test_a_connection_made_anew_proves_itself_anew(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.references.resources.put(job_by_connection())
        story.store.remove(KEY, "uid-1")
        await story.run()
        await story.run(connection(uid="uid-2", resource_version="9"))
        assert story.entra.logins == ["right", "right"]
        assert story.connections.find(job_by_connection()).api is story.entra.opened[1].api
        assert not isinstance(story.connections.get(KEY), Awaited)
