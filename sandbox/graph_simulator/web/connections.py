import asyncio
import contextlib
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import httpx

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def read_body(receive: Receive) -> bytes | None:
    """Read a whole request body; None if the caller went away meanwhile."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)


def close_connection(send: Send) -> None:
    """Close the connection of a request at once, so that its caller sees the end and no answer.

    Raises:
        httpx.RemoteProtocolError: There is no connection, since httpx runs the app in its own process; this is what a
            caller sees of a connection that was closed.
    """
    # Uvicorn's cycle owns the transport. Without the mark it would answer 500 in our place.
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if cycle is None or transport is None:
        raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
    transport.close()
    cycle.disconnected = True


async def wait_unless_gone(event: asyncio.Event, receive: Receive) -> bool:
    """Wait for an event; False if the caller went away first. Only after the whole body was read."""
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
