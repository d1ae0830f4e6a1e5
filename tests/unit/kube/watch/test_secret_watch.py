"""The watch of labelled Secrets: what is asked, what is told, and how it goes on."""

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
from entrasync.kube.watch import secret_watch
from entrasync.kube.watch.secret_watch import SecretWatch

A, B = ObjectKey("identity", "a"), ObjectKey("identity", "b")


def item(key: ObjectKey, version: int) -> dict[str, Any]:
    return {"metadata": {"namespace": key.namespace, "name": key.name, "resourceVersion": str(version)}}


def event(kind: str, key: ObjectKey, version: int) -> bytes:
    return json.dumps({"type": kind, "object": item(key, version)}).encode() + b"\n"


class Server:
    """Answers lists with what there is now; a watch gives its chunks and then hangs."""

    def __init__(self) -> None:
        self.secrets: dict[ObjectKey, int] = {}
        self.chunks: list[bytes] = []
        self.status = 200
        self.asked: list[tuple[str, dict[str, str], str]] = []

    @property
    def session(self) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", self)

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[SimpleNamespace]:
        self.asked.append((url, options["params"], options["headers"]["Accept"]))

        async def read() -> Any:
            if self.status >= 400:
                return {"message": "secrets is forbidden"}
            return {"metadata": {"resourceVersion": "9"}, "items": [item(*found) for found in self.secrets.items()]}

        yield SimpleNamespace(status=self.status, method=method, url=SimpleNamespace(path="/x"), json=read)

    @asynccontextmanager
    async def get(self, url: str, **options: Any) -> AsyncIterator[SimpleNamespace]:
        self.asked.append((url, options["params"], options["headers"]["Accept"]))

        async def stream() -> AsyncIterator[bytes]:
            while self.chunks:
                yield self.chunks.pop(0)
            await asyncio.Event().wait()

        yield SimpleNamespace(status=200, content=SimpleNamespace(iter_any=stream))


class Desk:
    def __init__(self, *namespaces: str) -> None:
        self.server, self.told = Server(), list[ObjectKey]()
        self.watch = SecretWatch(ApiClient("https://api", self.server.session), namespaces, self.told.append)

    async def work(self) -> None:
        running = asyncio.create_task(self.watch.run())
        for _ in range(100):
            await asyncio.sleep(0)
        assert not running.done()
        running.cancel()


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WATCH_DELAY_SECONDS", "RETRY_DELAY_SECONDS"):
        monkeypatch.setattr(secret_watch, name, 0)


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def primed(desk: Desk) -> None:
    await desk.watch.prime()
    desk.told.clear()


async def test_asks_for_the_metadata_of_labelled_secrets_only(desk: Desk) -> None:
    await desk.work()
    for _, query, accept in desk.server.asked:
        assert query["labelSelector"] == "entrasync.io/watch=true"
        assert accept.startswith("application/json;as=PartialObjectMetadata")
    [(url, query, _)] = [asked for asked in desk.server.asked if asked[1].get("watch")]
    assert url == "https://api/api/v1/secrets"
    assert query["resourceVersion"] == "9"


async def test_stays_within_the_namespaces_that_are_looked_after() -> None:
    desk = Desk("one", "two")
    await desk.work()
    assert {url for url, _, _ in desk.server.asked} == {
        "https://api/api/v1/namespaces/one/secrets",
        "https://api/api/v1/namespaces/two/secrets",
    }


@pytest.mark.parametrize("kind", ["ADDED", "MODIFIED", "DELETED"])
async def test_tells_of_a_change(desk: Desk, kind: str) -> None:
    desk.server.secrets = {A: 1}
    await primed(desk)
    desk.server.chunks = [event(kind, B, 2)]
    await desk.work()
    assert desk.told == [B]


async def test_tells_of_nothing_that_was_there_before(desk: Desk) -> None:
    desk.server.secrets = {A: 1}
    await primed(desk)
    desk.server.chunks = [event("ADDED", A, 1)]
    await desk.work()
    assert desk.told == []


async def test_reads_events_over_the_bounds_of_chunks(desk: Desk) -> None:
    await primed(desk)
    whole = event("MODIFIED", A, 2) + event("MODIFIED", B, 3)
    desk.server.chunks = [whole[:30], whole[30:200], whole[200:]]
    await desk.work()
    assert desk.told == [A, B]


async def test_finds_by_a_new_list_what_changed_while_nobody_watched(desk: Desk) -> None:
    desk.server.secrets = {A: 1, B: 2}
    await primed(desk)
    desk.server.secrets = {A: 5}
    await desk.work()
    assert desk.told == [A, B]


async def test_begins_anew_with_a_list_when_its_version_is_too_old(desk: Desk) -> None:
    await primed(desk)
    too_old = json.dumps({"type": "ERROR", "object": {"code": 410}}).encode() + b"\n"
    desk.server.chunks = [too_old]
    await desk.work()
    assert len([asked for asked in desk.server.asked if asked[1].get("watch")]) == 2


async def test_without_the_right_says_so_once_and_lives_on(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.server.status = 403
    await desk.watch.prime()
    await desk.work()
    assert caplog.text.count("Secrets cannot be watched; their changes are seen at the next poll") == 1


async def test_trouble_of_the_api_server_ends_nothing(desk: Desk) -> None:
    desk.server.status = 500
    await desk.watch.prime()
    await desk.work()
