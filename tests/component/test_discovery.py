"""Kopf asks once what the API server serves, and never watches a kind that is missing in the answer."""

import asyncio
from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import kopf
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from entrasync.api.names import CONNECTION_PLURAL, GROUP, PLURAL, PROVISIONING_PLURAL, VERSION
from entrasync.kube.client import crd_discovery as discovery
from entrasync.kube.client.authentication import Authentication
from entrasync.kube.client.crd_discovery import complete_discovery
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.kube.client.session import open_session
from entrasync.kube.watch.kopf_host import Hosting, host
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.engine.store import Store

ALL_KINDS = (CONNECTION_PLURAL, PLURAL, PROVISIONING_PLURAL)
OURS = f"/apis/{GROUP}/{VERSION}"


def describe_kind(plural: str, *, namespaced: bool = True) -> dict[str, Any]:
    names = {"name": plural, "kind": plural, "singularName": plural}
    return names | {"namespaced": namespaced, "verbs": ["list", "watch"]}


class LaggingServer:
    """An API server that serves our kinds, but lists all in discovery only at the third request."""

    def __init__(self, prefix: str) -> None:
        self.requests: Counter[str] = Counter()
        self.listed: set[str] = set()
        self.has_listed_all = asyncio.Event()
        self.app = web.Application()
        self.app.router.add_get(prefix + "/api", self.serve_core)
        self.app.router.add_get(prefix + "/api/v1", self.serve_core)
        self.app.router.add_get(prefix + "/apis", self.serve_groups)
        self.app.router.add_get(prefix + OURS, self.serve_kinds)
        self.app.router.add_get(prefix + OURS + "/{plural}", self.list)

    async def serve_core(self, _: web.Request) -> web.Response:
        return web.json_response({"versions": ["v1"], "resources": [describe_kind("namespaces", namespaced=False)]})

    async def serve_groups(self, _: web.Request) -> web.Response:
        self.requests["/apis"] += 1
        version = {"groupVersion": f"{GROUP}/{VERSION}", "version": VERSION}
        ours = {"name": GROUP, "versions": [version], "preferredVersion": version}
        return web.json_response({"groups": [ours] if self.requests["/apis"] > 2 else []})

    async def serve_kinds(self, _: web.Request) -> web.Response:
        self.requests[OURS] += 1
        if self.requests[OURS] == 1:
            return web.json_response({"kind": "Status", "code": 404}, status=404)
        plurals = ALL_KINDS if self.requests[OURS] > 2 else (CONNECTION_PLURAL,)
        return web.json_response({"resources": [describe_kind(plural) for plural in plurals]})

    async def list(self, request: web.Request) -> web.Response:
        self.listed.add(request.match_info["plural"])
        if self.listed == set(ALL_KINDS):
            self.has_listed_all.set()
        if "watch" in request.query:
            await asyncio.Event().wait()
        return web.json_response({"metadata": {"resourceVersion": "1"}, "items": []})


@pytest.mark.parametrize("prefix", ["", "/k8s/clusters/local"], ids=["direct", "behind a proxy's path"])
async def test_our_kinds_are_watched_when_discovery_lists_them_late(
    monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    async def nothing() -> None:
        pass

    monkeypatch.setattr(discovery, "RETRY_INTERVAL_SECONDS", 0)
    lagging, stop = LaggingServer(prefix), asyncio.Event()
    informer = SimpleNamespace(prune=lambda *_: None)
    kinds = [
        cast("WatchedKind[Any]", SimpleNamespace(plural=plural, store=Store(), informer=informer))
        for plural in ALL_KINDS
    ]
    async with TestServer(lagging.app) as server:
        info = kopf.ConnectionInfo(server=str(server.make_url(prefix)).rstrip("/"))
        session = open_session(info, complete_discovery, authentication=Authentication(None))
        hosted = asyncio.create_task(host(Hosting(session, kinds, NamespaceAccess(), nothing, nothing), stop=stop))
        async with asyncio.timeout(60), session.aiohttp_session:
            await lagging.has_listed_all.wait()
            stop.set()
            await hosted


async def test_discovery_of_other_groups_is_not_repeated() -> None:
    requests: list[str] = []

    async def answer(_: web.Request) -> web.Response:
        requests.append("once")
        return web.json_response({"resources": []})

    app = web.Application()
    app.router.add_get("/apis/apps/v1", answer)
    async with (
        TestServer(app) as server,
        aiohttp.ClientSession(middlewares=[complete_discovery]) as session,
        session.get(server.make_url("/apis/apps/v1")) as found,
    ):
        assert await found.json() == {"resources": []}
    assert requests == ["once"]
