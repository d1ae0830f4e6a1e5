"""The tokens of the operator's client of Graph, from a login of a person."""

import asyncio
import time

from entrasync.graph.auth.token_claims import AccessToken, parse_access_token
from entrasync.graph.wire.clouds import GraphEndpoint
from kubectl_entrasync.tenant.logins import Session

_RENEW_EARLY_SECONDS = 300
"""A call that waits for a slot still has a valid token."""


class SessionTokens:
    """Implements `TokenProvider` (`graph/auth/tokens.py`). Belongs to one event loop."""

    def __init__(self, endpoint: GraphEndpoint, session: Session) -> None:
        self._endpoint = endpoint
        self._session = session
        self._token: AccessToken | None = None
        self._expires_on = 0.0
        self._login = asyncio.Lock()

    @property
    def endpoint(self) -> GraphEndpoint:
        """The Graph that the tokens are valid for."""
        return self._endpoint

    @property
    def tenant_id(self) -> str:
        """The tenant of the token; empty before the first one."""
        return self._token.tenant_id if self._token else ""

    async def get_token(self) -> AccessToken:
        """Return a token that is valid now. Raises `Failure`."""
        async with self._login:
            if self._token is None or time.time() >= self._expires_on - _RENEW_EARLY_SECONDS:
                got = await asyncio.to_thread(self._session.acquire)
                self._token, self._expires_on = parse_access_token(got.token), float(got.expires_on)
            return self._token

    def drop(self, token: AccessToken | None = None) -> None:
        """Drop the token; with an argument, only if it is still that one."""
        if token is None or self._token is token:
            self._expires_on = 0.0

    def drop_for_missing_role(self, token: AccessToken) -> None:
        """Keep the token: a new one of the same minute has the same roles."""
