"""Makes calls to Graph with JSON in the request and in the response."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from entrasync.api.job.secret_keys import KEYS_WITH_FIELDS
from entrasync.core.decision.errors import PossiblyReplicating
from entrasync.graph.calls.error_classifier import make_unreadable_error
from entrasync.graph.calls.exchange import Exchange, Request
from entrasync.graph.calls.operations import Operation
from entrasync.graph.calls.pages import PageReader
from entrasync.graph.calls.urls import Urls
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.payloads import UnreadableError, read_large_object, read_object
from entrasync.graph.wire.responses import Response

LARGE_BODY_BYTES = 128 * 1024
"""A longer body is read in a thread: this much takes about five milliseconds."""


class JsonCaller:
    """Makes the calls of a client: writes the JSON of a request, sends it, and reads the response.

    Its methods raise what `Exchange.send` raises.
    """

    def __init__(self, exchange: Exchange, endpoint: GraphEndpoint) -> None:
        self._exchange = exchange
        self._pages = PageReader(exchange, endpoint.graph_url)
        self._endpoint = endpoint
        self._clock = exchange.limiter.clock
        self._urls = Urls(endpoint.root)

    async def _send(
        self,
        operation: Operation,
        method: str,
        url: str,
        *,
        document: Mapping[str, Any] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> Response:
        """Send `document` as JSON, or no body.

        No error shows a value of `secrets`, except those that are settings rather than secrets.
        """
        body = None if document is None else json.dumps(document).encode()
        sensitive = tuple(value for key, value in (secrets or {}).items() if key not in KEYS_WITH_FIELDS)
        return await self._exchange.send(Request(operation, method, url, body, secrets=sensitive))

    async def _get(self, operation: Operation, url: str, *, is_background: bool = False) -> Mapping[str, Any] | None:
        """Read one JSON object; returns None only when Graph itself answered 404."""
        response = await self._send_unless_missing(Request(operation, "GET", url, is_background=is_background))
        return read_response(operation, response) if response else None

    async def _delete(self, operation: Operation, url: str) -> bool:
        """Delete something; returns False when Graph itself answered 404."""
        return await self._send_unless_missing(Request(operation, "DELETE", url)) is not None

    async def _list(
        self, operation: Operation, url: str, *, is_background: bool = False, most: int | None = None
    ) -> list[object]:
        """Read the entries of all pages of a collection, or the first of them. Raises what `PageReader` raises."""
        return await self._pages.read_all(operation, url, is_background=is_background, most=most)

    async def _send_unless_missing(self, request: Request) -> Response | None:
        try:
            return await self._exchange.send(request)
        except PossiblyReplicating as error:
            if error.answer.status == 404:
                return None
            raise


def read_response(operation: Operation, response: Response) -> Mapping[str, Any]:
    """Read the JSON object of a successful response.

    Raises `Transient` when it cannot be read, for a write `OutcomeUnknown`.
    """
    try:
        return read_object(response.body)
    except UnreadableError as error:
        raise make_unreadable_error(operation, str(error)) from error


async def read_large_response(operation: Operation, response: Response) -> Mapping[str, Any]:
    """Read a JSON object that may be large, as `read_response` does, and let the event loop go on meanwhile."""
    if len(response.body) < LARGE_BODY_BYTES:
        return read_response(operation, response)
    try:
        return await asyncio.to_thread(read_large_object, response.body)
    except UnreadableError as error:
        raise make_unreadable_error(operation, str(error)) from error
