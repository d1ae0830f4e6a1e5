"""Counts the calls to Graph that a command makes."""

import httpx


class CountingTransport(httpx.AsyncBaseTransport):
    """Another transport, whose calls are counted whatever their answer. A batch of reads is one call."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self.calls = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Count a call, and send it."""
        self.calls += 1
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the other transport."""
        await self._transport.aclose()
