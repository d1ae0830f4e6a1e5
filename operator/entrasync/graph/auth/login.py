"""Logs in at Entra as an app, with the app's own proof. Synchronous, as MSAL is: `tokens.py` calls it in a thread."""

import asyncio
import ssl
from datetime import timedelta
from typing import Any, Protocol

import httpx
import msal

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.graph.auth.credentials import (
    AppCredential,
    Assertion,
    ClientCertificate,
    KeyPair,
    ProofMaterial,
    SecretText,
)
from entrasync.graph.auth.login_errors import classify_refusal
from entrasync.graph.auth.login_response import read_lifetime
from entrasync.graph.auth.msal_http import MsalHttpClient
from entrasync.graph.auth.token_claims import AccessToken, parse_access_token
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.failures import describe_failure

MSAL_ERRORS = (
    ValueError,
    RuntimeError,
    LookupError,
    ArithmeticError,
    TypeError,
    AttributeError,
    msal.exceptions.MsalError,
)
"""MSAL does not check the shape of a response, and raises these for one that it did not expect."""


class Login(Protocol):
    """Logs in by one credential."""

    def acquire(self, material: ProofMaterial | None) -> tuple[AccessToken, timedelta]:
        """Request a new token; returns it and its lifetime. Raises `Halted` or `Transient`. One thread at a time."""
        ...


class AppLogin:
    """Requests tokens of one app from Entra. Keeps its MSAL application until the proof changes or a login fails."""

    def __init__(
        self,
        endpoint: GraphEndpoint,
        credential: AppCredential,
        tls: ssl.SSLContext,
        *,
        loop: asyncio.AbstractEventLoop,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._http = MsalHttpClient(tls, loop, hosts=endpoint.all_login_hosts, transport=transport)
        self._app: Any = None  # MSAL ships no types
        self._material: ProofMaterial | None = None

    def acquire(self, material: ProofMaterial | None) -> tuple[AccessToken, timedelta]:
        """Request a new token from Entra; returns it and its lifetime. Raises `Halted` or `Transient`.

        Not safe for two threads at once.
        """
        if material is None:
            raise TypeError("an app needs a proof to log in")
        try:
            return self._request_token(material)
        except EntraSyncError:
            self._app = None  # MSAL repeats a 400 from its cache for 60 s (graph-facts 7.2): a new secret would fail
            raise

    def _request_token(self, material: ProofMaterial) -> tuple[AccessToken, timedelta]:
        proof = self._msal_form(material)
        self._http.start_login(material.secrets)
        try:
            if self._app is None or material != self._material:
                self._app, self._material = self._make_app(proof), material
            self._app.remove_tokens_for_client()  # else MSAL would return the last token from its cache
            result = self._app.acquire_token_for_client(scopes=[self._endpoint.scope])
        except (httpx.HTTPError, TimeoutError) as error:
            message = f"No answer from {self._endpoint.authority}: {describe_failure(error)}."
            raise Transient(Reason.GRAPH_UNREACHABLE, message) from error
        except MSAL_ERRORS:
            # MSAL's messages quote bodies, and its types do not tell the cause: the response itself decides
            raise self._classify_refusal(material) from None
        value = result.get("access_token")
        if not isinstance(value, str) or not value:
            raise self._classify_refusal(material)
        token = parse_access_token(value, app_id=self._credential.client_id)
        check_tenant(token, self._credential.tenant_id)
        return token, read_lifetime(result)

    def _msal_form(self, material: ProofMaterial) -> Any:
        """Return the proof in MSAL's form, by which MSAL distinguishes the kinds of proof."""
        if isinstance(material, SecretText):
            return material.value
        if isinstance(material, Assertion):
            return {"client_assertion": lambda: material.value}
        return self._check_pair(material)

    def _check_pair(self, pair: KeyPair) -> dict[str, Any]:
        proof = self._credential.proof
        if not isinstance(proof, ClientCertificate):
            raise TypeError(f"a pair of keys cannot be a {proof.kind}")
        from entrasync.graph.auth.certificates import check_certificate, now_utc  # loads cryptography: 9 MiB

        return check_certificate(proof, pair, now=now_utc())

    def _make_app(self, proof: Any) -> Any:
        return msal.ConfidentialClientApplication(
            self._credential.client_id,
            client_credential=proof,
            authority=f"{self._endpoint.authority}/{self._credential.tenant_id}",
            instance_discovery=False,  # it would ask login.microsoftonline.com about every sovereign authority
            http_client=self._http,
        )

    def _classify_refusal(self, material: ProofMaterial) -> EntraSyncError:
        return classify_refusal(self._endpoint, self._credential, response=self._http.last_response, material=material)


def check_tenant(token: AccessToken, tenant_id: str) -> None:
    """Raise `Halted` (TENANT_CHANGED) when a token names another tenant. A token that names none is accepted."""
    if token.tenant_id and token.tenant_id.lower() != tenant_id.lower():
        raise Halted(
            Stall(
                Reason.TENANT_CHANGED,
                f"The token of app {token.app_id} belongs to tenant {token.tenant_id}, not to {tenant_id} as the "
                "connection says. Correct the tenant id, or take an identity of that tenant.",
            )
        )
