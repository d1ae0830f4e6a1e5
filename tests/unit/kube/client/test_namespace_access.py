"""Which namespaces are refused is learnt from the API server's answers; their resources are left alone, no others."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from yarl import URL

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.kube.client import namespace_access as scope_module
from entrasync.kube.client.api_client import Forbidden
from entrasync.kube.client.namespace_access import Place, Scope
from entrasync.kube.watch.list_sync import Kind, keep_looking, read_all
from entrasync.process.observability.logs import RetryFilter
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.state.jobs import Resources
from tests.support.facts import NOW, resource

JOBS = "https://api/apis/entrasync.io/v1alpha1/namespaces/{}/synchronizationjobs"
REFUSAL = {"message": "its words"}


async def answer(scope: Scope, status: int, url: str, *, method: str = "GET") -> None:
    """Have an answer pass that the API server gave to a call."""

    async def handle(_: Any) -> Any:
        async def read() -> Any:
            return REFUSAL

        return SimpleNamespace(status=status, ok=status < 400, json=read)

    request = cast("Any", SimpleNamespace(method=method, url=URL(url)))
    await scope.record_response(request, handle)


class TestWhatIsRefused:
    async def test_is_told_once_with_what_to_do(self, caplog: pytest.LogCaptureFixture) -> None:
        scope = Scope(["team-a", "team-b"])
        await answer(scope, 403, JOBS.format("team-a"))
        await answer(scope, 403, JOBS.format("team-a") + "?watch=true")
        [record] = caplog.records
        assert "in namespace team-a" in record.message
        assert "helm upgrade" in record.message
        assert getattr(record, "why", "") == "its words"
        assert scope.refused == ("team-a",)
        assert (scope.is_refused("team-a"), scope.is_refused("team-b"), scope.is_closed) == (True, False, False)

    async def test_is_over_when_both_list_and_watch_are_allowed(self) -> None:
        scope = Scope(["team-a"])
        for verb in ("", "?watch=true&timeoutSeconds=300"):
            await answer(scope, 403, JOBS.format("team-a") + verb)
        await answer(scope, 200, JOBS.format("team-a"))
        assert scope.is_closed
        await answer(scope, 200, JOBS.format("team-a") + "?watch=true")
        assert scope.refused == ()

    async def test_is_the_whole_cluster_where_there_are_no_namespaces(self) -> None:
        scope = Scope()
        await answer(scope, 403, "https://api/apis/entrasync.io/v1alpha1/synchronizationjobs?watch=true")
        assert scope.is_closed
        assert scope.is_refused("any")

    @pytest.mark.parametrize(
        ("status", "url"),
        [
            (500, JOBS.format("team-a")),
            (404, JOBS.format("team-a")),
            (403, JOBS.format("stranger")),
            (403, "https://api/api/v1/namespaces/team-a/secrets"),
        ],
    )
    async def test_is_nothing_else(self, status: int, url: str) -> None:
        scope = Scope(["team-a"])
        await answer(scope, status, url)
        assert scope.refused == ()
        assert scope.take_suspected() == set()

    async def test_is_looked_into_once_when_a_write_is_refused(self) -> None:
        scope = Scope(["team-a"])
        await answer(scope, 403, JOBS.format("team-a") + "/job/status", method="PATCH")
        assert scope.refused == ()
        assert [scope.take_suspected(), scope.take_suspected()] == [{"team-a"}, set()]


class ReconcilerHarness:
    def __init__(self) -> None:
        self.looked_at: list[str] = []

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        self.looked_at.append(key.namespace)
        return Outcome(None)

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        pass


async def test_resources_of_a_refused_namespace_are_left_alone() -> None:
    scope, harness = Scope(["team-a", "team-b"]), ReconcilerHarness()
    await answer(scope, 403, JOBS.format("team-a"))
    for namespace in scope.places:
        await scope.guard(harness).reconcile(ObjectKey(namespace or "", "job"), since=NOW)
    assert harness.looked_at == ["team-b"]


class Server:
    """Lists one resource per namespace; says with each answer what a session would have overheard."""

    def __init__(self, *namespaces: str) -> None:
        self.scope, self.refused, self.woken = Scope(namespaces), set[Place](), list[Place]()
        self.resources = Resources()
        self.kind = Kind("synchronizationjobs", self.list_resources, self.resources, self)

    async def list_resources(self, place: Place) -> AsyncIterator[Resource]:
        await answer(self.scope, 403 if place in self.refused else 200, JOBS.format(place))
        if place in self.refused:
            raise Forbidden("its words")
        yield resource(key=ObjectKey(place or "", "job"), uid=f"uid-in-{place}")

    def keep(self, seen: Resource) -> None:
        self.resources.put(seen)

    def prune(self, known_before: Any, present: Any) -> None:
        self.resources.prune(known_before, present)

    def wake_all(self, place: Place = None) -> None:
        self.woken.append(place)

    def namespaces(self) -> set[str]:
        return {known.key.namespace for known in self.resources}


class TestTheFirstList:
    async def test_waits_a_while_for_a_namespace_and_then_does_without_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = Server("team-a", "team-b")
        server.refused = {"team-a"}
        await read_all(server.kind, server.scope)
        assert not server.resources.is_complete
        monkeypatch.setattr(scope_module, "STARTUP_GRACE_SECONDS", 0.0)
        await read_all(server.kind, server.scope)
        assert server.resources.is_complete
        assert server.namespaces() == {"team-b"}

    async def test_is_never_done_without_any_namespace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(scope_module, "STARTUP_GRACE_SECONDS", 0.0)
        server = Server("team-a")
        server.refused = {"team-a"}
        await read_all(server.kind, server.scope)
        assert not server.resources.is_complete


class TestANamespaceThatIsRefusedLater:
    async def test_keeps_its_claims(self) -> None:
        server = Server("team-a", "team-b")
        await read_all(server.kind, server.scope)
        server.refused = {"team-a"}
        await read_all(server.kind, server.scope)
        assert server.namespaces() == {"team-a", "team-b"}

    async def test_is_woken_when_it_answers_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("entrasync.kube.watch.list_sync.BETWEEN_LOOKS", 0)
        server = Server("team-a", "team-b")
        server.refused = {"team-a"}
        await read_all(server.kind, server.scope)
        looking = asyncio.create_task(keep_looking([server.kind], server.scope))
        await let_run()
        assert server.woken == []
        server.refused.clear()
        await let_run()
        assert server.woken == ["team-a"]
        assert server.namespaces() == {"team-a", "team-b"}
        looking.cancel()


async def let_run() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("attempt", "is_told"), [(1, True), (2, False), (300, False)])
def test_kopf_tells_once_that_it_tries_again(attempt: int, is_told: bool) -> None:
    words = f"Request attempt #{attempt} failed; will retry: GET https://api -> APIForbiddenError('x', status=403)"
    record = logging.LogRecord("kopf.clients", logging.ERROR, "", 0, words, None, None)
    assert RetryFilter().filter(record) is is_told
