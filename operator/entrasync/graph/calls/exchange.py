"""Sends requests to Graph with a token, and returns whole responses of limited size or raises named errors."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from importlib import metadata

import httpx

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError, Transient
from entrasync.core.decision.write_permit import NoPermit, WritePermit
from entrasync.graph.auth.token_claims import AccessToken
from entrasync.graph.auth.tokens import TokenProvider
from entrasync.graph.calls.answer_space import AnswerShare
from entrasync.graph.calls.call_metrics import CallMetrics
from entrasync.graph.calls.error_classifier import InvalidToken, classify, make_lost_error, make_unreadable_error
from entrasync.graph.calls.expected_answers import is_done
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.operations import Operation
from entrasync.graph.wire.bodies import BodyTooLongError, read_body
from entrasync.graph.wire.failures import describe_failure
from entrasync.graph.wire.responses import Response

USER_AGENT = f"entra-sync-operator/{metadata.version('entra-sync-operator')}"
"""Graph's activity logs show it. A replica adds its name in the Lease, so that they tell who wrote."""

NOT_SENT_ERRORS = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
"""httpx raises these before the first byte of a request is sent."""


@dataclass(frozen=True)
class ExchangeLimits:
    """Limits of one exchange, in real time and in size. `read_timeout` is the time between two reads."""

    connect_timeout: timedelta = timedelta(seconds=5)
    read_timeout: timedelta = timedelta(seconds=30)
    total_timeout: timedelta = timedelta(seconds=60)
    max_body_bytes: int = 16 * 1024 * 1024  # templates with inline schemas have megabytes
    max_pages: int = 100

    @cached_property
    def timeouts(self) -> dict[str, float | None]:
        """The limits in time as a transport takes them."""
        connect, read = self.connect_timeout.total_seconds(), self.read_timeout.total_seconds()
        return httpx.Timeout(connect=connect, read=read, write=read, pool=connect).as_dict()


@dataclass(frozen=True)
class Request:
    """A request to Graph. `url` is absolute. Background requests give way to others, here and at Graph.

    `secrets` are values in the body, which are redacted in every error: Graph may repeat them. `share` is that of
    `Exchange.hold_for_pages`, for a page of a list.
    """

    operation: Operation
    method: str
    url: str
    body: bytes | None = field(default=None, repr=False)
    is_background: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    share: AnswerShare | None = field(default=None, repr=False)

    @property
    def priority(self) -> str:
        """The value of x-ms-throttle-priority, by which Graph decides what to throttle first (graph-facts 6.3)."""
        if self.operation.is_write:
            return "High"
        return "Low" if self.is_background else "Normal"


