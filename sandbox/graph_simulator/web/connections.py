"""Reads from and closes the connection of a request, below what ASGI frameworks offer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from graph_simulator.traffic.journal import Entry
from graph_simulator.web.answers import draw_ids

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def read_body(receive: Receive) -> bytes | None:
    """Read the whole body of a request; return None if the caller closed the connection meanwhile."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def close_connection(send: Send) -> None:
    """Close the connection of a request at once, without an answer.

    Raises:
        httpx.RemoteProtocolError: There is no connection, since httpx runs the app in its own process. This is the
            error that httpx raises when a server closes a connection.
    """
    # Uvicorn's cycle owns the transport. Unless `disconnected` is set it would answer 500.
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if cycle is None or transport is None:
        import httpx  # it runs the app here, and the simulator's image has no HTTP client

        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.close()
    cycle.disconnected = True


async def wait_unless_gone(event: asyncio.Event, receive: Receive) -> bool:
    """Wait for an event, and return False if the caller closed the connection first.

    The whole body must have been read before.
    """
    waiting, leaving = asyncio.ensure_future(event.wait()), asyncio.ensure_future(_wait_until_gone(receive))
    try:
        await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return event.is_set() and not leaving.done()
    finally:
        for task in (waiting, leaving):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class Exchange:
    """The connection, headers, body and ids of one request."""

    __slots__ = ("body", "entry", "headers", "ids", "origin", "receive", "send")

    def __init__(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str], entry: Entry) -> None:
        self.receive, self.send, self.headers, self.entry = receive, send, headers, entry
        self.body = b""
        self.ids = draw_ids(headers.get("client-request-id", ""))
        self.origin = f"{scope.get('scheme', 'https')}://{headers.get('host', 'graph.microsoft.com')}"
