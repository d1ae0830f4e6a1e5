"""MSAL's way to the network, which remembers what was answered last: MSAL's own words are not enough to judge it."""

import json
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from entrasync.graph.wire.redaction import Redactor
from entrasync.graph.wire.responses import shorten
from entrasync.graph.wire.retry_after import read_retry_after

TIMEOUT_SECONDS = 10.0

SECRET_FIELDS = frozenset({"client_secret", "client_assertion"})
"""Of the form that is posted for a token."""

SECRET_HEADERS = frozenset({"authorization", "secret", "x-identity-header"})
"""By which a machine knows who asks for the token of its identity."""


@dataclass(frozen=True)
class LoginResponse:
    """The last answer of a login: HTTP status (None: there was none), AADSTS codes, the words of the refusal.

    `is_token_request` is False for the discovery before it; `is_object` tells whether the body was a JSON object.
    """

    status: int | None = None
    codes: frozenset[int] = frozenset()
    message: str = ""
    after: timedelta | None = None
    is_token_request: bool = False
    is_object: bool = False


class MsalResponse:
    """What MSAL wants to see of an HTTP answer."""

    def __init__(self, response: httpx.Response) -> None:
        self.status_code = response.status_code
        self.text = response.text
        self.headers = response.headers
        self._response = response

    def raise_for_status(self) -> None:
        """Raise `httpx.HTTPStatusError` unless the status is 2xx."""
        self._response.raise_for_status()


class MsalHttpClient:
    """MSAL's HTTP client: follows no redirect (the proof would go with it) and remembers the last answer.

    A connection per call: a token is asked for once an hour, and nothing has to be closed then. `is_local` is for
    the endpoint of a managed identity, on the machine itself: no proxy, and its one GET is the token request.
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
        """Forget the last answer. `secrets`, and what is made of them to be sent, show in no answer from now on."""
        self.last_response = LoginResponse()
        self._secrets = tuple(secrets)

    def get(self, url: str, **options: Any) -> MsalResponse:
        """GET for MSAL (discovery)."""
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> MsalResponse:
        """POST for MSAL (the token)."""
        return self._send("POST", url, options)

    def close(self) -> None:
        """Do nothing: nothing is kept open."""

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
        self.last_response = _describe(response, redactor, is_token_request=method == "POST" or self._is_local)
        if not self.last_response.is_object and (response.is_success or self._is_local):
            # MSAL would log the whole text, in which half a token may stand
            raise ValueError("the answer is no JSON object")
        return MsalResponse(response)


def _describe(response: httpx.Response, redactor: Redactor, *, is_token_request: bool) -> LoginResponse:
    body = _read_object(response)
    # The first line names the code and the fault; trace ids and times follow, new each time, and would
    # change a condition's message at each look
    text = str(body.get("error_description") or body.get("error") or "").partition("\n")[0]
    for volatile in (" Trace ID:", " Current time:"):
        text = text.partition(volatile)[0]
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
    """Turn bytes into text: MSAL signs assertions as bytes, of which httpx would send the representation."""
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
