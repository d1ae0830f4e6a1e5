"""Sends reads that are made at the same time to Graph in one call. Only the kubectl plugin uses it.

Graph counts each request of a batch for its limits. So above this transport each read stays a call of its own: it
takes a slot of the limiter, its answer is classified, its 429 pauses all calls, and it is repeated alone.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from entrasync.graph.wire.batches import LARGEST_BATCH, BatchedAnswer, read_batch, write_batch
from entrasync.graph.wire.bodies import BodyTooLongError, read_body

GATHERING_SECONDS = 0.02
"""A read waits so long for others: longer than callers take to send their next ones, and shorter than a call."""


@dataclass(frozen=True, eq=False)
class _Read:
    """A GET that waits for its answer. It has neither a method nor a body, so a batch can hold nothing else.

    The `answer` is None if the read is to be sent alone.
    """

    path: str
    headers: httpx.Headers
    extensions: Mapping[str, Any]
    answer: "asyncio.Future[BatchedAnswer | None]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, answer: BatchedAnswer | None) -> None:
        if not self.answer.done():  # else its caller has given up
            self.answer.set_result(answer)


class BatchingTransport(httpx.AsyncBaseTransport):
    """Sends reads of the Graph at `root` in batches over another transport, and all else over that as it is.

    A read with options goes alone, and so does each next page, whose address is followed unchanged. Microsoft does not
    say whether the synchronization API may be batched (graph-facts 6.4). So a refusal within a batch counts only once
    a read was refused alone with the same status, and a Graph that refuses batches gets single calls.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport, root: str, *, max_body_bytes: int) -> None:
        self._transport = transport
        self._root = str(httpx.URL(root))
        self._max_body_bytes = max_body_bytes
        self._waiting: list[_Read] = []
        self._timer: asyncio.TimerHandle | None = None
        self._batches: set[asyncio.Task[None]] = set()
        self._confirmed: set[int] = set()
        self._is_refused = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, or wait for its answer in a batch. Raises only httpx's exceptions."""
        answer = await self._read_in_batch(request) if self._may_be_batched(request) else None
        if answer is None:
            return await self._transport.handle_async_request(request)
        if not _is_refusal(answer.status) or answer.status in self._confirmed:
            return answer.make_response(request)
        alone = await self._transport.handle_async_request(request)
        if alone.status_code == answer.status:
            self._confirmed.add(answer.status)
        self._is_refused |= alone.is_success
        return alone

    async def aclose(self) -> None:
        """End the batches under way, and close the other transport."""
        batches = list(self._batches)
        for batch in batches:
            batch.cancel()
        await asyncio.gather(*batches, return_exceptions=True)
        await self._transport.aclose()

    def _may_be_batched(self, request: httpx.Request) -> bool:
        is_plain = request.method == "GET" and not request.url.query
        return is_plain and not self._is_refused and str(request.url).startswith(f"{self._root}/")

    async def _read_in_batch(self, request: httpx.Request) -> BatchedAnswer | None:
        read = _Read(str(request.url).removeprefix(self._root), request.headers, request.extensions)
        self._waiting.append(read)
        if len(self._waiting) >= LARGEST_BATCH:
            self._send_waiting()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(GATHERING_SECONDS, self._send_waiting)
        return await read.answer

    def _send_waiting(self) -> None:
        """Send what waits. Each token has a batch of its own: it is renewed now and then."""
        if self._timer is not None:
            self._timer.cancel()
        waiting, self._waiting, self._timer = self._waiting, [], None
        by_token: dict[str | None, list[_Read]] = {}
        for read in waiting:
            if not read.answer.done():
                by_token.setdefault(read.headers.get("authorization"), []).append(read)
        for reads in by_token.values():
            batch = asyncio.create_task(self._send(reads))
            self._batches.add(batch)
            batch.add_done_callback(self._batches.discard)

    async def _send(self, reads: Sequence[_Read]) -> None:
        """Settle all reads. One that Graph does not answer fails as a lost answer does."""
        error: httpx.HTTPError = httpx.RemoteProtocolError("no answer in the batch")
        try:
            await self._ask(reads)
        except httpx.HTTPError as lost:
            error = lost
        except BodyTooLongError:
            _settle_all(reads, None)
        finally:
            for read in reads:
                if not read.answer.done():
                    read.answer.set_exception(error)

    async def _ask(self, reads: Sequence[_Read]) -> None:
        if len(reads) == 1:
            reads[0].settle(None)
            return
        whole = await self._post(reads)
        if _is_refusal(whole.status) and whole.status != HTTPStatus.UNAUTHORIZED:
            self._is_refused = True
            _settle_all(reads, None)
            return
        answers = read_batch(whole) if whole.status == HTTPStatus.OK else None
        if answers is None:  # a 401, a 429, a 5xx or a page of a proxy holds for each of them
            _settle_all(reads, whole)
            return
        for place, read in enumerate(reads):
            if (answer := answers.get(str(place))) is not None:
                read.settle(answer)

    async def _post(self, reads: Sequence[_Read]) -> BatchedAnswer:
        headers, extensions = reads[0].headers.copy(), dict(reads[0].extensions)
        headers["Content-Type"] = "application/json"
        content = write_batch([read.path for read in reads])
        request = httpx.Request("POST", f"{self._root}/$batch", content=content, headers=headers, extensions=extensions)
        response = await self._transport.handle_async_request(request)
        response.request = request
        try:
            body = await read_body(response, self._max_body_bytes)
        finally:
            await response.aclose()
        return BatchedAnswer(response.status_code, response.headers, body)


def _settle_all(reads: Sequence[_Read], answer: BatchedAnswer | None) -> None:
    for read in reads:
        read.settle(answer)


def _is_refusal(status: int) -> bool:
    """Tell whether Graph refuses a request whenever it comes, as far as its status tells."""
    return (400 <= status < 500 and status not in {408, 429}) or status == HTTPStatus.NOT_IMPLEMENTED
