"""An API server with scripted answers, in place of an HTTP session."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from yarl import URL

from entrasync.kube.client.namespace_access import NamespaceAccess


class Answers:
    """Stands in for the session: answers each request with the next status and text, and repeats the last one."""

    def __init__(self) -> None:
        self.script: list[tuple[int, str]] = []
        self.asked: list[str] = []
        self.sent: list[Any] = []

    @property
    def session(self) -> aiohttp.ClientSession:
        return cast("aiohttp.ClientSession", self)

    def say(self, status: int, body: Any = None) -> None:
        """Add an answer. One that refuses is a Status, as with the API server, unless it says what it is."""
        if status >= 400 and isinstance(body, dict):
            body = {"kind": "Status"} | body
        self.script.append((status, body if isinstance(body, str) else json.dumps(body)))

    @asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[SimpleNamespace]:
        self.asked.append(f"{method} {url}")
        if options.get("data"):
            self.sent.append(json.loads(options["data"]))
        status, text = self.script.pop(0) if len(self.script) > 1 else self.script[0]

        async def read() -> Any:
            return json.loads(text)

        yield SimpleNamespace(status=status, method=method, url=SimpleNamespace(path=url), json=read)


async def pass_answer(access: NamespaceAccess, status: int, url: str, *, method: str = "GET") -> None:
    """Have an answer to a call pass the middleware, as the session does. A refusal says "its words"."""

    async def handle(_: Any) -> Any:
        async def read() -> Any:
            return {"message": "its words"}

        return SimpleNamespace(status=status, ok=status < 400, json=read)

    request = cast("Any", SimpleNamespace(method=method, url=URL(url)))
    await access.record_response(request, handle)
