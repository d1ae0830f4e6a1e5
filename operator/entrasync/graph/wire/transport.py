"""The way to the network: httpx over aiohttp's connections, which cost a sixth of httpx's own per call.

Foreign exceptions are put right here and nowhere else. `httpx-aiohttp` calls every cut connection a `ConnectTimeout`,
and whether a byte left decides whether a write may be repeated. After this transport, `ConnectError`, `ConnectTimeout`
and `PoolTimeout` mean that surely none did.
"""

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import cast
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from entrasync.graph.wire.clouds import GraphEndpoint

MAX_CONNECTIONS = 64
"""Kept-alive connections at most, unless the caller needs more at once."""

KEEPALIVE_TIMEOUT_SECONDS = 30.0
"""Shorter than front ends keep an idle connection, so that rarely a write meets one that is being closed."""

NOT_SENT_ERRORS = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)
"""aiohttp raises these before it has a connection: refused, no place in the pool, a proxy that lets nobody through."""


def build_tls(endpoint: GraphEndpoint) -> ssl.SSLContext:
    """Build the TLS settings of an endpoint: verified always, by its own authority if it names one. Reads files."""
    if endpoint.ca_file is not None:
        return ssl.create_default_context(cafile=str(endpoint.ca_file))
    if endpoint.ca_pem:
        return ssl.create_default_context(cadata=endpoint.ca_pem)
    return httpx.create_ssl_context()


def build_transport(endpoint: GraphEndpoint, *, connections: int = MAX_CONNECTIONS) -> httpx.AsyncBaseTransport:
    """Build the transport to one Graph: HTTP/1.1, kept alive, bounded. Proxies come from the environment.

    HTTP/1.1 only: with HTTP/2 a front end that closes a connection takes down all calls in flight on it.
    """
    return GraphTransport(build_tls(endpoint), proxy=_find_proxy(endpoint.graph_url), connections=connections)


class GraphTransport(AiohttpTransport):
    """aiohttp's connections behind httpx, with exceptions that tell whether a request may have been sent.

    aiohttp repeats GET, PUT and DELETE once by itself when a kept-alive connection turns out to be closed, POST never
    (RFC 9110, 9.2.2). All of ours of the first kind may be repeated.
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
            skip_auto_headers=("Content-Type",),  # it would call an empty body an octet-stream
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; raises only httpx's exceptions."""
        with _translate_errors():
            response = await super().handle_async_request(request)
        response.stream = _ResponseStream(cast("httpx.AsyncByteStream", response.stream))
        return response


class _ResponseStream(httpx.AsyncByteStream):
    """A body whose exceptions are put right too."""

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
    except aiohttp.ClientError as error:  # those that httpx-aiohttp does not know, such as a malformed header
        raise httpx.RemoteProtocolError(type(error).__name__) from error
    except httpx.TransportError as error:
        cause = error.__cause__
        if isinstance(cause, NOT_SENT_ERRORS) or not isinstance(cause, aiohttp.ClientError):
            raise
        if isinstance(error, httpx.ReadTimeout | httpx.ReadError):
            raise
        raise httpx.ReadError(type(cause).__name__) from cause


def _find_proxy(url: str) -> httpx.Proxy | None:
    """Look into the environment once: aiohttp would do it in a thread for each call."""
    parts = urlsplit(url)
    proxy = getproxies().get(parts.scheme)
    return None if not proxy or proxy_bypass(parts.netloc) else httpx.Proxy(proxy)
