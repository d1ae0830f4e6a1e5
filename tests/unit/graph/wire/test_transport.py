"""Which exceptions mean that a request was not sent, and which leave it open."""

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

NOT_SENT = [
    aiohttp.ClientConnectorError(KEY, OSError(111, "refused")),
    aiohttp.ClientConnectorDNSError(KEY, OSError(-2, "unknown")),
    aiohttp.ClientConnectorCertificateError(KEY, ssl.CertificateError("a stranger's")),
    aiohttp.ClientConnectorSSLError(KEY, ssl.SSLError("no")),
    aiohttp.ClientProxyConnectionError(KEY, OSError(111, "refused")),
    aiohttp.ClientHttpProxyError(REQUEST_INFO, (), status=407),
    aiohttp.ConnectionTimeoutError("no place in the pool"),
]
PERHAPS_SENT = [
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
            session._request = self._fail  # type: ignore[method-assign]  # below the checks of aiohttp
            return session

        async def _fail(self, *_: object, **__: object) -> aiohttp.ClientResponse:
            raise error

    return httpx.AsyncClient(transport=Transport(ssl.create_default_context()))


class TestGraphTransport:
    @pytest.mark.parametrize("error", NOT_SENT, ids=lambda error: type(error).__name__)
    async def test_raises_not_sent_errors_before_there_is_a_connection(self, error: Exception) -> None:
        async with failing(error) as client:
            with pytest.raises(NOT_SENT_ERRORS):
                await client.post("https://localhost/")

    @pytest.mark.parametrize("error", PERHAPS_SENT, ids=lambda error: type(error).__name__)
    async def test_raises_other_errors_when_a_connection_breaks(self, error: Exception) -> None:
        async with failing(error) as client:
            with pytest.raises(httpx.TransportError) as caught:
                await client.post("https://localhost/")
        assert not isinstance(caught.value, NOT_SENT_ERRORS)


class TestBuildTransport:
    @pytest.mark.parametrize(
        ("exempt", "expected"), [("", "http://proxy.example:3128"), ("graph.microsoft.com", None), ("*", None)]
    )
    async def test_uses_the_proxy_of_the_environment_unless_exempt(
        self, monkeypatch: pytest.MonkeyPatch, exempt: str, expected: str | None
    ) -> None:
        monkeypatch.setenv("https_proxy", "http://user:pass@proxy.example:3128")
        monkeypatch.setenv("no_proxy", exempt)
        transport = build_transport(GraphEndpoint("https://graph.microsoft.com", "https://login.microsoftonline.com"))
        assert isinstance(transport, GraphTransport)
        assert (str(transport.proxy.url) if transport.proxy else None) == expected
