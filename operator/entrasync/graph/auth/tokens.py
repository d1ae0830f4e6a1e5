"""Tokens for Graph: one per credential, cached until shortly before it expires, one login at a time."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Protocol

import httpx

from entrasync.core.decision.errors import EntraSyncError, Stalled, Transient
from entrasync.graph.auth.credentials import AppCredential, Credential, Material
from entrasync.graph.auth.login import AppLogin, Login
from entrasync.graph.auth.managed_identity import ManagedIdentityLogin
from entrasync.graph.auth.token_claims import Token
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.transport import build_tls

EARLY_SECONDS = 300.0
"""A token is renewed so long before its end: a call that waits in line still arrives with a good one."""

REFUSAL_SECONDS = 2.0
"""A failed login is not repeated for so long: thousands of jobs of one tenant ask at the same time."""

UNCHANGED_SECONDS = 30.0
"""A login that was refused is not repeated for so long by the very same proof.

Jobs of a GraphConnection hear of its fault; those of the install's own connection have only this in common.
"""

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


@dataclass(frozen=True)
class _Refused:
    """What Entra refused, and until when the same is not shown to it again."""

    material: Material | None = field(repr=False)
    failure: _Failure
    until: float


class TokenSource:
    """Tokens of one credential. Belongs to one event loop. `monotonic` tells real seconds; `transport` is for tests."""

    def __init__(
        self,
        endpoint: GraphEndpoint,
        credential: Credential,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._transport = transport
        self._endpoint = endpoint
        self._credential = credential
        self._login: Login | None = None
        self._held: _Held | None = None
        self._failure: _Failure | None = None
        self._refused: _Refused | None = None
        self._flight: asyncio.Task[_Held | _Failure] | None = None
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

        Raises `Stalled` with CREDENTIAL_REFUSED, TENANT_NOT_FOUND or TENANT_CHANGED, or `Transient`; a token that is
        due to be renewed but still good outlives a `Transient`.
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

    async def log_in(self) -> Token:
        """Log in now, whatever is cached, to prove the credential; shares a login that is under way.

        Raises the errors of `token`, a `Transient` also when an older token is still good.
        """
        self._refused = None
        outcome = await self._share_login()
        if isinstance(outcome, _Failure):
            raise outcome.make()
        return outcome.token

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

    def _is_trouble_passing(self) -> bool:
        return self._failure is not None and isinstance(self._failure.make(), Transient)

    async def _share_login(self) -> _Held | _Failure:
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._log_in())
        return await asyncio.shield(self._flight)  # a caller that gives up must not end the login of the others

    async def _log_in(self) -> _Held | _Failure:
        outcome = await self._try()
        if isinstance(outcome, _Held):
            self._held, self._failure = outcome, None
        else:
            self._failure = outcome
        return outcome

    async def _try(self) -> _Held | _Failure:
        try:
            material = await self._credential.read()
        except EntraSyncError as error:
            return self._fail(error)
        if known := self._find_refusal(material):
            return known
        try:
            token, life = await asyncio.to_thread(self._acquire, material)
        except EntraSyncError as error:
            failure = self._fail(error)
            if isinstance(error, Stalled):
                self._refused = _Refused(material, failure, self._monotonic() + UNCHANGED_SECONDS)
            return failure
        now, seconds = self._monotonic(), life.total_seconds()
        return _Held(token, now + seconds - min(EARLY_SECONDS, seconds / 2), now + seconds)

    def _fail(self, error: EntraSyncError) -> _Failure:
        return _Failure(_recipe(error), self._monotonic() + REFUSAL_SECONDS)

    def _find_refusal(self, material: Material | None) -> _Failure | None:
        """Find what Entra said lately to this very proof."""
        refused, now = self._refused, self._monotonic()
        if refused is None or refused.material != material or now >= refused.until:
            return None
        return replace(refused.failure, until=now + REFUSAL_SECONDS)

    def _acquire(self, material: Material | None) -> tuple[Token, timedelta]:
        if self._login is None:  # reads the certificates from disk, so here in the thread
            self._login = make_login(self._endpoint, self._credential, transport=self._transport)
        return self._login.acquire(material)


def make_login(
    endpoint: GraphEndpoint, credential: Credential, *, transport: httpx.BaseTransport | None = None
) -> Login:
    """Make the login that fits a credential. Reads files."""
    tls = build_tls(endpoint)
    if isinstance(credential, AppCredential):
        return AppLogin(endpoint, credential, tls, transport=transport)
    return ManagedIdentityLogin(endpoint, credential, tls, transport=transport)


def _recipe(error: EntraSyncError) -> Callable[[], EntraSyncError]:
    if isinstance(error, Transient):
        return partial(Transient, error.reason, error.message, after=error.after)
    return partial(type(error), error.reason, error.message)
