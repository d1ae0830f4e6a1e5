"""A session to the API server in memory, as `ApiClient` uses one. Its calls go by the lifeline of its process."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from yarl import URL

from tests.support.kill_points.lifeline import Lifeline
from tests.support.kill_points.memory_api_server import Document, MemoryApiServer, Refusal, find_place

SERVER = "https://kubernetes.example"


@dataclass(frozen=True)
class Request:
    """What the middlewares of a session read of a request."""

    method: str
    url: URL
    body: Any
    content_type: str

    @property
    def operation(self) -> str:
        """The name of the call in the ids of tests."""
        place = find_place(self.url.path)
        verb = "list" if self.method == "GET" and place.name is None else self.method.lower()
        return f"{verb} {place.plural}{f'/{place.subresource}' if place.subresource else ''}"


@dataclass(frozen=True)
class Response:
    """What `ApiClient` and the middlewares read of a response."""

    method: str
    url: URL
    status: int
    document: Document

    @property
    def ok(self) -> bool:
        return self.status < 400

    async def json(self) -> Document:
        return self.document


Handler = Callable[[Request], Awaitable[Response]]
Middleware = Callable[[Any, Any], Awaitable[Any]]


@dataclass
class _Exchange:
    """One request as an async context manager, which is what aiohttp returns."""

    exchange: Callable[[], Awaitable[Response]]

    async def __aenter__(self) -> Response:
        return await self.exchange()

    async def __aexit__(self, *_: object) -> None:
        """Close nothing."""


@dataclass
class _Stream:
    """The lines of a watch."""

    lines: "asyncio.Queue[bytes]" = field(default_factory=asyncio.Queue)
    status: int = 200

    @property
    def content(self) -> "_Stream":
        return self

    async def iter_any(self) -> AsyncIterator[bytes]:
        while True:
            yield await self.lines.get()

    def add(self, kind: str, document: Document) -> None:
        self.lines.put_nowait(json.dumps({"type": kind, "object": document}).encode() + b"\n")


class _Watch:
    """One watch as an async context manager. It lasts until its reader leaves it."""

    def __init__(self, server: MemoryApiServer, plural: str) -> None:
        self._server = server
        self._plural = plural
        self._stream = _Stream()

    async def __aenter__(self) -> _Stream:
        self._server.watch(self._plural, self._stream.add)
        return self._stream

    async def __aexit__(self, *_: object) -> None:
        self._server.unwatch(self._stream.add)


class MemorySession:
    """The part of `aiohttp.ClientSession` that the operator uses."""

    def __init__(self, server: MemoryApiServer, lifeline: Lifeline, middlewares: Sequence[Middleware]) -> None:
        self._server = server
        self._lifeline = lifeline
        self._middlewares = middlewares

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None,
        data: bytes | None,
        headers: Mapping[str, str],
        timeout: Any,
    ) -> _Exchange:
        body = None if data is None else json.loads(data)
        made = Request(method, URL(url).with_query(params), body, headers["Content-Type"])
        handler: Handler = self._send
        for middleware in reversed(self._middlewares):
            handler = _wrap(middleware, handler)
        return _Exchange(lambda: handler(made))

    def get(self, url: str, **_: Any) -> _Watch:
        return _Watch(self._server, find_place(URL(url).path).plural)

    async def _send(self, request: Request) -> Response:
        return await self._lifeline.carry(request.operation, lambda: self._answer(request))

    async def _answer(self, request: Request) -> Response:
        try:
            document = self._server.answer(
                request.method, request.url.path, request.url.query, request.body, request.content_type
            )
        except Refusal as refusal:
            return Response(request.method, request.url, refusal.status, {"kind": "Status", "message": str(refusal)})
        return Response(request.method, request.url, 200, document)


def _wrap(middleware: Middleware, handler: Handler) -> Handler:
    async def wrapped(request: Request) -> Response:
        answered: Response = await middleware(request, handler)
        return answered

    return wrapped
