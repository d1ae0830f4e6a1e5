"""Calls to the API server, over the session that Kopf uses too, and what a refusal means."""

import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import aiohttp

from entrasync.core.primitives.quotes import shorten
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

PAGE_SIZE = 500
TIMEOUT = aiohttp.ClientTimeout(total=30, sock_connect=10)

WATCH_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=310)

MAX_LINE_BYTES = 4 * 1024 * 1024
"""Longest line of a watch. An object in etcd has at most 1.5 MiB."""

JSON = "application/json"
MERGE_PATCH, JSON_PATCH = "application/merge-patch+json", "application/json-patch+json"


class Forbidden(ApiServerUnavailable):
    """The API server refused because a right is missing (403). The message has its words."""


class AdmissionDenied(Forbidden):
    """An admission webhook or a ValidatingAdmissionPolicy refused the request with 403. No right is missing."""


class TooLarge(ApiServerUnavailable):
    """The request is larger than the API server takes (413). A ValidatingAdmissionPolicy may refuse with it too."""


class Unprocessable(ApiServerUnavailable):
    """The API server cannot carry out the request (422), such as a patch whose own test has failed.

    A ValidatingAdmissionPolicy that refuses answers so too, unless it names another reason.
    """


class BadRequest(ApiServerUnavailable):
    """The API server does not take the request as it is (400). An admission webhook that refuses answers so too."""


class InternalError(ApiServerUnavailable):
    """The API server could not decide about the request (500), as when it cannot reach an admission webhook."""


class NotServed(ApiServerUnavailable):
    """A 404 that is not about an object: the API server does not serve its kind, or a proxy does not know the path."""


class NamespaceTerminating(Forbidden):
    """The namespace is being deleted. It takes no new objects, whatever rights there are."""


REFUSALS = (BadRequest, Forbidden, InternalError, TooLarge)
"""What the API server answers when admission stops a write: a webhook with 400 or 403, a policy with 403 or 413, and
500 if the webhook is down.

`Unprocessable` is not among them, because only a look at the object shows whether admission is what has stopped it.
"""


_ADMISSION_WORDS = re.compile(r"\bdenied (the )?request\b")
"""In what the API server says when a webhook ("denied the request") or a policy ("denied request") refuses.

Its authorizer says "cannot" with the verb and the resource.
"""


class ApiClient:
    """Calls in JSON. Each may raise `ResourceChanged` (409), `ResourceGone` (404) and `ApiServerUnavailable`."""

    def __init__(self, server: str, session: aiohttp.ClientSession) -> None:
        self.server = server.rstrip("/")
        self.session = session

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        accept: str = JSON,
    ) -> Any:
        """Make one call and return the answer's JSON. Raises `Forbidden` too.

        The body of a PATCH is a merge patch, or a JSON patch if it is a sequence.
        """
        kind = JSON if method != "PATCH" else MERGE_PATCH if isinstance(body, Mapping) else JSON_PATCH
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        headers = {"Content-Type": kind, "Accept": accept}
        try:
            async with self.session.request(
                method, self.server + path, params=query, data=data, headers=headers, timeout=TIMEOUT
            ) as response:
                if response.status >= 400:
                    raise await error_of(response)
                return await response.json()
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: the answer is no JSON
            raise ApiServerUnavailable(f"{method} {path}: {type(error).__name__} {error}") from error

    async def list_pages(
        self, path: str, *, query: Mapping[str, str] | None = None, accept: str = JSON
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the pages of a list."""
        token = ""
        while True:
            page_query = {"limit": str(PAGE_SIZE), **(query or {})} | ({"continue": token} if token else {})
            page = await self.call("GET", path, query=page_query, accept=accept)
            yield page
            token = (page.get("metadata") or {}).get("continue") or ""
            if not token:
                return

    async def watch(
        self, path: str, *, query: Mapping[str, str], accept: str = JSON
    ) -> AsyncIterator[Mapping[str, Any]]:
        """Yield the events of a watch until the API server ends it. Raises `Forbidden` too."""
        headers = {"Accept": accept}
        try:
            async with self.session.get(
                self.server + path, params={"watch": "1", **query}, headers=headers, timeout=WATCH_TIMEOUT
            ) as response:
                if response.status >= 400:
                    raise await error_of(response)
                async for line in _lines(response.content.iter_any()):
                    yield json.loads(line)
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: the answer is no JSON
            raise ApiServerUnavailable(f"watch {path}: {type(error).__name__} {error}") from error


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Split a stream into lines. aiohttp's own reader fails at 128 KiB."""
    rest = b""
    async for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > MAX_LINE_BYTES:
            raise ValueError("a line of the watch is too long")


async def error_of(response: aiohttp.ClientResponse) -> Exception:
    """Return the exception that stands for a refusal."""
    try:
        answer = await response.json()
        message, is_ending = str(answer.get("message", "")), _is_terminating(answer)
        is_status = answer.get("kind") == "Status"
    except (ValueError, aiohttp.ClientError, AttributeError):
        message, is_ending, is_status = "", False, False
    words = f"{response.method} {response.url.path}: {response.status} {shorten(message)}"
    match response.status:
        case 400:
            return BadRequest(words)
        case 409:
            return ResourceChanged(words)
        case 404:
            return ResourceGone(words) if is_status else NotServed(words)
        case 403:
            return _forbidden(words, message=message, is_ending=is_ending)
        case 413:
            return TooLarge(words)
        case 422:
            return Unprocessable(words)
        case 500:
            return InternalError(words) if is_status else ApiServerUnavailable(words)
        case _:
            return ApiServerUnavailable(words)


def _forbidden(words: str, *, message: str, is_ending: bool) -> Forbidden:
    if is_ending:
        return NamespaceTerminating(words)
    return AdmissionDenied(words) if _ADMISSION_WORDS.search(message) else Forbidden(words)


def _is_terminating(answer: Mapping[str, Any]) -> bool:
    causes = (answer.get("details") or {}).get("causes") or ()
    return any(cause.get("reason") == "NamespaceTerminating" for cause in causes)
