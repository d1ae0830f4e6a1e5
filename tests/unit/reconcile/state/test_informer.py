"""The informer of SynchronizationJobs: it enqueues what is new once, whether the watch or a list shows it first."""

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
from entrasync.reconcile.state.jobs import JobStore
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
    """Lists its items. `meanwhile` is called after the last of them."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def list_all(self, namespace: str | None = None) -> AsyncIterator[Resource]:
        for item in self.items:
            yield read_resource(item)
        self.meanwhile()


class InformerHarness:
    """A complete store, its queue and its informer."""

    def __init__(self) -> None:
        clock = StillClock(NOW)
        self.server, self.resources, self.queue = Server(), JobStore(), WorkQueue(clock)
        self.informer = JobInformer(self.resources, self.queue, clock=clock)
        self.resources.is_complete = True

    def show_event(self, event_type: str | None, *items: dict[str, Any]) -> None:
        for item in items:
            self.informer.handle_event(event_type, read_resource(item))

    async def show_list(self, *items: dict[str, Any]) -> None:
        self.server.items = list(items)
        await sync_kind(WatchedKind(cast("JobClient", self.server), self.informer), NamespaceAccess())

    async def enqueued(self) -> list[tuple[str, bool]]:
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
def harness() -> InformerHarness:
    return InformerHarness()


class TestChange:
    @pytest.mark.parametrize("news", [EDITED, DELETING], ids=["edited", "deleting"])
    @pytest.mark.parametrize("is_listed_first", [True, False], ids=["list first", "watch first"])
    async def test_enqueues_the_resource_once_whether_list_or_watch_is_first(
        self, harness: InformerHarness, news: dict[str, Any], is_listed_first: bool
    ) -> None:
        harness.show_event("ADDED", raw())
        await harness.enqueued()
        if is_listed_first:
            await harness.show_list(news)
        else:
            harness.show_event("MODIFIED", news)
        assert await harness.enqueued() == [("a", True)]
        harness.show_event("MODIFIED", news)
        await harness.show_list(news)
        assert await harness.enqueued() == []

    async def test_enqueues_a_new_resource_once_when_its_watch_event_follows_a_list(
        self, harness: InformerHarness
    ) -> None:
        await harness.show_list(raw())
        harness.show_event("ADDED", raw())
        assert await harness.enqueued() == [("a", True)]

    async def test_of_status_alone_enqueues_nothing(self, harness: InformerHarness) -> None:
        harness.show_event("ADDED", raw())
        await harness.enqueued()
        harness.show_event("MODIFIED", raw(version=2) | {"status": {"observedGeneration": 1}})
        assert await harness.enqueued() == []
        [known] = harness.resources
        assert known.resource_version == "2"

    async def test_of_our_own_finalizer_and_annotations_enqueues_nothing(self, harness: InformerHarness) -> None:
        harness.show_event("ADDED", raw(finalizers=[]))
        await harness.enqueued()
        ours = {"entrasync.io/job-id": "scim.1", "entrasync.io/job-origin": "Created"}
        harness.show_event("MODIFIED", raw(version=2), raw(version=3, annotations=ours))
        assert await harness.enqueued() == []
        harness.show_event("MODIFIED", raw(version=4, annotations=ours | {"entrasync.io/abandon": "true"}))
        assert await harness.enqueued() == [("a", True)]

    async def test_in_the_first_list_is_not_urgent(self, harness: InformerHarness) -> None:
        harness.resources.is_complete = False
        await harness.show_list(raw() | {"status": {"observedGeneration": 1}})
        assert await harness.enqueued() == [("a", False)]
        assert harness.resources.is_complete


class TestDeletion:
    @pytest.mark.parametrize("is_listed", [True, False], ids=["by a list", "by the watch"])
    async def test_enqueues_the_resource_and_its_neighbours(self, harness: InformerHarness, is_listed: bool) -> None:
        others = [raw("b"), raw("elsewhere", principal=OTHER_PRINCIPAL)]
        harness.show_event("ADDED", raw(), *others)
        await harness.enqueued()
        if is_listed:
            await harness.show_list(*others)
        else:
            harness.show_event("DELETED", raw())
        assert await harness.enqueued() == [("a", False), ("b", False)]
        assert harness.uids() == {"uid-of-b", "uid-of-elsewhere"}

    async def test_shown_late_leaves_the_resource_that_was_created_again(self, harness: InformerHarness) -> None:
        harness.show_event("ADDED", raw())
        await harness.show_list(raw(uid="new", version=5))
        harness.show_event("DELETED", raw(version=4))
        assert harness.uids() == {"new"}
        harness.show_event("MODIFIED", raw(uid="new", version=6, generation=2))
        [known] = harness.resources
        assert known.generation == 2

    async def test_shown_while_a_list_is_read_is_not_undone_by_the_list(self, harness: InformerHarness) -> None:
        harness.show_event("ADDED", raw())
        harness.server.meanwhile = lambda: harness.show_event("DELETED", raw(version=2))
        await harness.show_list(raw())
        assert harness.uids() == set()

    async def test_and_creation_of_the_same_name_while_a_list_is_read_are_told_apart(
        self, harness: InformerHarness
    ) -> None:
        harness.show_event("ADDED", raw())
        harness.server.meanwhile = lambda: harness.show_event("ADDED", raw(uid="new", version=5))
        await harness.show_list()
        assert harness.uids() == {"new"}


async def test_enqueue_all_enqueues_every_resource(harness: InformerHarness) -> None:
    harness.show_event(None, raw("a"), raw("b"))
    await harness.enqueued()
    harness.informer.enqueue_all()
    assert await harness.enqueued() == [("a", False), ("b", False)]


class TestFirstList:
    async def test_an_edit_that_was_made_while_no_process_was_there_is_urgent(self, harness: InformerHarness) -> None:
        harness.resources.is_complete = False
        answered = raw("a", generation=2) | {"status": {"observedGeneration": 2}}
        edited = raw("b", generation=3) | {"status": {"observedGeneration": 2}}
        new = raw("c") | {"status": {"observedGeneration": -1}}
        harness.show_event(None, answered, new, edited)
        assert await harness.enqueued() == [("b", True), ("c", True), ("a", False)]
