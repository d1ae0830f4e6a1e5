"""MSAL's HTTP client, which keeps the last response: MSAL's own result is not enough to classify a refusal."""

import asyncio
import ssl
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.core.primitives.redaction import Redactor
from entrasync.graph.auth.login_response import LoginResponse, summarize_response, write_for_msal
from entrasync.graph.wire.bodies import BodyTooLongError, read_body
from entrasync.graph.wire.clouds import normalize_host

TIMEOUT_SECONDS = 10.0
"""Of one step of an HTTP call, such as one read, in real time."""

LOGIN_SECONDS = 30.0
"""Of a whole login, in real time. It ends a login whose answers come byte by byte."""

MAX_BODY_BYTES = 1024 * 1024
"""Of one response, unpacked. Entra's have a few thousand."""

SECRET_FIELDS = frozenset({"client_secret", "client_assertion"})
"""Fields of a token request whose values are redacted."""

SECRET_HEADERS = frozenset({"authorization", "secret", "x-identity-header"})
"""Headers whose values are redacted: with them a process shows that it may have the machine's token."""


class MsalResponse:
    """An HTTP response in the form that MSAL expects."""

    def __init__(self, response: httpx.Response, text: str) -> None:
        self.status_code = response.status_code
        self.text = text
        self.headers = response.headers
        self._response = response

    def raise_for_status(self) -> None:
        """Raise `httpx.HTTPStatusError` unless the status is 2xx."""
        self._response.raise_for_status()


class MsalHttpClient:
    """MSAL's HTTP client. It keeps the last response, and follows no redirect, because the proof would go with it.

    MSAL calls it in a thread, which only waits: the calls run on `loop`, where a deadline ends them whatever they wait
    for. Each call has its own connection: a token is requested once an hour, and so nothing has to be closed. A POST,
    which carries the proof, goes only to one of `hosts`. If `hosts` is None, it is for the endpoint of a managed
    identity on the machine itself: no proxy, no POST, and its one GET is the token request.
    """

    def __init__(
        self,
        tls: ssl.SSLContext,
        loop: asyncio.AbstractEventLoop,
        *,
        hosts: Collection[str] | None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._tls = tls
        self._loop = loop
        self._hosts = frozenset(hosts or ())
        self._transport = transport
        self._is_local = hosts is None
        self._ends_at = 0.0
        self.last_response = LoginResponse()
        self._secrets: tuple[str, ...] = ()

    def start_login(self, secrets: Collection[str] = ()) -> None:
        """Forget the last response, and begin the time that the login may take.

        From now on `secrets` and what is sent of them are redacted in every response.
        """
        self.last_response = LoginResponse()
        self._secrets = tuple(secrets)
        self._ends_at = self._loop.time() + LOGIN_SECONDS

    def get(self, url: str, **options: Any) -> MsalResponse:
        """Send a GET for MSAL (discovery)."""
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> MsalResponse:
        """Send a POST for MSAL (the token request)."""
        self._check_host(url)
        return self._send("POST", url, options)

    def close(self) -> None:
        """Do nothing, because no connection stays open."""

    def _check_host(self, url: str) -> None:
        """Raise `Transient` for a host that is no login of the cloud. The discovery document has named it."""
        host = urlsplit(url).netloc
        if normalize_host(host) not in self._hosts:
            known = ", ".join(sorted(self._hosts))
            raise Transient(
                Reason.GRAPH_UNREACHABLE,
                f"The discovery document names {host} for logins, which is no login host of the cloud ({known}). The "
                "credential was not sent there. Check for a proxy that changes answers, and the cloud's authority.",
            )

    def _send(self, method: str, url: str, options: Mapping[str, Any]) -> MsalResponse:
        self.last_response = LoginResponse()
        known: dict[str, Any] = {name: options.get(name) for name in ("params", "headers")}
        known["data"] = _text_only(options.get("data"))
        answer = asyncio.run_coroutine_threadsafe(self._fetch(method, url, known), self._loop)
        response = answer.result(LOGIN_SECONDS + 1)  # a stopped loop ends nothing, and the process waits for the thread
        redactor = Redactor(
            [*self._secrets, *_pick(known["data"], SECRET_FIELDS), *_pick(known["headers"], SECRET_HEADERS)]
        )
        is_token_request = method == "POST" or self._is_local
        said = self.last_response = summarize_response(response, redactor, is_token_request=is_token_request)
        if said.is_readable_success:
            return MsalResponse(response, write_for_msal(said))
        if response.is_success or not said.document:
            # MSAL would log the whole text, which may have a part of a token or repeat the proof
            raise ValueError("the answer is no JSON object, or its status is 2xx and not 200")
        return MsalResponse(response, response.text)

    async def _fetch(self, method: str, url: str, known: Mapping[str, Any]) -> httpx.Response:
        """Send a request; returns the whole response. Raises `httpx.HTTPError`, `TimeoutError` and `ValueError`."""
        async with (
            asyncio.timeout_at(self._ends_at),
            httpx.AsyncClient(
                verify=self._tls,
                transport=self._transport,
                timeout=TIMEOUT_SECONDS,
                trust_env=not self._is_local,
                headers={"Accept-Encoding": "gzip"},  # `read_body` unpacks no other
            ) as client,
            client.stream(method, url, **known, follow_redirects=False) as response,
        ):
            try:
                body = await read_body(response, MAX_BODY_BYTES)
            except BodyTooLongError:
                raise ValueError("the answer is too long") from None
        headers = {name: value for name, value in response.headers.items() if name != "content-encoding"}
        return httpx.Response(response.status_code, headers=headers, content=body, request=response.request)


def _pick(sent: Mapping[str, str] | None, names: Collection[str]) -> list[str]:
    return [value for name, value in (sent or {}).items() if name.lower() in names]


def _text_only(form: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Decode bytes to text: MSAL's signed assertions are bytes, and httpx would send their representation."""
    if form is None:
        return None
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in form.items()}
