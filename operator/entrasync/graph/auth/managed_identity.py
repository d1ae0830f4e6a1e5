"""Logs in by a managed identity of the machine. Synchronous, as MSAL is: `tokens.py` calls it in a thread."""

import asyncio
import ssl
from datetime import timedelta
from typing import Any

import httpx
import msal

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.decision.verdicts import Stall
from entrasync.graph.auth.credentials import ManagedIdentity, ProofMaterial
from entrasync.graph.auth.login import MSAL_ERRORS, check_tenant
from entrasync.graph.auth.login_errors import make_no_token_error
from entrasync.graph.auth.login_response import read_lifetime
from entrasync.graph.auth.msal_http import MsalHttpClient
from entrasync.graph.auth.token_claims import AccessToken, parse_access_token
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.failures import describe_failure

ENDPOINT_NAME = "The endpoint of managed identities"

UPDATING_STATUSES = frozenset({404, 410})
"""The statuses of the endpoint while Azure updates it.

Microsoft: "How to use managed identities to acquire an access token".
"""


class ManagedIdentityLogin:
    """Requests tokens from the machine's own endpoint: Azure's instance metadata or a replacement of it."""

    def __init__(
        self,
        endpoint: GraphEndpoint,
        credential: ManagedIdentity,
        tls: ssl.SSLContext,
        *,
        loop: asyncio.AbstractEventLoop,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._credential = credential
        self._http = MsalHttpClient(tls, loop, hosts=None, transport=transport)

    def acquire(self, material: ProofMaterial | None = None) -> tuple[AccessToken, timedelta]:
        """Request a new token; returns it and its lifetime. Raises `Halted` or `Transient`."""
        del material  # there is nothing to prove
        try:
            result = self._request_token()
        except (httpx.ConnectError, httpx.UnsupportedProtocol):
            raise self._make_halt("there is none") from None
        except (httpx.HTTPError, TimeoutError) as error:
            raise Transient(
                Reason.GRAPH_UNREACHABLE,
                f"{ENDPOINT_NAME} did not answer: {describe_failure(error)}. It does only on machines of Azure, "
                "and a network policy must let the operator reach 169.254.169.254.",
            ) from None
        except (*MSAL_ERRORS, OSError):  # the response itself decides
            raise self._classify_refusal() from None
        return self._parse(result)

    def _request_token(self) -> dict[str, Any]:
        client_id = self._credential.client_id
        identity = (
            msal.UserAssignedManagedIdentity(client_id=client_id) if client_id else msal.SystemAssignedManagedIdentity()
        )
        self._http.start_login()
        # A new client each time: MSAL would answer from its cache, with refusals too
        client = msal.ManagedIdentityClient(identity, http_client=self._http)
        result = client.acquire_token_for_client(resource=self._endpoint.resource)
        return dict(result)

    def _parse(self, result: dict[str, Any]) -> tuple[AccessToken, timedelta]:
        value = result.get("access_token")
        if not isinstance(value, str) or not value:
            raise self._classify_refusal()
        token = parse_access_token(value, app_id=self._credential.client_id or "")
        if not token.tenant_id:  # the endpoint is not one of the tenant, as an authority is
            raise self._make_halt("its token does not say to which tenant it belongs")
        check_tenant(token, self._credential.tenant_id)
        return token, read_lifetime(result)

    def _classify_refusal(self) -> EntraSyncError:
        response = self._http.last_response
        status = response.status
        if status is None or status == 429 or status in UPDATING_STATUSES or not 400 <= status < 500:
            return make_no_token_error(ENDPOINT_NAME, response)
        return self._make_halt(response.message or f"status {status}, and not in the words of Azure")

    def _make_halt(self, why: str) -> Halted:
        client_id = self._credential.client_id
        identity = f"managed identity {client_id}" if client_id else "the machine's own managed identity"
        return Halted(
            Stall(
                Reason.CREDENTIAL_REFUSED,
                f"{ENDPOINT_NAME} gave no token for {identity}: {why.rstrip('.')}. Run the operator on a machine of "
                "Azure to which this identity is assigned, or log in another way.",
            )
        )
