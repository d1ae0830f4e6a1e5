"""One call to the API server, and what a refusal means. All by the session that Kopf uses too."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

PAGE = 500
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)

WATCH_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=310)

LONGEST_LINE = 4 * 1024 * 1024
"""Of a watch; an object in etcd has at most 1.5 MiB."""

JSON = "application/json"


class Forbidden(ApiServerUnavailable):
    """The API server refused for want of a right (403); the message has its words."""


class NamespaceTerminating(Forbidden):
    """The namespace is being deleted and takes no new object, whatever the rights."""


class ApiClient:
    """Calls by JSON. Every one may raise `ResourceChanged` (409), `ResourceGone` (404), `ApiServerUnavailable`."""

    def __init__(self, server: str, session: aiohttp.ClientSession) -> None:
        self.server = server.rstrip("/")
        self.session = session

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: str = JSON,
    ) -> Any:
        """Make one call and return what came. Raises `Forbidden` too."""
        kind = "application/merge-patch+json" if method == "PATCH" else JSON
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        headers = {"Content-Type": kind, "Accept": accept}
        try:
            async with self.session.request(
                method, self.server + path, params=query, data=data, headers=headers, timeout=TIMEOUT
            ) as response:
                if response.status >= 400:
                    raise await error_of(response)
                return await response.json()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: what came is no JSON
            raise ApiServerUnavailable(f"{method} {path}: {type(error).__name__} {error}") from error

    async def list_pages(
        self, path: str, *, query: Mapping[str, str] | None = None, accept: str = JSON
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Read a list page by page."""
        token = ""
        while True:
            asked = {"limit": str(PAGE), **(query or {})} | ({"continue": token} if token else {})
            page = await self.call("GET", path, query=asked, accept=accept)
            yield page
            token = (page.get("metadata") or {}).get("continue") or ""
            if not token:
                return

    async def watch(
        self, path: str, *, query: Mapping[str, str], accept: str = JSON
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Follow a watch, event by event, until the API server ends it. Raises `Forbidden` too."""
        headers = {"Accept": accept}
        try:
            async with self.session.get(
                self.server + path, params={"watch": "1", **query}, headers=headers, timeout=WATCH_TIMEOUT
            ) as response:
                if response.status >= 400:
                    raise await error_of(response)
                async for line in _lines(response.content.iter_any()):
                    yield json.loads(line)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: what came is no JSON
            raise ApiServerUnavailable(f"watch {path}: {type(error).__name__} {error}") from error


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Split a stream into lines; aiohttp's own way breaks at 128 KiB."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > LONGEST_LINE:
            raise ValueError("a line of the watch is too long")


async def error_of(response: aiohttp.ClientResponse) -> Exception:
    """Name a refusal by what it means."""
    try:
        told = await response.json()
        message, is_ending = str(told.get("message", "")), _is_terminating(told)
    except (ValueError, aiohttp.ClientError, AttributeError):
        message, is_ending = "", False
    words = f"{response.method} {response.url.path}: {response.status} {message[:500]}"
    match response.status:
        case 409:
            return ResourceChanged(words)
        case 404:
            return ResourceGone(words)
        case 403:
            return NamespaceTerminating(words) if is_ending else Forbidden(words)
        case _:
            return ApiServerUnavailable(words)


def _is_terminating(told: Mapping[str, Any]) -> bool:
    causes = (told.get("details") or {}).get("causes") or ()
    return any(cause.get("reason") == "NamespaceTerminating" for cause in causes)
