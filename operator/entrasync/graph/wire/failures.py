"""Says in words why there is no answer. The types of the libraries tell too little, and their texts too much."""

import socket
import ssl
from collections.abc import Iterator

import httpx

MAX_CAUSES = 10
"""So many errors that caused each other are looked at."""


_TLS = "Check for a proxy that opens TLS, and the certificate authority of the cloud"

WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, f"TLS failed. {_TLS}"),
    (socket.gaierror, "its host name is unknown. Check the cloud's endpoints and DNS"),
    (ConnectionRefusedError, "it refused the connection. Check the port, proxies and firewalls"),
    (ConnectionError, "the connection was cut"),
    (httpx.ProxyError, "the proxy refused the connection. Check HTTPS_PROXY and NO_PROXY"),
    (httpx.PoolTimeout, "no connection was free in time"),
    (httpx.ConnectTimeout, "no connection came about in time. Check proxies and firewalls"),
    (httpx.ReadError, "the connection was cut"),
    (httpx.WriteError, "the connection was cut"),
    (httpx.RemoteProtocolError, "the connection was cut, or the answer was no HTTP"),
    (httpx.DecodingError, "its compression is malformed"),
)
"""What each kind of error means. The innermost error of a chain that has a meaning counts."""

TIMEOUTS = (httpx.TimeoutException, TimeoutError)
"""They count last: a timeout of a connection is one of these inside one that has words of its own."""

UNFINISHED_TLS = (ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""They say only that TLS waits for bytes, not what ended the wait."""


def describe_failure(error: BaseException) -> str:
    """Return why a call has no answer and what to check, to complete "No answer from ...: ". It has no full stop."""
    causes = [cause for cause in _walk_causes(error) if not isinstance(cause, UNFINISHED_TLS)]
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = getattr(cause, "verify_message", "").rstrip(".") or "it cannot be verified"
            return f"its certificate is not trusted ({why}). {_TLS}"
        if words := next((words for kind, words in WORDS if isinstance(cause, kind)), None):
            return words
    if any(isinstance(cause, TIMEOUTS) for cause in causes):
        return "it took too long"
    return "the connection failed"


def _walk_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, what caused it, and what aiohttp wraps, the innermost first."""
    found: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(found) < MAX_CAUSES:
        found.append(current)
        found.extend(
            wrapped
            for name in ("os_error", "certificate_error")
            if isinstance(wrapped := getattr(current, name, None), BaseException)
        )
        current = current.__cause__ or current.__context__
    yield from reversed(found)