@dataclass
class Exchange:
    """Sends all requests of a client. Repeats nothing, except once after Graph refused the token as invalid.

    It asks `permit` directly before it sends a write, when token and slot are there and nothing is awaited any more.
    """

    transport: httpx.AsyncBaseTransport
    """Used without httpx's client, whose cookies, redirects and logins would cost a third of each call."""
    tokens: TokenProvider
    limiter: TenantLimiter
    metrics: CallMetrics
    limits: ExchangeLimits = field(default_factory=ExchangeLimits)
    permit: WritePermit = field(default_factory=NoPermit)
    user_agent: str = USER_AGENT

    @asynccontextmanager
    async def hold_for_pages(self, *, is_background: bool) -> AsyncIterator[AnswerShare]:
        """Hold one slot and one share of the space for answers for all pages of a list. Raises what `send` raises.

        Nobody may wait for a slot while it has a place among the large answers: others wait for a place while they
        have a slot.
        """
        await self.tokens.get_token()  # so that the slot does not wait for a login
        async with self._hold(is_urgent=not is_background) as share:
            yield share

    async def send(self, request: Request) -> Response:
        """Send a request; returns a response that means done.

        Raises the errors of `classify`, of the tokens, of the limiter and of the permit.
        """
        try:
            return await self._send_once(request)
        except InvalidToken:  # `_classify` has dropped it
            return await self._send_once(request)

    async def _send_once(self, request: Request) -> Response:
        if request.operation.is_write:
            await self.limiter.wait_for_write(is_urgent=self.permit.is_urgent)
        token = await self.tokens.get_token()
        is_urgent, is_write = not request.is_background, request.operation.is_write
        async with self._hold(request.share, is_urgent=is_urgent, is_write=is_write) as share:
            if request.operation.is_write:
                self.permit.check(saves_secrets=request.operation.saves_secrets)
            response = await self._call(request, token, share)
            pause = self._heed_quota(request.operation, response)
        if is_done(request.operation, response):
            return response
        raise self._classify(request, response, token, pause=pause)

    def _heed_quota(self, operation: Operation, response: Response) -> timedelta | None:
        """Pause the calls of the tenant after a 429; returns for how long. Note how full the quota is otherwise."""
        if response.status != 429:
            self.limiter.record_response(response.headers)
            return None
        pause = self.limiter.pause(response.headers)
        self.metrics.throttled(operation.name, pause.total_seconds())
        return pause

    @asynccontextmanager
    async def _hold(
        self, held: AnswerShare | None = None, *, is_urgent: bool, is_write: bool = False
    ) -> AsyncIterator[AnswerShare]:
        """Hold a slot and a share; with `held`, only wait until no pause is on, because its holder has the slot."""
        if held is not None:
            await self.limiter.wait_out_pause()
            yield held
            return
        async with self.limiter.slot(is_urgent=is_urgent, is_write=is_write), self.limiter.hold_answer() as share:
            yield share

    def _classify(
        self, request: Request, response: Response, token: AccessToken, *, pause: timedelta | None
    ) -> EntraSyncError:
        error = classify(request.operation, response, pause=pause, token=token, secrets=request.secrets)
        if isinstance(error, InvalidToken):
            self.tokens.drop(token)
        elif error.reason is Reason.PERMISSION_MISSING and not set(request.operation.permissions) & set(token.roles):
            self.tokens.drop_for_missing_role(token)
        return error

    async def _call(self, request: Request, token: AccessToken, share: AnswerShare) -> Response:
        """Send a request, and record it in the metrics whether it succeeds or not."""
        request_id = str(uuid.uuid4())
        status, began = None, time.perf_counter()
        try:
            async with asyncio.timeout(self.limits.total_timeout.total_seconds()):
                response = await self._receive(request, self._build_headers(request, token, request_id), share)
            status, request_id = response.status, response.request_id or request_id
        except (httpx.HTTPError, TimeoutError) as error:
            is_sent = not isinstance(error, NOT_SENT_ERRORS)
            raise make_lost_error(request.operation, describe_failure(error), is_sent=is_sent) from error
        finally:
            self.metrics.called(request.operation.name, status, time.perf_counter() - began, request_id)
        return response

    async def _receive(self, request: Request, headers: dict[str, str], share: AnswerShare) -> Response:
        extensions = {"timeout": self.limits.timeouts}
        sent = httpx.Request(request.method, request.url, content=request.body, headers=headers, extensions=extensions)
        response = await self.transport.handle_async_request(sent)
        response.request = sent
        try:
            body = await read_body(response, self.limits.max_body_bytes, grow=share.grow)
        except BodyTooLongError:
            raise self._make_too_long_error(request.operation, response.status_code) from None
        finally:
            await response.aclose()
        return Response(response.status_code, response.headers, body)

    def _make_too_long_error(self, operation: Operation, status: int) -> EntraSyncError:
        why = f"it is longer than {self.limits.max_body_bytes} bytes (status {status})"
        if 400 <= status < 500:  # Graph refused, so nothing was done
            return Transient(
                Reason.GRAPH_UNREACHABLE, f"Graph refused to {operation.description} in an answer too long to read."
            )
        return make_unreadable_error(operation, why)

    def _build_headers(self, request: Request, token: AccessToken, request_id: str) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {token.value}",
            "Accept": "application/json",
            "Accept-Encoding": "gzip",  # `read_body` unpacks no other
            "User-Agent": self.user_agent,
            "client-request-id": request_id,
            "x-ms-throttle-priority": request.priority,
        }
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        return headers
