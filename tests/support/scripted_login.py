"""Entra's login and the machine's own endpoint without a network, with scripted responses and recorded requests."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx

from tests.support.scripted_graph import CLIENT, TENANT, make_jwt


@dataclass
class ScriptedLogin:
    """A transport for logins. `answer` is what the token request gets instead of a token, or an error to raise.

    With `repeats_proof` a refusal repeats the proof that came.
    """

    tenant_id: str = TENANT
    answer: httpx.Response | Exception | None = None
    discovery: httpx.Response | None = None
    requests: list[httpx.Request] = field(default_factory=list)
    serial: int = 0
    repeats_proof: bool = False

    @property
    def transport(self) -> httpx.MockTransport:
        """The transport for the login."""
        return httpx.MockTransport(self._stream)

    @property
    def token_requests(self) -> list[httpx.Request]:
        """The requests for a token, at Entra or at the machine."""
        return [request for request in self.requests if request.url.path.endswith("/token")]

    @property
    def forms(self) -> list[Mapping[str, str]]:
        """The forms that were posted to Entra for tokens."""
        return [read_form(request) for request in self.token_requests if request.method == "POST"]

    def refuse(self, code: int, words: str, *, status: int = 401) -> None:
        """Refuse each login from now on with an AADSTS code."""
        description = f"AADSTS{code}: {words} Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-21 00:00:00Z"
        body = {"error": "invalid_client", "error_description": description, "error_codes": [code]}
        self.answer = httpx.Response(status, json=body)

    def _stream(self, request: httpx.Request) -> httpx.Response:
        """Answer with a body that is not read yet, as over a network."""
        answer = self._handle(request)
        if not answer.is_stream_consumed:
            return answer
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path.endswith("openid-configuration"):
            return self.discovery or httpx.Response(200, json=_discover(str(request.url)))
        if isinstance(self.answer, Exception):
            raise self.answer
        if self.answer and self.repeats_proof:
            return self._quote(self.answer, read_form(request))
        return self.answer or self._give_token(is_local=request.method == "GET")

    def _quote(self, answer: httpx.Response, form: Mapping[str, str]) -> httpx.Response:
        proof = form.get("client_secret") or form["client_assertion"]
        body = answer.json()
        return httpx.Response(
            answer.status_code, json=body | {"error_description": f"Got '{proof}'. {body['error_description']}"}
        )

    def _give_token(self, *, is_local: bool) -> httpx.Response:
        self.serial += 1
        claims = {"appid": CLIENT, "tid": self.tenant_id, "oid": "object", "roles": ["r"], "serial": self.serial}
        life: Any = "86399" if is_local else 3599  # the machine's endpoint sends it as text
        return httpx.Response(200, json={"token_type": "Bearer", "expires_in": life, "access_token": make_jwt(claims)})


def read_form(request: httpx.Request) -> Mapping[str, str]:
    """Read a posted form, the first value of each name."""
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def read_json(part: str) -> Any:
    """Read one part of a JWT."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def _discover(url: str) -> dict[str, str]:
    root = url.partition("/v2.0/")[0]
    return {
        "issuer": f"{root}/v2.0",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "token_endpoint": f"{root}/oauth2/v2.0/token",
    }
