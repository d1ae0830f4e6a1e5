"""What the watch and the lists show is kept, and wakes whom it concerns: whichever tells it first."""

from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import pytest

from entrasync.api.names import FINALIZER
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import read_resource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.kube.watch.list_sync import sync_kind
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.informer import JobInformer
from entrasync.reconcile.state.jobs import Resources
from tests.support.facts import NOW, OTHER_PRINCIPAL, PRINCIPAL
from tests.support.still_clock import StillClock


def raw(name: str = "a", *, version: int = 1, principal: str = PRINCIPAL, **metadata: Any) -> dict[str, Any]:
    """An object as the API server sends it."""
    known = {"name": name, "namespace": "identity", "uid": f"uid-of-{name}", "resourceVersion": str(version)}
    spec = {"servicePrincipal": {"objectId": principal}, "template": {"id": "scim"}}
    return {"metadata": known | {"generation": 1, "finalizers": [FINALIZER]} | metadata, "spec": spec}


EDITED = raw(version=2, generation=2)
DELETING = raw(version=2, deletionTimestamp="2026-11-01T12:00:00Z")


class Server:
    """Lists what it is told to; `meanwhile` happens once the first is read."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def list_all(self, namespace: str | None = None) -> AsyncIterator[Resource]:
        for item in self.items:
            yield read_resource(item)
        self.meanwhile()


class Desk:
    """A store at work, its queue, and who tells it."""

    def __init__(self) -> None:
        clock = StillClock(NOW)
        self.server, self.resources, self.queue = Server(), Resources(), WorkQueue(clock)
        self.informer = JobInformer(self.resources, self.queue, clock=clock)
        self.resources.is_complete = True

    def see(self, event_type: str | None, *items: dict[str, Any]) -> None:
        for item in items:
            self.informer.handle_event(event_type, read_resource(item))

    async def show(self, *items: dict[str, Any]) -> None:
        self.server.items = list(items)
        await sync_kind(WatchedKind(cast("JobClient", self.server), self.informer), NamespaceAccess())

    async def woken(self) -> list[tuple[str, bool]]:
        """Empty the queue: names, and whether each is urgent."""
        found = []
        while len(self.queue):
            ticket = await self.queue.take()
            self.queue.finish(ticket.key)
            found.append((ticket.key.name, ticket.is_urgent))
        return found

    def uids(self) -> set[str]:
        return {known.uid for known in self.resources}


@pytest.fixture
def desk() -> Desk:
    return Desk()


class TestNews:
    @pytest.mark.parametrize("news", [EDITED, DELETING], ids=["edited", "deleting"])
    @pytest.mark.parametrize("is_listed_first", [True, False], ids=["list first", "watch first"])
    async def test_wakes_once_whichever_tells_it_first(
        self, desk: Desk, news: dict[str, Any], is_listed_first: bool
    ) -> None:
        desk.see("ADDED", raw())
        await desk.woken()
        if is_listed_first:
            await desk.show(news)
        else:
            desk.see("MODIFIED", news)
        assert await desk.woken() == [("a", True)]
        desk.see("MODIFIED", news)
        await desk.show(news)
        assert await desk.woken() == []

    async def test_of_a_new_one_wakes_it_though_its_watch_event_is_later_than_the_list(self, desk: Desk) -> None:
        await desk.show(raw())
        desk.see("ADDED", raw())
        assert await desk.woken() == [("a", True)]

    async def test_a_status_is_none(self, desk: Desk) -> None:
        desk.see("ADDED", raw())
        await desk.woken()
        desk.see("MODIFIED", raw(version=2) | {"status": {"observedGeneration": 1}})
        assert await desk.woken() == []
        [known] = desk.resources
        assert known.resource_version == "2"

    async def test_our_own_finalizer_and_job_id_are_none_though_the_watch_tells_before_the_answer(
        self, desk: Desk
    ) -> None:
        desk.see("ADDED", raw(finalizers=[]))
        await desk.woken()
        ours = {"entrasync.io/job-id": "scim.1", "entrasync.io/job-origin": "Created"}
        desk.see("MODIFIED", raw(version=2), raw(version=3, annotations=ours))
        assert await desk.woken() == []
        desk.see("MODIFIED", raw(version=4, annotations=ours | {"entrasync.io/abandon": "true"}))
        assert await desk.woken() == [("a", True)]

    async def test_the_first_list_is_nobodys_edit(self, desk: Desk) -> None:
        desk.resources.is_complete = False
        await desk.show(raw())
        assert await desk.woken() == [("a", False)]
        assert desk.resources.is_complete


class TestADeletion:
    @pytest.mark.parametrize("is_listed", [True, False], ids=["by a list", "by the watch"])
    async def test_wakes_it_and_its_neighbours(self, desk: Desk, is_listed: bool) -> None:
        others = [raw("b"), raw("elsewhere", principal=OTHER_PRINCIPAL)]
        desk.see("ADDED", raw(), *others)
        await desk.woken()
        if is_listed:
            await desk.show(*others)
        else:
            desk.see("DELETED", raw())
        assert await desk.woken() == [("a", False), ("b", False)]
        assert desk.uids() == {"uid-of-b", "uid-of-elsewhere"}

    async def test_told_late_leaves_the_one_that_was_made_anew(self, desk: Desk) -> None:
        desk.see("ADDED", raw())
        await desk.show(raw(uid="new", version=5))
        desk.see("DELETED", raw(version=4))
        assert desk.uids() == {"new"}
        desk.see("MODIFIED", raw(uid="new", version=6, generation=2))
        [known] = desk.resources
        assert known.generation == 2

    async def test_told_while_a_list_is_read_is_not_undone_by_it(self, desk: Desk) -> None:
        desk.see("ADDED", raw())
        desk.server.meanwhile = lambda: desk.see("DELETED", raw(version=2))
        await desk.show(raw())
        assert desk.uids() == set()

    async def test_and_a_new_one_of_its_name_while_a_list_is_read_are_told_apart(self, desk: Desk) -> None:
        desk.see("ADDED", raw())
        desk.server.meanwhile = lambda: desk.see("ADDED", raw(uid="new", version=5))
        await desk.show()
        assert desk.uids() == {"new"}


async def test_all_are_woken_at_the_start(desk: Desk) -> None:
    desk.see(None, raw("a"), raw("b"))
    await desk.woken()
    desk.informer.enqueue_all()
    assert await desk.woken() == [("a", False), ("b", False)]
