"""One login at Entra by client secret. Synchronous, as MSAL is; `tokens.py` calls it in a thread."""

import json
import ssl
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import msal

from entrasync.api.conditions import Reason
from entrasync.core.errors import EntraSyncError, Stalled, Transient
from entrasync.graph.answers import cut
from entrasync.graph.claims import Token, read_roles
from entrasync.graph.credentials import AppCredential
from entrasync.graph.endpoints import GraphEndpoint
from entrasync.graph.retry_after import read_retry_after

UNKNOWN_TENANT = frozenset({90002, 900021, 900023})
"""AADSTS: no such tenant, and two forms of "this cannot be a tenant's name"."""

PASSING = frozenset({90033, 50196})
"""AADSTS: "a transient error occurred", and "too many requests of one client in a loop"."""

ADVICE: Mapping[int, str] = {
    7000215: "put the secret's value (not its id) into {where}",
    7000222: "the secret has expired: make a new one and put it into {where}",
    700016: "check the client id and the tenant id",
    7000112: "the app is disabled in its tenant: enable it",
    7000229: "the app has no service principal in the tenant: give it admin consent there",
}
"""What to do, by AADSTS code; the others get the advice of 7000215."""


class Login:
    """Asks Entra for tokens by one credential, through one MSAL app for as long as secret and Entra stay agreeable."""

    def __init__(self, endpoint: GraphEndpoint, credential: AppCredential, tls: ssl.SSLContext) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._wire = _TokenWire(tls)
        self._app: Any = None  # MSAL ships no types
        self._secret = ""

    def acquire(self) -> tuple[Token, timedelta]:
        """Ask Entra for a new token; returns it and its life. Raises `Stalled` or `Transient`.

        Not safe for two threads at once.
        """
        secret = self._credential.secret.read()
        try:
            return self._ask(secret)
        except EntraSyncError:
            self._app = None  # MSAL repeats a 400 from memory for 60 s: a mended secret would look broken
            raise

    def _ask(self, secret: str) -> tuple[Token, timedelta]:
        self._wire.forget()
        try:
            if self._app is None or secret != self._secret:
                self._app, self._secret = self._make_app(secret), secret
            self._app.remove_tokens_for_client()  # whoever asks here has no use for the one before
            result = self._app.acquire_token_for_client(scopes=[self._endpoint.scope])
        except httpx.HTTPError as error:
            why = type(error).__name__
            raise Transient(Reason.GRAPH_UNREACHABLE, f"No answer from {self._endpoint.authority}: {why}") from error
        except (ValueError, RuntimeError, KeyError, msal.exceptions.MsalError):
            # MSAL's own words quote bodies and its types say nothing: the answer itself decides
            raise self._refusal() from None
        token = result.get("access_token")
        if not isinstance(token, str) or not token:
            raise self._refusal()
        return self._describe(token), _life(result)

    def _make_app(self, secret: str) -> Any:
        return msal.ConfidentialClientApplication(
            self._credential.client_id,
            client_credential=secret,
            authority=f"{self._endpoint.authority}/{self._credential.tenant_id}",
            instance_discovery=False,  # which would ask login.microsoftonline.com about every sovereign authority
            http_client=self._wire,
        )

    def _describe(self, token: str) -> Token:
        return Token(value=token, app_id=self._credential.client_id, roles=read_roles(token))

    def _refusal(self) -> EntraSyncError:
        status, codes, words = self._wire.status, self._wire.codes, self._wire.words
        tenant, app, authority = self._credential.tenant_id, self._credential.client_id, self._endpoint.authority
        if status is None or status == 429 or not 400 <= status < 500 or PASSING.intersection(codes):
            message = f"{authority} gave no token (status {status}){f': {words}' if words else ''}"
            return Transient(Reason.GRAPH_UNREACHABLE, message, after=self._wire.after)
        if UNKNOWN_TENANT.intersection(codes) or not self._wire.is_token_request:
            return Stalled(
                Reason.TENANT_NOT_FOUND,
                f"{authority} knows no tenant {tenant}: {words or f'status {status}'}; "
                "check the tenant id and the cloud",
            )
        advice = next((ADVICE[code] for code in codes if code in ADVICE), ADVICE[7000215])
        return Stalled(
            Reason.CREDENTIAL_REFUSED,
            f"Entra refused the client secret of app {app} in tenant {tenant}: {words or f'status {status}'}; "
            f"{advice.format(where=self._credential.secret.where)}",
        )


def _life(result: Mapping[str, Any]) -> timedelta:
    try:
        return timedelta(seconds=float(result["expires_in"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return timedelta()


class _TokenAnswer:
    """What MSAL wants to see of an HTTP answer."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status_code = answer.status_code
        self.text = answer.text
        self.headers = answer.headers
        self._answer = answer

    def raise_for_status(self) -> None:
        """Raise `httpx.HTTPStatusError` unless the status is 2xx."""
        self._answer.raise_for_status()


class _TokenWire:
    """MSAL's HTTP client: follows no redirect (the secret would go with it) and remembers the last refusal.

    A connection per call: a token is asked for once an hour, and nothing has to be closed then.
    """

    TIMEOUT_SECONDS = 10.0

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self.forget()

    def forget(self) -> None:
        """Forget the last answer."""
        self.status: int | None = None
        self.codes: frozenset[int] = frozenset()
        self.words = ""
        self.after: timedelta | None = None
        self.is_token_request = False

    def get(self, url: str, **options: Any) -> _TokenAnswer:
        """GET for MSAL (discovery)."""
        return self._send("GET", url, options)

    def post(self, url: str, **options: Any) -> _TokenAnswer:
        """POST for MSAL (the token)."""
        return self._send("POST", url, options)

    def close(self) -> None:
        """Do nothing: nothing is kept open."""

    def _send(self, method: str, url: str, options: Mapping[str, Any]) -> _TokenAnswer:
        known: dict[str, Any] = {name: options.get(name) for name in ("params", "data", "headers")}
        answer = httpx.request(
            method, url, **known, verify=self._tls, timeout=self.TIMEOUT_SECONDS, follow_redirects=False
        )
        self.status, self.is_token_request = answer.status_code, method == "POST"
        self.after = read_retry_after(answer.headers)
        body = _read_object(answer)
        self.codes = _read_codes(body)
        # The first line names the code and the fault; trace ids and times follow, new each time, and would
        # change a condition's message at each look
        description = body.get("error_description") or body.get("error") or ""
        self.words = cut(str(description).partition("\n")[0].partition(" Trace ID:")[0])
        if answer.is_success and not body:
            # MSAL would log the whole text, in which half a token may stand
            raise ValueError("the answer is no JSON object")
        return _TokenAnswer(answer)


def _read_codes(body: Mapping[str, Any]) -> frozenset[int]:
    codes = body.get("error_codes")
    return frozenset(code for code in codes if isinstance(code, int)) if isinstance(codes, list) else frozenset()


def _read_object(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
