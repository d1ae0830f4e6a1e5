"""The watch of labelled Secrets and ConfigMaps: what it requests, what it reports, and how it recovers."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.watch import labelled_watch
from entrasync.kube.watch.labelled_watch import LabelledWatch

A, B = ObjectKey("identity", "a"), ObjectKey("identity", "b")


def item(key: ObjectKey, version: int) -> dict[str, Any]:
    return {"metadata": {"namespace": key.namespace, "name": key.name, "resourceVersion": str(version)}}


def event(kind: str, key: ObjectKey, version: int) -> bytes:
    return json.dumps({"type": kind, "object": item(key, version)}).encode() + b"\n"


class Server:
    """Answers lists with the Secrets there are. A watch gives its chunks and then hangs."""

    def __init__(self) -> None:
        self.secrets: dict[ObjectKey, int] = {}
        self.chunks: list[bytes] = []
        self.status = 200
        self.requests: list[tuple[str, dict[str, str], str]] = []

    @property
    def session(self) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", self)

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[SimpleNamespace]:
        self.requests.append((url, options["params"], options["headers"]["Accept"]))

        async def read() -> Any:
            if self.status >= 400:
                return {"message": "secrets is forbidden"}
            return {"metadata": {"resourceVersion": "9"}, "items": [item(*found) for found in self.secrets.items()]}

        yield SimpleNamespace(status=self.status, method=method, url=SimpleNamespace(path="/x"), json=read)

    @asynccontextmanager
    async def get(self, url: str, **options: Any) -> AsyncIterator[SimpleNamespace]:
        self.requests.append((url, options["params"], options["headers"]["Accept"]))

        async def stream() -> AsyncIterator[bytes]:
            while self.chunks:
                yield self.chunks.pop(0)
            await asyncio.Event().wait()

        yield SimpleNamespace(status=200, content=SimpleNamespace(iter_any=stream))


class WatchHarness:
    def __init__(self, *namespaces: str, kind: str = "Secrets") -> None:
        self.server, self.reported = Server(), list[ObjectKey]()
        self.watch = LabelledWatch(
            kind, ApiClient("https://api", self.server.session), namespaces, self.reported.append
        )

    async def work(self) -> None:
        running = asyncio.create_task(self.watch.run())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not running.done()
        running.cancel()


@pytest.fixture(autouse=True)
def _no_delays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WATCH_DELAY_SECONDS", "RETRY_DELAY_SECONDS"):
        monkeypatch.setattr(labelled_watch, name, 0)


@pytest.fixture
def harness() -> WatchHarness:
    return WatchHarness()


async def primed(harness: WatchHarness) -> None:
    await harness.watch.prime()
    harness.reported.clear()


async def test_requests_only_the_metadata_of_labelled_secrets(harness: WatchHarness) -> None:
    await harness.work()
    for _, query, accept in harness.server.requests:
        assert query["labelSelector"] == "entrasync.io/watch=true"
        assert accept.startswith("application/json;as=PartialObjectMetadata")
    [(url, query, _)] = [request for request in harness.server.requests if request[1].get("watch")]
    assert url == "https://api/api/v1/secrets"
    assert query["resourceVersion"] == "9"


async def test_requests_only_the_watched_namespaces() -> None:
    harness = WatchHarness("one", "two")
    await harness.work()
    assert {url for url, _, _ in harness.server.requests} == {
        "https://api/api/v1/namespaces/one/secrets",
        "https://api/api/v1/namespaces/two/secrets",
    }


async def test_requests_config_maps_where_it_watches_them() -> None:
    harness = WatchHarness("one", kind="ConfigMaps")
    await harness.work()
    assert {url for url, _, _ in harness.server.requests} == {"https://api/api/v1/namespaces/one/configmaps"}


@pytest.mark.parametrize("kind", ["ADDED", "MODIFIED", "DELETED"])
async def test_reports_a_changed_secret(harness: WatchHarness, kind: str) -> None:
    harness.server.secrets = {A: 1}
    await primed(harness)
    harness.server.chunks = [event(kind, B, 2)]
    await harness.work()
    assert harness.reported == [B]


async def test_does_not_report_a_version_that_was_listed_before(harness: WatchHarness) -> None:
    harness.server.secrets = {A: 1}
    await primed(harness)
    harness.server.chunks = [event("ADDED", A, 1)]
    await harness.work()
    assert harness.reported == []


async def test_reads_events_that_are_cut_by_chunks(harness: WatchHarness) -> None:
    await primed(harness)
    whole = event("MODIFIED", A, 2) + event("MODIFIED", B, 3)
    harness.server.chunks = [whole[:30], whole[30:200], whole[200:]]
    await harness.work()
    assert harness.reported == [A, B]


async def test_finds_changes_between_two_watches_by_a_list(harness: WatchHarness) -> None:
    harness.server.secrets = {A: 1, B: 2}
    await primed(harness)
    harness.server.secrets = {A: 5}
    await harness.work()
    assert harness.reported == [A, B]


async def test_lists_again_when_the_version_to_watch_from_is_too_old(harness: WatchHarness) -> None:
    await primed(harness)
    too_old = json.dumps({"type": "ERROR", "object": {"code": 410}}).encode() + b"\n"
    harness.server.chunks = [too_old]
    await harness.work()
    assert len([request for request in harness.server.requests if request[1].get("watch")]) == 2


async def test_logs_a_missing_right_once_and_goes_on(harness: WatchHarness, caplog: pytest.LogCaptureFixture) -> None:
    harness.server.status = 403
    await harness.watch.prime()
    await harness.work()
    assert caplog.text.count("Secrets cannot be watched; their changes are seen at the next poll") == 1


async def test_goes_on_when_the_api_server_fails(harness: WatchHarness) -> None:
    harness.server.status = 500
    await harness.watch.prime()
    await harness.work()
    assert not any(query.get("watch") for _, query, _ in harness.server.requests)
    harness.server.status, harness.server.chunks = 200, [event("MODIFIED", A, 10)]
    await harness.work()
    assert A in harness.reported
