"""One call to the API server, and what a refusal means. All by the session that Kopf uses too."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp

from entrasync.reconcile.ports import ApiServerUnavailable, ResourceChanged, ResourceGone

PAGE = 500
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)

JSON = "application/json"


class Forbidden(ApiServerUnavailable):
    """The API server refused for want of a right (403); the message has its words."""


class Rest:
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


async def error_of(response: aiohttp.ClientResponse) -> Exception:
    """Name a refusal by what it means."""
    try:
        message = str((await response.json()).get("message", ""))
    except (ValueError, aiohttp.ClientError, AttributeError):
        message = ""
    words = f"{response.method} {response.url.path}: {response.status} {message[:500]}"
    match response.status:
        case 409:
            return ResourceChanged(words)
        case 404:
            return ResourceGone(words)
        case 403:
            return Forbidden(words)
        case _:
            return ApiServerUnavailable(words)
