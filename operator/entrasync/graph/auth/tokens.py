"""Tokens for Graph: one for each credential, cached until shortly before it expires, with one login at a time."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import random
from typing import Protocol

import httpx

from entrasync.core.decision.errors import EntraSyncError, Halted, Transient
from entrasync.core.primitives.growing_pause import grow_pause
from entrasync.graph.auth.credentials import AppCredential, Credential, KeyPair, ProofMaterial, SecretText
from entrasync.graph.auth.login import AppLogin, Login
from entrasync.graph.auth.managed_identity import ManagedIdentityLogin
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.transport import build_tls

RENEW_EARLY_SECONDS = 300.0
"""A token is renewed so long before it expires, so that a call that waits for a slot still has a valid one."""

RETRY_DELAY_SECONDS = 2.0
"""A failed login is not repeated for so long, because thousands of jobs of one tenant may need it at the same time."""

MAX_RETRY_DELAY_SECONDS = 60.0
"""While the login cannot be reached, the delay doubles up to this one, and no Retry-After makes it shorter."""

CONCURRENT_LOGINS = 64
"""So many logins at the same time. Each takes a thread that only waits, for at most the time of a login."""

REFUSED_PROOF_DELAY_SECONDS = 30.0
"""A login that was refused is not repeated for so long with the same proof.

