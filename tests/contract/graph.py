"""Calls Graph, the real one or the simulator, as a plain HTTP client; it waits where Graph asks for it."""

import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from tests.contract.redaction import redact
from tests.contract.settings import Settings
from tests.support.graph_facts import check_answer

PAUSE_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 300.0
"""How long replication and another change are waited for (graph-facts 4.2)."""
MOST_TRIES = 6
LONGEST_RETRY_SECONDS = 120.0

Wait = Callable[[float], object]
"""Lets seconds pass: real ones, or those of the simulated clock."""


class UnansweredError(Exception):
    """Graph or Entra gave no usable answer. The message has nothing of the request."""


@dataclass(frozen=True)
class Reply:
    """An answer of Graph: its status, its error if it is one, and its JSON, empty if it has none."""

    status: int
    code: str = ""
    message: str = ""
    document: dict[str, Any] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        """Whether Graph did what was asked."""
        return 200 <= self.status < 300

    def describe(self) -> str:
        """Say the status and the error, as `400 BadRequest: No such template.`."""
        error = f" {self.code}" if self.code else ""
        return f"{self.status}{error}{f': {self.message}' if self.message else ''}"


class ContractGraph:
    """Graph as the contract sees it. It compares each answer with Microsoft's description and keeps the differences."""

    def __init__(self, settings: Settings, wait: Wait) -> None:
        self._settings, self.wait = settings, wait
        self.differences: list[str] = []
        self.throttled: list[str] = []
        self._token = ""
        verify = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
        self._http = httpx.Client(verify=verify, timeout=60, follow_redirects=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def redact(self, text: str) -> str:
        """Take out of a text what nobody else should read."""
        return redact(text, (self._token, self._settings.client_secret))

    def sign_in(self) -> None:
        """Get a token.

        Raises:
            UnansweredError: Entra gives none; the message has its code.
        """
        form = {
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret,
            "grant_type": "client_credentials",
            "scope": f"{self._settings.graph_url}/.default",
        }
        url = f"{self._settings.authority}/{quote(self._settings.tenant_id, safe='')}/oauth2/v2.0/token"
        try:
            answer = self._http.post(url, data=form)
        except httpx.HTTPError as error:
            raise UnansweredError(f"Entra cannot be reached: {type(error).__name__}.") from None
        document = _read_object(answer)
        if not isinstance(document.get("access_token"), str):
            described = self.redact(str(document.get("error_description") or document.get("error") or ""))
            raise UnansweredError(f"Entra gives no token: {answer.status_code} {described}")
        self._token = document["access_token"]

    def ask(self, method: str, path: str, document: Any = None, *, is_described: bool = True) -> Reply:
        """Call Graph below the service principal's synchronization. Waits out 429, and 409 of an unfinished change.

        Args:
            method: The method.
            path: What follows `/synchronization`, with its query.
            document: The JSON to send; None for none.
            is_described: Whether Microsoft describes the call, so that its answer is compared. One that is not is asked
                of beta.

        Raises:
            UnansweredError: There was no answer, or only refusals to wait out.
        """
        version = self._settings.api_version if is_described else "beta"
        full = f"/servicePrincipals/{quote(self._settings.service_principal_id, safe='')}/synchronization{path}"
        for _ in range(MOST_TRIES):
            answer = self._send(method, f"{self._settings.graph_url}/{version}{full}", document)
            if answer.status_code == 401 and _is_expired(answer):
                self.sign_in()
            elif answer.status_code == 429 or (answer.status_code == 409 and path.count("/") > 1):
                self.wait(self._note_wait(answer))
            else:
                break
        reply = self._read(answer)
        if is_described:
            self._compare(version, method, full, answer)
        return reply

    def _send(self, method: str, url: str, document: Any) -> httpx.Response:
        try:
            headers = {"authorization": f"Bearer {self._token}"}
            return self._http.request(method, url, headers=headers, json=document)
        except httpx.HTTPError as error:
            raise UnansweredError(f"Graph did not answer {method}: {type(error).__name__}.") from None

    def _note_wait(self, answer: httpx.Response) -> float:
        after = answer.headers.get("retry-after")
        if answer.status_code == 429:
            self.throttled.append("429 without Retry-After" if after is None else f"429 with Retry-After: {after}")
        seconds = float(after) if after is not None and after.isdecimal() else PAUSE_SECONDS
        return min(max(seconds, 1.0), LONGEST_RETRY_SECONDS)

    def _compare(self, version: str, method: str, path: str, answer: httpx.Response) -> None:
        try:
            check_answer(version, method, path, answer.status_code, answer.content)
        except (AssertionError, ValueError) as error:
            self.differences.append(self.redact(str(error).splitlines()[0] if str(error) else "no JSON"))

    def _read(self, answer: httpx.Response) -> Reply:
        document = _read_object(answer)
        error = document.get("error") if answer.status_code >= 400 else None
        if not isinstance(error, dict):
            return Reply(answer.status_code, document=document)
        code, message = str(error.get("code") or ""), str(error.get("message") or "")
        inner = _unwrap(message)  # errors of the synchronization service arrive as text in an error (graph-facts 0.4)
        if inner:
            code, message = f"{code}, with {inner.get('code')} inside", str(inner.get("message") or "")
        return Reply(answer.status_code, self.redact(code), self.redact(message))


def _read_object(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = json.loads(answer.content)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _unwrap(message: str) -> dict[str, Any]:
    try:
        inner = json.loads(message)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return inner if isinstance(inner, dict) else {}


def _is_expired(answer: httpx.Response) -> bool:
    error = _read_object(answer).get("error")
    return isinstance(error, dict) and error.get("code") == "InvalidAuthenticationToken"
