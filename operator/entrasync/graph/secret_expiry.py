"""When the client secret ends that a connection logs in by, as Graph tells it, and when Graph is asked for that."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime

from entrasync.core.connection.credential_expiry import CredentialExpiry, find_secret_end, is_look_due
from entrasync.core.decision.errors import EntraSyncError
from entrasync.graph.auth.credentials import SecretText
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.operations import LIST_CLIENT_SECRETS
from entrasync.graph.client import GraphClient

LOG = logging.getLogger("entrasync.graph")

LOOK_TIMEOUT_SECONDS = 30.0
"""Real time after which one look is given up, so that a slow tenant does not delay the looks at others for long."""


class SecretExpiry:
    """What Graph tells of the client secret of one app. It causes no login, and nothing that fails here disturbs one.

    `find_source` returns the source of the tokens in use.
    """

    def __init__(self, client: GraphClient, client_id: str, find_source: Callable[[], TokenSource]) -> None:
        self._client = client
        self._client_id = client_id
        self._find_source = find_source
        self._secret: SecretText | None = None
        """The secret that the two members below are about."""
        self._looked_at: datetime | None = None
        self._told: CredentialExpiry | None = None

    @property
    def known(self) -> CredentialExpiry | None:
        """What Graph told of the secret that was accepted last; None if it has not been asked or did not answer."""
        secret = self._find_source().accepted_secret
        return self._told if secret is not None and secret == self._secret else None

    async def look(self, now: datetime) -> bool:
        """Ask Graph, if that is due and the token allows it. Returns whether another end is known than before.

        Raises nothing that Graph or Entra says: the last known end stays.
        """
        if not self._is_due(now):
            return False
        self._looked_at, before = now, self._told
        try:
            async with asyncio.timeout(LOOK_TIMEOUT_SECONDS):
                self._told = CredentialExpiry(await self._ask(now))
        except EntraSyncError as error:
            LOG.info("Graph has not told when the client secret of app %s ends: %s", self._client_id, error)
            return False
        except TimeoutError:
            LOG.info("Graph has not told in time when the client secret of app %s ends.", self._client_id)
            return False
        return self._told.at != (before.at if before else None)

    def _is_due(self, now: datetime) -> bool:
        source = self._find_source()
        secret, token = source.accepted_secret, source.peek_token()
        if secret is None or token is None or self._client.pause:
            return False
        if not set(token.roles).intersection(LIST_CLIENT_SECRETS.permissions):
            return False
        if secret != self._secret:
            self._secret, self._looked_at, self._told = secret, None, None
        return is_look_due(self._looked_at, now)

    async def _ask(self, now: datetime) -> datetime | None:
        secret = self._secret
        listed = await self._client.list_client_secrets(self._client_id)
        return find_secret_end(secret.value, listed, now=now) if secret and listed else None