The jobs of a GraphConnection stop when it fails. Those of the operator connection share only this delay.
"""

RECHECK_INTERVAL_SECONDS = 60.0
"""A token without a needed role is replaced at most once in so long: only a new token shows a new consent."""


_THREADS = ThreadPoolExecutor(CONCURRENT_LOGINS, thread_name_prefix="login")
"""Logins have threads of their own, so that those that hang do not keep DNS and files from theirs."""


class TokenProvider(Protocol):
    """Gives a client its tokens, for one tenant of one cloud."""

    @property
    def endpoint(self) -> GraphEndpoint:
        """The Graph that the tokens are valid for."""
        ...

    @property
    def tenant_id(self) -> str:
        """The tenant that the tokens are valid for."""
        ...

    async def get_token(self) -> AccessToken:
        """Return a token that is valid now. Raises `Halted` (wrong proof or tenant) or `Transient`."""
        ...

    def drop(self, token: AccessToken | None = None) -> None:
        """Drop the cached token; with an argument, only if it is still that one."""
        ...

    def drop_for_missing_role(self, token: AccessToken) -> None:
        """Drop a token that lacks a permission, if the last such time is long enough ago."""
        ...


@dataclass(frozen=True)
class _CachedToken:
    """A token, when to renew it and when it expires, by the monotonic clock. The lifetime of tokens is real time."""

    token: AccessToken
    renew_at: float
    ends_at: float


@dataclass(frozen=True)
class _LoginFailure:
    """A failed login: `until` is the end of its memory, by the monotonic clock."""

    error: EntraSyncError
    until: float

    @property
    def is_transient(self) -> bool:
        """Whether it may pass by itself."""
        return isinstance(self.error, Transient)

    def copy_error(self, now: float) -> EntraSyncError:
        """Make the error for one more caller. A `Transient` asks to wait for the end of its memory."""
        error = self.error
        if isinstance(error, Transient):
            return Transient(error.reason, error.message, after=timedelta(seconds=max(self.until - now, 0)))
        return Halted(error.halt) if isinstance(error, Halted) else type(error)(error.reason, error.message)


@dataclass(frozen=True)
class _RefusedProof:
    """A proof that Entra refused, and until when it is not used again."""

    material: ProofMaterial | None = field(repr=False)
    failure: _LoginFailure
    until: float


class TokenSource:
    """`TokenProvider` for one credential. Belongs to one event loop.

    `monotonic` returns real seconds; `transport` is for tests.
    """

    def __init__(
        self,
        endpoint: GraphEndpoint,
        credential: Credential,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._transport = transport
        self._endpoint = endpoint
        self._credential = credential
        self._login: Login | None = None
        self._cached: _CachedToken | None = None
        self._failure: _LoginFailure | None = None
        self._failures = 0
        """How many logins in a row failed by trouble that passes by itself."""
        self._refused: _RefusedProof | None = None
        self._login_task: asyncio.Task[_CachedToken | _LoginFailure] | None = None
        self._recheck_after = float("-inf")
        self._has_last_login_worked: bool | None = None
        self._certificate_expires_at: datetime | None = None
        self._accepted: ProofMaterial | None = None

    @property
    def endpoint(self) -> GraphEndpoint:
        """The Graph that the tokens are valid for."""
        return self._endpoint

    @property
    def tenant_id(self) -> str:
        """The tenant of the credential."""
        return self._credential.tenant_id

    def has_last_login_worked(self) -> bool | None:
        """Whether the last login gave a token; None before the first."""
        return self._has_last_login_worked

    @property
    def certificate_expires_at(self) -> datetime | None:
        """When the certificate of the last login expires; None before the first, and for another kind of proof."""
        return self._certificate_expires_at

    @property
    def accepted_secret(self) -> SecretText | None:
        """The client secret that Entra accepted last; None before that, and for another kind of proof."""
        return self._accepted if isinstance(self._accepted, SecretText) else None

    def peek_token(self) -> AccessToken | None:
        """Return the cached token as long as it is not due to be renewed. Never logs in."""
        cached = self._cached
        return cached.token if cached and self._monotonic() < cached.renew_at else None

    async def get_token(self) -> AccessToken:
        """Return the cached token or log in. Callers at the same time share one login.

        Raises `Halted` with CREDENTIAL_REFUSED, TENANT_NOT_FOUND or TENANT_CHANGED, or `Transient`. A token that is
        due to be renewed but still valid is returned instead of a `Transient`.
        """
        if (token := self.peek_token()) is not None:
            return token
        now, failure = self._monotonic(), self._failure
        if failure is None or now >= failure.until:
            outcome = await self._share_login()
            if isinstance(outcome, _CachedToken):
                return outcome.token
            failure = outcome
        now, cached = self._monotonic(), self._cached
        if cached and now < cached.ends_at and failure.is_transient:
            return cached.token
        raise failure.copy_error(now)

    async def log_in(self) -> AccessToken:
        """Log in now, even if a token is cached, to check the credential. A login that is under way is shared.

        Raises the errors of `get_token`, and a `Transient` even if an older token is still valid.
        """
        self._refused = None
        outcome = await self._share_login()
        if isinstance(outcome, _LoginFailure):
            raise outcome.copy_error(self._monotonic())
        return outcome.token

    def drop(self, token: AccessToken | None = None) -> None:
        """Drop the cached token; with an argument, only if it is still that one (others may have renewed it)."""
        if token is None or (self._cached and self._cached.token is token):
            self._cached = None

    def drop_for_missing_role(self, token: AccessToken) -> None:
        """Drop `token` because it lacks a permission, at most once a minute of real time."""
        now = self._monotonic()
        if now >= self._recheck_after and self._cached and self._cached.token is token:
            self._recheck_after = now + RECHECK_INTERVAL_SECONDS
            self._cached = None

    async def _share_login(self) -> _CachedToken | _LoginFailure:
        if self._login_task is None or self._login_task.done():
            self._login_task = asyncio.create_task(self._log_in())
        return await asyncio.shield(self._login_task)  # a caller that gives up must not cancel the login of others

    async def _log_in(self) -> _CachedToken | _LoginFailure:
        outcome = await self._read_and_acquire()
        self._has_last_login_worked = isinstance(outcome, _CachedToken)
        if isinstance(outcome, _CachedToken):
            self._cached, self._failure, self._failures = outcome, None, 0
        else:
            self._failure = outcome
        return outcome

    async def _read_and_acquire(self) -> _CachedToken | _LoginFailure:
        try:
            material = await self._credential.read()
        except EntraSyncError as error:
            return self._make_failure(error)
        self._certificate_expires_at = _find_certificate_expiry(material)
        if known := self._find_refusal(material):
            return known
        try:
            loop = asyncio.get_running_loop()
            token, lifetime = await loop.run_in_executor(_THREADS, self._acquire, loop, material)
        except EntraSyncError as error:
            failure = self._make_failure(error)
            if isinstance(error, Halted):
                self._refused = _RefusedProof(material, failure, self._monotonic() + REFUSED_PROOF_DELAY_SECONDS)
            return failure
        self._accepted = material
        now, seconds = self._monotonic(), lifetime.total_seconds()
        return _CachedToken(token, now + seconds - min(RENEW_EARLY_SECONDS, seconds / 2), now + seconds)

    def _make_failure(self, error: EntraSyncError) -> _LoginFailure:
        """Remember a failure, a transient one for longer each time. Another proof may help at once after a refusal."""
        pause = first = timedelta(seconds=RETRY_DELAY_SECONDS)
        if isinstance(error, Transient):
            longest = timedelta(seconds=MAX_RETRY_DELAY_SECONDS)
            pause = grow_pause(self._failures, first=first, longest=longest, spread=random(), at_least=error.after)
            self._failures += 1
        return _LoginFailure(error, self._monotonic() + pause.total_seconds())

    def _find_refusal(self, material: ProofMaterial | None) -> _LoginFailure | None:
        """Find the recent refusal of this same proof."""
        refused, now = self._refused, self._monotonic()
        if refused is None or refused.material != material or now >= refused.until:
            return None
        return replace(refused.failure, until=now + RETRY_DELAY_SECONDS)

    def _acquire(
        self, loop: asyncio.AbstractEventLoop, material: ProofMaterial | None
    ) -> tuple[AccessToken, timedelta]:
        if self._login is None:  # made here in the thread, because it reads certificates from disk
            self._login = make_login(self._endpoint, self._credential, loop=loop, transport=self._transport)
        return self._login.acquire(material)


def make_login(
    endpoint: GraphEndpoint,
    credential: Credential,
    *,
    loop: asyncio.AbstractEventLoop,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Login:
    """Make the login for a kind of credential, whose calls run on `loop`. Reads files."""
    tls = build_tls(endpoint)
    if isinstance(credential, AppCredential):
        return AppLogin(endpoint, credential, tls, loop=loop, transport=transport)
    return ManagedIdentityLogin(endpoint, credential, tls, loop=loop, transport=transport)


def _find_certificate_expiry(material: ProofMaterial | None) -> datetime | None:
    if not isinstance(material, KeyPair):
        return None
    from entrasync.graph.auth.certificates import find_certificate_expiry  # loads cryptography: 9 MiB

    return find_certificate_expiry(material)
