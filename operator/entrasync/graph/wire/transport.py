"""The HTTP transport: httpx over aiohttp's connections, which cost a sixth of httpx's own per call.

`httpx-aiohttp` reports every cut connection as a `ConnectTimeout`, but a write may be repeated only if nothing of it
was sent. This module, and no other, corrects that: `ConnectError`, `ConnectTimeout` and `PoolTimeout` of this transport
mean that nothing was sent.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from entrasync.graph.wire.clouds import GraphEndpoint

MAX_CONNECTIONS = 64
"""Of one client, unless the caller needs more at the same time."""

KEEPALIVE_TIMEOUT_SECONDS = 30.0
"""Shorter than front ends keep an idle connection, so that a write rarely meets one that is being closed."""

NOT_SENT_ERRORS = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
"""aiohttp raises these before it has a connection: refused, no free one in the pool, refused by a proxy."""


def build_tls(endpoint: GraphEndpoint) -> ssl.SSLContext:
    """Build the TLS settings of an endpoint. They always verify, by the endpoint's own authority if it names one.

    Reads files.
    """
    if endpoint.ca_file is not None:
        return ssl.create_default_context(cafile=str(endpoint.ca_file))
    if endpoint.ca_pem:
        return ssl.create_default_context(cadata=endpoint.ca_pem)
    return _trust_public_authorities()


@cache
def _trust_public_authorities() -> ssl.SSLContext:
    """Build the TLS settings of the public clouds, once for all connections: reading the authorities is slow."""
    return httpx.create_ssl_context()


def build_transport(endpoint: GraphEndpoint, *, connections: int = MAX_CONNECTIONS) -> httpx.AsyncBaseTransport:
    """Build the transport to one Graph, with at most so many kept-alive connections. The environment names proxies.

    HTTP/1.1 only: with HTTP/2 a front end that closes one connection ends all calls in flight on it.
    """
    return GraphTransport(build_tls(endpoint), proxy=_find_proxy(endpoint.graph_url), connections=connections)


class GraphTransport(AiohttpTransport):
    """aiohttp's connections behind httpx, with exceptions that tell whether a request may have been sent.

    A GET is repeated once by aiohttp itself when its connection turns out to be closed (RFC 9110, 9.2.2), and nothing
    else is.
    """

    def __init__(
        self, tls: ssl.SSLContext, *, proxy: httpx.Proxy | None = None, connections: int = MAX_CONNECTIONS
    ) -> None:
        self._connections = connections
        super().__init__(verify=tls, client=self._open_session, proxy=proxy)

    def _open_session(self) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._connections, keepalive_timeout=KEEPALIVE_TIMEOUT_SECONDS, ssl=self.ssl_context
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(_send_writes_once,),
            skip_auto_headers=("Content-Type",),  # aiohttp would send application/octet-stream for an empty body
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises only httpx's exceptions."""
        with _translate_errors():
            response = await super().handle_async_request(request)
        response.stream = _ResponseStream(cast("httpx.AsyncByteStream", response.stream))
        return response


class _WriteCut(aiohttp.ClientConnectionError):
    """The connection of a write was cut. aiohttp does not know this error, and so repeats nothing after it."""


async def _send_writes_once(
    request: aiohttp.ClientRequest, handle: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Send a request as a middleware of aiohttp, which would repeat a PUT or a DELETE without asking any permit."""
    try:
        return await handle(request)
    except NOT_SENT_ERRORS:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        if request.method == "GET":
            raise
        raise _WriteCut(type(error).__name__) from error


class _ResponseStream(httpx.AsyncByteStream):
    """A response body that raises only httpx's exceptions."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translate_errors():
            async for chunk in self._stream:
                yield chunk

    async def aclose(self) -> None:
        with _translate_errors():
            await self._stream.aclose()


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        yield
    except aiohttp.ClientError as error:  # httpx-aiohttp does not translate all, such as a malformed header
        raise httpx.RemoteProtocolError(type(error).__name__) from error
    except httpx.TransportError as error:
        cause = error.__cause__
        if isinstance(cause, NOT_SENT_ERRORS) or not isinstance(cause, aiohttp.ClientError):
            raise
        if isinstance(error, httpx.ReadTimeout | httpx.ReadError):
            raise
        raise httpx.ReadError(type(cause).__name__) from cause


def _find_proxy(url: str) -> httpx.Proxy | None:
    """Find the proxy in the environment once. aiohttp would do it in a thread for each call."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return None if not proxy or proxy_bypass(parts.netloc) else httpx.Proxy(proxy)
