"""What a foreign exception says of the request: surely not sent, or perhaps."""

import ssl

import aiohttp
import httpx
import pytest
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from entrasync.graph.calls.exchange import NOT_SENT_ERRORS
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.transport import GraphTransport, build_transport

KEY = ConnectionKey("localhost", 443, True, True, None, None, None)

REQUEST_INFO = aiohttp.RequestInfo(
    URL("https://localhost"), "CONNECT", CIMultiDictProxy(CIMultiDict()), URL("https://localhost")
)

SURELY_NOT = [
    aiohttp.ClientConnectorError(KEY, OSError(111, "refused")),
    aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "unknown")),
    aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("a stranger's")),
    aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError("no")),
    aiohttp.ClientProxyConnectionError(KEY, OSError(111, "refused")),
    aiohttp.ClientHttpProxyError(REQUEST_INFO, (), status=407),
    aiohttp.ConnectionTimeoutError("no place in the pool"),
]
PERHAPS = [
    aiohttp.ServerDisconnectedError(),
    aiohttp.ClientOSError(104, "reset"),
    aiohttp.ClientConnectionResetError("writing to a closing transport"),
    aiohttp.SocketTimeoutError("nothing to read"),
    aiohttp.ServerTimeoutError(),
    aiohttp.ClientPayloadError("half a body"),
    aiohttp.ClientResponseError(REQUEST_INFO, (), status=400, message="a malformed header"),
    aiohttp.ClientConnectionError("connector is closed"),
]


def failing(error: Exception) -> httpx.AsyncClient:
    """Build a client whose aiohttp session raises `error`."""

    class Transport(GraphTransport):
        def _open_session(self) -> aiohttp.ClientSession:
            session = super()._open_session()
            session._request = self._fail  # type: ignore[method-assign]  # beneath its checks
            return session

        async def _fail(self, *_: object, **__: object) -> aiohttp.ClientResponse:
            raise error

    return httpx.AsyncClient(transport=Transport(ssl.create_default_context()))


@pytest.mark.parametrize("error", SURELY_NOT, ids=lambda error: type(error).__name__)
async def test_no_byte_left_before_there_was_a_connection(error: Exception) -> None:
    async with failing(error) as client:
        with pytest.raises(NOT_SENT_ERRORS):
            await client.post("https://localhost/")


@pytest.mark.parametrize("error", PERHAPS, ids=lambda error: type(error).__name__)
async def test_a_connection_that_broke_may_have_carried_the_request(error: Exception) -> None:
    async with failing(error) as client:
        with pytest.raises(httpx.TransportError) as caught:
            await client.post("https://localhost/")
    assert not isinstance(caught.value, NOT_SENT_ERRORS)


@pytest.mark.parametrize(
    ("exempt", "expected"), [("", "http://proxy.example:3128"), ("graph.microsoft.com", None), ("*", None)]
)
async def test_the_environments_proxy_is_used_unless_exempt(
    monkeypatch: pytest.MonkeyPatch, exempt: str, expected: str | None
) -> None:
    monkeypatch.setenv("https_proxy", "http://user:pass@proxy.example:3128")
    monkeypatch.setenv("no_proxy", exempt)
    transport = build_transport(GraphEndpoint("https://graph.microsoft.com", "https://login.microsoftonline.com"))
    assert isinstance(transport, GraphTransport)
    assert (str(transport.proxy.url) if transport.proxy else None) == expected
