"""Reads that are made at the same time: which of them share a call, and who gets which answer."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.wire.batching import BatchingTransport
from tests.support.still_clock import StillClock

ROOT = "https://graph.example/v1.0"
FROM_GRAPH = {"request-id": "of-the-batch", "date": "Mon, 30 Nov 2026 15:00:00 GMT"}
JSON = {"Content-Type": "application/json"}
LIMIT = 100_000


class Graph:
    """Answers each read with its own path, and keeps what it was sent."""

    def __init__(self) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.alone: list[str] = []
        self.inner: dict[str, dict[str, Any]] = {}
        """Members of the answer in a batch, by path."""
        self.alone_status: dict[str, int] = {}
        self.change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda responses: responses
        self.whole: httpx.Response | Exception | None = None

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/v1.0/$batch":
            self.alone.append(f"{request.method} {request.url.raw_path.decode()}")
            return httpx.Response(self.alone_status.get(request.url.path, 200), json={"alone": request.url.path})
        requests = json.loads(request.content)["requests"]
        self.batches.append(requests)
        if isinstance(self.whole, Exception):
            raise self.whole
        if self.whole is not None:
            return self.whole
        responses = [self._respond(each) for each in requests]
        body = json.dumps({"responses": self.change(responses)}).encode()
        return httpx.Response(200, headers=FROM_GRAPH | JSON, stream=httpx.ByteStream(body))

    def _respond(self, request: dict[str, Any]) -> dict[str, Any]:
        usual = {"id": request["id"], "status": 200, "headers": JSON, "body": {"path": request["url"]}}
        return usual | self.inner.get(request["url"], {})


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture
def transport(graph: Graph) -> BatchingTransport:
    return BatchingTransport(httpx.MockTransport(graph.answer), ROOT, max_body_bytes=LIMIT)


async def read(transport: BatchingTransport, path: str, *, login: str = "one", method: str = "GET") -> httpx.Response:
    request = httpx.Request(method, f"{ROOT}{path}", headers={"Authorization": f"Bearer {login}"})
    response = await transport.handle_async_request(request)
    await response.aread()
    return response


async def read_all(transport: BatchingTransport, count: int) -> list[httpx.Response]:
    return list(await asyncio.gather(*(read(transport, f"/jobs/{number}") for number in range(count))))


async def read_outcomes(transport: BatchingTransport, count: int) -> list[httpx.Response | BaseException]:
    reads = (read(transport, f"/jobs/{number}") for number in range(count))
    return list(await asyncio.gather(*reads, return_exceptions=True))


class TestABatch:
    async def test_has_at_most_twenty_reads(self, graph: Graph, transport: BatchingTransport) -> None:
        answers = await read_all(transport, 45)
        assert [len(batch) for batch in graph.batches] == [20, 20, 5]
        assert [answer.json()["path"] for answer in answers] == [f"/jobs/{number}" for number in range(45)]
        assert graph.alone == []

    async def test_has_unique_ids_and_addresses_below_the_version(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        await read_all(transport, 2)
        assert graph.batches == [
            [{"id": "0", "method": "GET", "url": "/jobs/0"}, {"id": "1", "method": "GET", "url": "/jobs/1"}]
        ]

    async def test_is_not_made_for_one_read(self, graph: Graph, transport: BatchingTransport) -> None:
        await read_all(transport, 1)
        assert (graph.batches, graph.alone) == ([], ["GET /v1.0/jobs/0"])

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
    async def test_never_has_a_write(self, graph: Graph, transport: BatchingTransport, method: str) -> None:
        await asyncio.gather(read_all(transport, 3), read(transport, "/jobs/9", method=method))
        assert [each["method"] for batch in graph.batches for each in batch] == ["GET"] * 3
        assert graph.alone == [f"{method} /v1.0/jobs/9"]

    async def test_has_no_read_with_options_so_a_next_page_keeps_its_address(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        await asyncio.gather(read_all(transport, 2), read(transport, "/jobs?$skiptoken=a%2Fb"))
        assert graph.alone == ["GET /v1.0/jobs?$skiptoken=a%2Fb"]

    async def test_has_no_more_reads_than_the_limiter_has_slots(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        limiter = TenantLimiter(StillClock(), concurrency=3)

        async def read_in_slot(number: int) -> None:
            async with limiter.slot(is_urgent=True):
                await read(transport, f"/jobs/{number}")

        await asyncio.gather(*map(read_in_slot, range(9)))
        assert [len(batch) for batch in graph.batches] == [3, 3, 3]

    async def test_has_reads_by_one_token_only(self, graph: Graph, transport: BatchingTransport) -> None:
        logins = ("old", "new", "old", "new")
        await asyncio.gather(*(read(transport, f"/{place}", login=login) for place, login in enumerate(logins)))
        assert [[each["url"] for each in batch] for batch in graph.batches] == [["/0", "/2"], ["/1", "/3"]]


class TestTheAnswers:
    async def test_may_come_in_any_order(self, graph: Graph, transport: BatchingTransport) -> None:
        graph.change = lambda responses: responses[::-1]
        assert [each.json()["path"] for each in await read_all(transport, 3)] == ["/jobs/0", "/jobs/1", "/jobs/2"]

    async def test_that_are_missing_are_lost_and_the_others_count(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        graph.change = lambda responses: responses[1:]
        lost, found = await read_outcomes(transport, 2)
        assert isinstance(lost, httpx.RemoteProtocolError)
        assert isinstance(found, httpx.Response)

    @pytest.mark.parametrize("number", ["99", "-1", "one", 0, None])
    async def test_with_the_id_of_no_read_are_nobodys(
        self, graph: Graph, transport: BatchingTransport, number: object
    ) -> None:
        graph.change = lambda responses: [responses[0] | {"id": number}, *responses[1:]]
        lost, found = await read_outcomes(transport, 2)
        assert isinstance(lost, httpx.RemoteProtocolError)
        assert isinstance(found, httpx.Response)
        assert found.json() == {"path": "/jobs/1"}

    async def test_of_one_id_are_told_apart_by_nothing_so_the_first_counts(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        graph.change = lambda responses: [*responses, responses[0] | {"body": {"path": "another"}}]
        assert [each.json()["path"] for each in await read_all(transport, 2)] == ["/jobs/0", "/jobs/1"]

    @pytest.mark.parametrize("status", ["200", None, 0, 1000])
    async def test_without_a_status_are_lost(self, graph: Graph, transport: BatchingTransport, status: object) -> None:
        graph.inner["/jobs/0"] = {"status": status}
        assert isinstance((await read_outcomes(transport, 2))[0], httpx.RemoteProtocolError)

    async def test_have_what_only_the_headers_of_the_batch_say(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        graph.inner["/jobs/0"] = {"status": 429, "headers": {"Retry-After": "17", "Bad": "\u00e4\n", "Worse": 5}}
        refused, _ = await read_all(transport, 2)
        assert refused.status_code == 429
        assert (refused.headers["retry-after"], refused.headers["request-id"]) == ("17", "of-the-batch")
        assert refused.headers["date"] == FROM_GRAPH["date"]
        assert "bad" not in refused.headers

    async def test_are_unpacked_whatever_their_headers_say(self, graph: Graph, transport: BatchingTransport) -> None:
        graph.inner["/jobs/0"] = {"headers": {"Content-Encoding": "gzip", "Content-Length": "3"}, "body": {"a": 1}}
        assert (await read_all(transport, 2))[0].json() == {"a": 1}

    async def test_reach_the_others_when_one_has_given_up(self, graph: Graph, transport: BatchingTransport) -> None:
        gone, kept = (asyncio.create_task(read(transport, f"/jobs/{number}")) for number in range(2))
        other = asyncio.create_task(read(transport, "/jobs/2"))
        await asyncio.sleep(0)  # so that all have begun
        gone.cancel()
        assert [(await each).json()["path"] for each in (kept, other)] == ["/jobs/1", "/jobs/2"]
        assert [each["url"] for each in graph.batches[0]] == ["/jobs/1", "/jobs/2"]


class TestARefusal:
    @pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 501])
    async def test_within_a_batch_counts_once_it_was_seen_alone(
        self, graph: Graph, transport: BatchingTransport, status: int
    ) -> None:
        graph.inner["/jobs/0"] = {"status": status}
        graph.alone_status["/v1.0/jobs/0"] = status
        for _ in range(2):
            assert [each.status_code for each in await read_all(transport, 2)] == [status, 200]
        assert graph.alone == ["GET /v1.0/jobs/0"]
        assert len(graph.batches) == 2

    async def test_that_is_none_alone_ends_the_batches(self, graph: Graph, transport: BatchingTransport) -> None:
        graph.inner["/jobs/0"] = {"status": 404}
        for _ in range(2):
            assert [each.status_code for each in await read_all(transport, 2)] == [200, 200]
        assert len(graph.batches) == 1

    @pytest.mark.parametrize("status", [429, 500, 503, 504])
    async def test_is_no_fault_that_passes(self, graph: Graph, transport: BatchingTransport, status: int) -> None:
        graph.inner["/jobs/0"] = {"status": status}
        assert [each.status_code for each in await read_all(transport, 2)] == [status, 200]
        assert graph.alone == []

    @pytest.mark.parametrize("status", [400, 403, 404, 405, 501])
    async def test_of_a_whole_batch_leads_to_single_calls(
        self, graph: Graph, transport: BatchingTransport, status: int
    ) -> None:
        graph.whole = httpx.Response(status, headers=FROM_GRAPH, stream=httpx.ByteStream(b"{}"))
        for _ in range(2):
            assert [each.status_code for each in await read_all(transport, 2)] == [200, 200]
        assert (len(graph.batches), len(graph.alone)) == (1, 4)


class TestTheWholeBatch:
    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    async def test_that_fails_fails_for_each_and_the_next_is_tried(
        self, graph: Graph, transport: BatchingTransport, status: int
    ) -> None:
        headers = FROM_GRAPH | {"Retry-After": "5"}
        graph.whole = httpx.Response(status, headers=headers, stream=httpx.ByteStream(b'{"error": {}}'))
        answers = await read_all(transport, 2)
        assert [(each.status_code, each.headers["retry-after"]) for each in answers] == [(status, "5")] * 2
        graph.whole = None
        await read_all(transport, 2)
        assert (len(graph.batches), graph.alone) == (2, [])

    async def test_whose_token_is_not_taken_is_followed_by_another(
        self, graph: Graph, transport: BatchingTransport
    ) -> None:
        graph.whole = httpx.Response(401, headers=FROM_GRAPH, stream=httpx.ByteStream(b"{}"))
        graph.alone_status = dict.fromkeys(("/v1.0/jobs/0", "/v1.0/jobs/1"), 401)
        assert [each.status_code for each in await read_all(transport, 2)] == [401, 401]
        graph.whole = None
        assert [each.status_code for each in await read_all(transport, 2)] == [200, 200]
        assert len(graph.batches) == 2

    @pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"[]", b"{}", b'{"responses": 5}', b"\xff"])
    async def test_that_is_not_answered_as_one_is_each_ones_answer(
        self, graph: Graph, transport: BatchingTransport, body: bytes
    ) -> None:
        graph.whole = httpx.Response(200, headers={"Content-Type": "text/html"}, stream=httpx.ByteStream(body))
        answers = await read_all(transport, 2)
        assert [(each.content, each.headers["content-type"]) for each in answers] == [(body, "text/html")] * 2

    async def test_that_is_lost_is_lost_for_each(self, graph: Graph, transport: BatchingTransport) -> None:
        graph.whole = httpx.ReadError("cut")
        assert [type(each) for each in await read_outcomes(transport, 2)] == [httpx.ReadError] * 2

    async def test_whose_answer_is_too_long_is_read_alone(self, graph: Graph, transport: BatchingTransport) -> None:
        graph.inner["/jobs/0"] = {"body": {"text": "x" * LIMIT}}
        assert [each.json() for each in await read_all(transport, 2)] == [
            {"alone": "/v1.0/jobs/0"},
            {"alone": "/v1.0/jobs/1"},
        ]

    async def test_that_is_under_way_ends_with_the_transport(self) -> None:
        begun, never = asyncio.Event(), asyncio.Event()

        async def hang(_: httpx.Request) -> httpx.Response:
            begun.set()
            await never.wait()
            raise AssertionError

        transport = BatchingTransport(httpx.MockTransport(hang), ROOT, max_body_bytes=LIMIT)
        reads = asyncio.create_task(read_outcomes(transport, 2))
        await begun.wait()
        await transport.aclose()
        assert [type(each) for each in await reads] == [httpx.RemoteProtocolError] * 2
