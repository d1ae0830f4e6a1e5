"""MSAL's HTTP client, which keeps the last response: MSAL's own result is not enough to classify a refusal."""

import json
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from entrasync.core.primitives.redaction import Redactor
from entrasync.graph.wire.responses import shorten
from entrasync.graph.wire.retry_after import read_retry_after

TIMEOUT_SECONDS = 10.0
"""Of one HTTP call of a login, in real time."""

SECRET_FIELDS = frozenset({"client_secret", "client_assertion"})
"""Fields of a token request whose values are redacted."""

SECRET_HEADERS = frozenset({"authorization", "secret", "x-identity-header"})
"""Headers whose values are redacted: with them a process shows that it may have the machine's token."""


@dataclass(frozen=True)
class LoginResponse:
    """The last response of a login: HTTP status (None: no response), AADSTS codes, the message of a refusal.

    `is_token_request` is False for the discovery before it; `is_object` tells whether the body was a JSON object.
    """

    status: int | None = None
    codes: frozenset[int] = frozenset()
    message: str = ""
    retry_after: timedelta | None = None
    is_token_request: bool = False
    is_object: bool = False


class MsalResponse:
    """An HTTP response in the form that MSAL expects."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.text = response.text
        self.headers = response.headers
        self._response = response

    def raise_for_status(self) -> None:
        """Raise `httpx.HTTPStatusError` unless the status is 2xx."""
        self._response.raise_for_status()


class MsalHttpClient:
    """MSAL's HTTP client. It keeps the last response, and follows no redirect, because the proof would go with it.

    Each call has its own connection: a token is requested once an hour, and so nothing has to be closed. `is_local` is
    for the endpoint of a managed identity on the machine itself: no proxy, and its one GET is the token request.
    """

    def __init__(
        self, tls: ssl.SSLContext, *, transport: httpx.BaseTransport | None = None, is_local: bool = False
    ) -> None:
        self._tls = tls
        self._transport = transport
        self._is_local = is_local
        self.last_response = LoginResponse()
        self._secrets: tuple[str, ...] = ()

    def start_login(self, secrets: Collection[str] = ()) -> None:
        """Forget the last response. From now on `secrets` and what is sent of them are redacted in every response."""
        self.last_response = LoginResponse()
        self._secrets = tuple(secrets)

    def get(self, url: str, **options: Any) -> MsalResponse:
        """Send a GET for MSAL (discovery)."""
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> MsalResponse:
        """Send a POST for MSAL (the token request)."""
        return self._send("POST", url, options)

    def close(self) -> None:
        """Do nothing, because no connection stays open."""

    def _send(self, method: str, url: str, options: Mapping[str, Any]) -> MsalResponse:
        self.last_response = LoginResponse()
        known: dict[str, Any] = {name: options.get(name) for name in ("params", "headers")}
        known["data"] = _text_only(options.get("data"))
        with httpx.Client(
            verify=self._tls, transport=self._transport, timeout=TIMEOUT_SECONDS, trust_env=not self._is_local
        ) as client:
            response = client.request(method, url, **known, follow_redirects=False)
        redactor = Redactor(
            [*self._secrets, *_pick(known["data"], SECRET_FIELDS), *_pick(known["headers"], SECRET_HEADERS)]
        )
        self.last_response = _summarize(response, redactor, is_token_request=method == "POST" or self._is_local)
        if not self.last_response.is_object and (response.is_success or self._is_local):
            # MSAL would log the whole text, which may have a part of a token
            raise ValueError("the answer is no JSON object")
        return MsalResponse(response)


def _summarize(response: httpx.Response, redactor: Redactor, *, is_token_request: bool) -> LoginResponse:
    body = _read_object(response)
    # The first line has the code and the fault. Trace ids and times follow, which would change a condition's message
    # at each login
    text = str(body.get("error_description") or body.get("error") or "").partition("\n")[0]
    for changing in (" Trace ID:", " Current time:"):
        text = text.partition(changing)[0]
    return LoginResponse(
        response.status_code,
        _read_codes(body),
        "" if response.is_success else shorten(redactor.redact(text)),
        read_retry_after(response.headers),
        is_token_request,
        bool(body),
    )


def _pick(sent: Mapping[str, str] | None, names: Collection[str]) -> list[str]:
    return [value for name, value in (sent or {}).items() if name.lower() in names]


def _text_only(form: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Decode bytes to text: MSAL's signed assertions are bytes, and httpx would send their representation."""
    if form is None:
        return None
    return {name: value.decode() if isinstance(value, bytes) else value for name, value in form.items()}


def _read_codes(body: Mapping[str, Any]) -> frozenset[int]:
    codes = body.get("error_codes")
    return frozenset(code for code in codes if isinstance(code, int)) if isinstance(codes, list) else frozenset()


def _read_object(response: httpx.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
