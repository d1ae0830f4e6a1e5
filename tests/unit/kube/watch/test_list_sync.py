"""Complete lists: what a store takes from them when namespaces refuse, and when lists fail."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.kube.client import namespace_access
from entrasync.kube.client.api_client import ApiClient, Forbidden
from entrasync.kube.client.namespace_access import Namespace, NamespaceAccess
from entrasync.kube.objects.synchronization_jobs import JobClient
from entrasync.kube.watch.list_sync import keep_in_sync, recheck_refused, sync_kind
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.engine.informer import Informer
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.informer import JobInformer
from entrasync.reconcile.state.jobs import JobStore
from tests.support.answers import Answers, pass_answer
from tests.support.facts import NOW, resource
from tests.support.still_clock import StillClock

JOBS = "https://api/apis/entrasync.io/v1alpha1/namespaces/{}/synchronizationjobs"


class Server(Informer[Resource]):
    """Lists one resource per namespace; passes each answer on as the session does. Remembers what is enqueued."""

    plural = "synchronizationjobs"

    def __init__(self, *namespaces: str) -> None:
        self.resources, clock = JobStore(), StillClock(NOW)
        super().__init__(self.resources, WorkQueue(clock), clock=clock)
        self.access, self.refused, self.enqueued = NamespaceAccess(namespaces), set[Namespace](), list[Namespace]()
        self.kind = WatchedKind(cast("JobClient", self), self)

    async def list_all(self, namespace: Namespace) -> AsyncIterator[Resource]:
        await pass_answer(self.access, 403 if namespace in self.refused else 200, JOBS.format(namespace))
        if namespace in self.refused:
            raise Forbidden("its words")
        yield resource(key=ObjectKey(namespace or "", "job"), uid=f"uid-in-{namespace}")

    def enqueue_all(self, namespace: Namespace = None) -> None:
        self.enqueued.append(namespace)

    def namespaces(self) -> set[str]:
        return {known.key.namespace for known in self.resources}


class TestSyncKind:
    async def test_completes_without_a_refused_namespace_after_the_startup_grace(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = Server("team-a", "team-b")
        server.refused = {"team-a"}
        await sync_kind(server.kind, server.access)
        assert not server.resources.is_complete
        monkeypatch.setattr(namespace_access, "STARTUP_GRACE_SECONDS", 0.0)
        await sync_kind(server.kind, server.access)
        assert server.resources.is_complete
        assert server.namespaces() == {"team-b"}

    async def test_never_completes_while_all_namespaces_refuse(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(namespace_access, "STARTUP_GRACE_SECONDS", 0.0)
        server = Server("team-a")
        server.refused = {"team-a"}
        await sync_kind(server.kind, server.access)
        assert not server.resources.is_complete


class TestRecheckRefused:
    async def test_resources_of_a_namespace_that_is_refused_later_are_kept(self) -> None:
        server = Server("team-a", "team-b")
        await sync_kind(server.kind, server.access)
        server.refused = {"team-a"}
        await sync_kind(server.kind, server.access)
        assert server.namespaces() == {"team-a", "team-b"}

    async def test_enqueues_all_resources_of_a_namespace_that_answers_again(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("entrasync.kube.watch.list_sync.REFUSED_RECHECK_INTERVAL_SECONDS", 0)
        server = Server("team-a", "team-b")
        server.refused = {"team-a"}
        await sync_kind(server.kind, server.access)
        looking = asyncio.create_task(recheck_refused([server.kind], server.access))
        await let_run()
        assert server.enqueued == []
        server.refused.clear()
        await let_run()
        assert server.enqueued == ["team-a"]
        assert server.namespaces() == {"team-a", "team-b"}
        looking.cancel()


class TestKeepInSync:
    @pytest.mark.parametrize(("status", "body"), [(409, {}), (404, {}), (500, {}), (200, "<html>")])
    async def test_goes_on_after_an_answer_that_is_no_list(
        self, status: int, body: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("entrasync.kube.watch.list_sync.RESYNC_INTERVAL_SECONDS", 0)
        answers, resources, clock = Answers(), JobStore(), StillClock(NOW)
        resources.put(resource())
        answers.say(status, body)
        answers.say(200, {"items": []})
        client = JobClient(ApiClient("https://api", answers.session), resources)
        kind = WatchedKind(client, JobInformer(resources, WorkQueue(clock), clock=clock))
        comparing = asyncio.create_task(keep_in_sync(kind, NamespaceAccess()))
        await let_run()
        assert not comparing.done()
        assert len(resources) == 0, "the next list was read"
        comparing.cancel()


async def let_run() -> None:
    for _ in range(50):
        await asyncio.sleep(0)
