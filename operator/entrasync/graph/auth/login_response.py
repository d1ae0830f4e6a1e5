"""What a response of a login says: its status, its codes and its token, and nothing that may be secret."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx

from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.redaction import Redactor
from entrasync.graph.wire.retry_after import read_retry_after

SHORT_LIFETIME = timedelta(minutes=5)
"""The lifetime of a token whose own cannot be read or is out of bounds. Graph says itself when it does not take one."""

MIN_LIFETIME, MAX_LIFETIME = timedelta(minutes=1), timedelta(hours=48)
"""Lifetimes between these are believed. Entra's tokens live for an hour, and up to 28 with continuous evaluation."""


@dataclass(frozen=True)
class LoginResponse:
    """The last response of a login: HTTP status (None: no response), AADSTS codes, the message of a refusal.

    `document` is the JSON object of the body; without one it is empty. `is_token_request` is False for the discovery
    before it.
    """

    status: int | None = None
    codes: frozenset[int] = frozenset()
    message: str = ""
    retry_after: timedelta | None = None
    is_token_request: bool = False
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def is_readable_success(self) -> bool:
        """Whether the status is the only one that a login succeeds with, and the body a JSON object."""
        return self.status == HTTPStatus.OK and bool(self.document)

    @property
    def is_refusal(self) -> bool:
        """Whether it refuses by the name of an error, as Entra does (RFC 6749, 5.2). The page of a proxy does not."""
        is_client_error = self.status is not None and 400 <= self.status < 500
        return is_client_error and isinstance(self.document.get("error"), str)


def summarize_response(response: httpx.Response, redactor: Redactor, *, is_token_request: bool) -> LoginResponse:
    """Summarize a response that was read whole. The `redactor` removes what was sent from the message."""
    document = _read_object(response.content)
    # The first line has the code and the fault. Trace ids and times follow, which would change a condition's message
    # at each login
    text = (_read_text(document, "error_description") or _read_text(document, "error")).partition("\n")[0]
    for changing in (" Trace ID:", " Current time:"):
        text = text.partition(changing)[0]
    return LoginResponse(
        response.status_code,
        _read_codes(document),
        "" if response.is_success else shorten(redactor.redact(text)),
        read_retry_after(response.headers),
        is_token_request,
        document,
    )


def read_lifetime(document: Mapping[str, Any]) -> timedelta:
    """Read the lifetime of a token. One that is absent, not a number or out of bounds counts as short."""
    lifetime = _read_seconds(document, "expires_in")
    if lifetime is None and (end := _read_seconds(document, "expires_on")) is not None:  # since 1970, App Service
        lifetime = end - timedelta(seconds=time.time())
    is_believable = lifetime is not None and MIN_LIFETIME <= lifetime <= MAX_LIFETIME
    return lifetime if lifetime is not None and is_believable else SHORT_LIFETIME


def write_for_msal(response: LoginResponse) -> str:
    """Write a success as JSON. Of one with a token, only what MSAL needs: it stumbles over other odd members."""
    document = response.document
    if "access_token" not in document:
        return json.dumps(document)
    seconds = int(read_lifetime(document).total_seconds())
    token = {"token_type": "Bearer", "access_token": document["access_token"], "resource": document.get("resource")}
    return json.dumps({**token, "expires_in": seconds, "expires_on": int(time.time()) + seconds})


def _read_seconds(document: Mapping[str, Any], name: str) -> timedelta | None:
    try:
        return timedelta(seconds=float(document[name]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _read_text(document: Mapping[str, Any], name: str) -> str:
    text = document.get(name)
    return text if isinstance(text, str) else ""


def _read_codes(document: Mapping[str, Any]) -> frozenset[int]:
    codes = document.get("error_codes")
    return frozenset(code for code in codes if isinstance(code, int)) if isinstance(codes, list) else frozenset()


def _read_object(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
