"""Tokens for Graph: one per credential, cached until shortly before it expires, one login at a time."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol

from entrasync.core.errors import EntraSyncError, Transient
from entrasync.graph.claims import Token
from entrasync.graph.credentials import AppCredential
from entrasync.graph.endpoints import GraphEndpoint
from entrasync.graph.login import Login
from entrasync.graph.transport import build_tls

EARLY_SECONDS = 300.0
"""A token is renewed so long before its end: a call that waits in line still arrives with a good one."""

REFUSAL_SECONDS = 2.0
"""A failed login is not repeated for so long: thousands of jobs of one tenant ask at the same time."""

RECHECK_SECONDS = 60.0
"""Tokens without a needed role are replaced at most so often: a new consent shows only in a new token."""


class Tokens(Protocol):
    """Where a client gets its tokens, for one tenant of one cloud."""

    @property
    def endpoint(self) -> GraphEndpoint:
        """The Graph that the tokens are good for."""
        ...

    @property
    def tenant_id(self) -> str:
        """The tenant that the tokens are good for."""
        ...

    async def token(self) -> Token:
        """Return a token that is good now. Raises `Stalled` (secret, tenant) or `Transient`."""
        ...

    def drop(self, token: Token | None = None) -> None:
        """Forget the cached token; given one, only if it is still that one."""
        ...

    def recheck(self, token: Token) -> None:
        """Forget a token that lacks a permission, if the last such time is long enough ago."""
        ...


@dataclass(frozen=True)
class _Held:
    """A token, and by the monotonic clock when to renew it and when it ends. Token life is real time."""

    token: Token
    renew_at: float
    ends_at: float


@dataclass(frozen=True)
class _Failure:
    """A failed login, as a way to make its error anew for each caller, and how long it is remembered."""

    make: Callable[[], EntraSyncError]
    until: float


class TokenSource:
    """Tokens of one credential. Belongs to one event loop. `monotonic` tells real seconds."""

    def __init__(
        self, endpoint: GraphEndpoint, credential: AppCredential, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._monotonic = monotonic
        self._endpoint = endpoint
        self._credential = credential
        self._login: Login | None = None
        self._held: _Held | None = None
        self._failure: _Failure | None = None
        self._flight: asyncio.Task[None] | None = None
        self._recheck_after = float("-inf")

    @property
    def endpoint(self) -> GraphEndpoint:
        """The Graph that the tokens are good for."""
        return self._endpoint

    @property
    def tenant_id(self) -> str:
        """The tenant of the credential."""
        return self._credential.tenant_id

    async def token(self) -> Token:
        """Return the cached token or log in; callers at the same time share one login.

        Raises `Stalled` with CREDENTIAL_REFUSED or TENANT_NOT_FOUND, or `Transient`; a token that is due to be
        renewed but still good outlives a `Transient`.
        """
        now = self._monotonic()
        if self._held and now < self._held.renew_at:
            return self._held.token
        if not self._failure or now >= self._failure.until:
            await self._share_login()
        held, now = self._held, self._monotonic()
        if held and (now < held.renew_at or (now < held.ends_at and self._is_trouble_passing())):
            return held.token
        if self._failure:
            raise self._failure.make()
        return await self.token()  # dropped by another caller while this one waited

    def drop(self, token: Token | None = None) -> None:
        """Forget the cached token; given one, only if it is still that one (others may have renewed it already)."""
        if token is None or (self._held and self._held.token is token):
            self._held = None

    def recheck(self, token: Token) -> None:
        """Forget `token` because it lacks a permission, at most once a minute of real time."""
        now = self._monotonic()
        if now >= self._recheck_after and self._held and self._held.token is token:
            self._recheck_after = now + RECHECK_SECONDS
            self._held = None

    def roles(self) -> tuple[str, ...]:
        """Tell the application permissions that the cached token carries; empty without one."""
        return self._held.token.roles if self._held else ()

    def _is_trouble_passing(self) -> bool:
        return self._failure is not None and isinstance(self._failure.make(), Transient)

    async def _share_login(self) -> None:
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._log_in())
        await asyncio.shield(self._flight)  # a caller that gives up must not end the login of the others

    async def _log_in(self) -> None:
        try:
            token, life = await asyncio.to_thread(self._acquire)
        except EntraSyncError as error:
            self._failure = _Failure(_recipe(error), self._monotonic() + REFUSAL_SECONDS)
            return
        now, seconds = self._monotonic(), life.total_seconds()
        self._held = _Held(token, now + seconds - min(EARLY_SECONDS, seconds / 2), now + seconds)
        self._failure = None

    def _acquire(self) -> tuple[Token, timedelta]:
        if self._login is None:  # reads the certificates from disk, so here in the thread
            self._login = Login(self._endpoint, self._credential, build_tls(self._endpoint))
        return self._login.acquire()


def _recipe(error: EntraSyncError) -> Callable[[], EntraSyncError]:
    if isinstance(error, Transient):
        return partial(Transient, error.reason, error.message, after=error.after)
    return partial(type(error), error.reason, error.message)
