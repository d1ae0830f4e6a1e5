"""Answers each request to Graph or the token service, records it in the journal, and applies faults to it."""

import asyncio
import math
from copy import copy
from dataclasses import replace
from datetime import datetime
from time import perf_counter
from urllib.parse import parse_qsl

from graph_simulator.identity.managed_identity import answer_managed_identity
from graph_simulator.identity.service import read_basic
from graph_simulator.identity.tokens import TokenRefusedError
from graph_simulator.state import SimulatorState
from graph_simulator.traffic.faults import ArmedFault, Fault, Point
from graph_simulator.traffic.journal import HEADERS_OF_INTEREST, Entry
from graph_simulator.traffic.operations import IDENTITY_OPERATIONS, find_target
from graph_simulator.traffic.throttle import REPORTED_FROM_SHARE
from graph_simulator.web.answers import (
    Answer,
    GraphError,
    Sender,
    answer_error,
    answer_login,
    answer_page,
    answer_throttled,
    compress_answer,
    list_headers,
    list_retry_after,
)
from graph_simulator.web.batches import Part, answer_batch
from graph_simulator.web.calls import Call, GraphRefusalError, read_query
from graph_simulator.web.connections import (
    Exchange,
    Receive,
    Scope,
    Send,
    close_connection,
    read_body,
    wait_unless_gone,
)
from graph_simulator.web.handlers import handle
from graph_simulator.web.quotes import quote_request, quote_token_request
from graph_simulator.web.secrets import keep_body


class _Ended(Exception):
    """Ends a request without an answer."""

    def __init__(self, end: str) -> None:
        super().__init__(end)
        self.end = end


class GraphEndpoint:
    """The ASGI application of Graph and the token service.

    It does not use Starlette, because faults need the connection, which Starlette's middleware hides.
    """

    def __init__(self, simulator: SimulatorState) -> None:
        self._simulator = simulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it fail as an injected fault says."""
        began = perf_counter()
        simulator = self._simulator
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        entry = simulator.journal.open(lambda number, in_flight: self._make_entry(scope, headers, number, in_flight))
        end = "abandoned"
        try:
            end = await self._answer(Exchange(scope, receive, send, headers, entry))
        except _Ended as ended:
            end = ended.end
            if end in {"cut", "lost"}:
                close_connection(send)
        finally:
            simulator.journal.close(entry, end, perf_counter() - began)

    def _make_entry(self, scope: Scope, headers: dict[str, str], number: int, in_flight: int) -> Entry:
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        target = find_target(scope["method"], path)
        client = scope.get("client") or ("", 0)
        clock = self._simulator.clock
        return Entry(
            sequence=number,
            real_time=clock.real(),
            world_time=clock.now(),
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            target=target,
            headers={name: headers[name] for name in HEADERS_OF_INTEREST if name in headers},
            connection=f"{client[0]}:{client[1]}",
            in_flight=in_flight,
            job=target.job,
        )

    async def _answer(self, exchange: Exchange) -> str:
        entry, simulator = exchange.entry, self._simulator
        body = await read_body(exchange.receive)
        if body is None:
            return "abandoned"
        exchange.body = body
        keep_body(entry, body)
        if simulator.latency_seconds:
            await asyncio.sleep(simulator.latency_seconds)
        answer = await self._apply_fault("before", exchange, None)
        if answer is None:
            answer = await self._handle(exchange, body)
            answer = await self._apply_fault("after", exchange, answer) or answer
        entry.status = answer.status
        await self._send(exchange, answer)
        return "answered"

    async def _handle(self, exchange: Exchange, body: bytes) -> Answer:
        target = exchange.entry.target
        if target.operation in IDENTITY_OPERATIONS:
            return self._handle_identity(exchange, body)
        simulator = self._simulator
        # The time is read here and not when the request came, since it may have been held or delayed.
        now = simulator.clock.now()
        call = Call(
            world=simulator.world,
            target=target,
            origin=exchange.origin,
            path=exchange.entry.path,
            query=read_query(exchange.entry.query),
            headers=exchange.headers,
            body=body,
            now=now,
            ids=exchange.ids,
            registry=simulator.identity.registry,
        )
        try:
            self._authenticate(call, exchange)
            if target.operation == "batch":
                answer = await answer_batch(call, lambda part: self._answer_part(part, exchange))
            else:
                answer = self._answer_call(call, exchange)
        except GraphRefusalError as refusal:
            answer = self._answer_refused(refusal.error, exchange, now)
        exchange.entry.had_effect = call.had_effect
        exchange.entry.job = call.made_job or exchange.entry.job
        return answer

    async def _answer_part(self, part: Part, whole: Exchange) -> Answer:
        """Answer a request of a batch with the faults and the limits that a call of its own would meet."""
        call, journal, began = part.call, self._simulator.journal, perf_counter()
        exchange = copy(whole)
        exchange.headers, exchange.body = call.headers, call.body
        exchange.entry = entry = journal.open_part(
            whole.entry, method=part.method, path=call.path, query=part.query, target=call.target, job=call.target.job
        )
        keep_body(entry, call.body)
        end = "abandoned"
        try:
            answer = await self._apply_fault("before", exchange, None)
            if answer is None:
                answer = self._answer_call(call, exchange)
                entry.had_effect, entry.job = call.had_effect, call.made_job or entry.job
                answer = await self._apply_fault("after", exchange, answer) or answer
            entry.status, end = answer.status, "answered"
        except _Ended as ended:
            end = ended.end
            raise
        finally:
            journal.close_part(entry, end, perf_counter() - began)
        return answer

    def _answer_call(self, call: Call, exchange: Exchange) -> Answer:
        simulator = self._simulator
        try:
            answer = self._throttle(call, exchange.entry) or handle(call)
            if (use := simulator.throttle.used_share(call.tenant)) >= REPORTED_FROM_SHARE:
                answer.headers.append((b"x-ms-throttle-limit-percentage", f"{use:.2f}".encode("ascii")))
        except GraphRefusalError as refusal:
            answer = self._answer_refused(refusal.error, exchange, call.now)
        return answer

    def _authenticate(self, call: Call, exchange: Exchange) -> None:
        scheme, _, token = exchange.headers.get("authorization", "").partition(" ")
        try:
            claims = self._simulator.identity.mint.check(token.strip() if scheme.lower() == "bearer" else "")
        except TokenRefusedError as refused:
            raise call.refuse(401, "InvalidAuthenticationToken", str(refused)) from refused
        call.tenant, call.client = claims["tid"], claims["appid"]
        call.roles = frozenset(claims.get("roles", ()))
        exchange.entry.roles = tuple(claims.get("roles", ()))

    def _answer_refused(self, error: GraphError, exchange: Exchange, now: datetime) -> Answer:
        switches = self._simulator.world.switches
        if switches.quotes_secrets:
            error = replace(error, message=quote_request(error.message or "", exchange.headers, exchange.body))
        return answer_error(error, exchange.ids, now, switches)

    def _throttle(self, call: Call, entry: Entry) -> Answer | None:
        exceeded = self._simulator.admit(call.tenant, call.target.operation, call.now)
        if exceeded is None:
            return None
        seconds, kind, entry.limit = exceeded
        entry.retry_after = math.ceil(seconds)
        answer = answer_throttled(call.ids, call.now, call.world.switches, seconds=entry.retry_after)
        scope = f"Tenant_Application/{kind}/{call.client}/{call.tenant}"
        answer.headers.append((b"x-ms-throttle-scope", scope.encode("ascii")))
        answer.headers.append((b"x-ms-throttle-information", entry.limit.encode("ascii")))
        return answer

    def _handle_identity(self, exchange: Exchange, body: bytes) -> Answer:
        identity, target = self._simulator.identity, exchange.entry.target
        match target.operation:
            case "discovery":
                status, document = identity.discover(target.tenant, exchange.origin)
            case "keys":
                status, document = 200, identity.mint.describe_keys()
            case "managedIdentityToken":
                query, header = read_query(exchange.entry.query), exchange.headers.get("metadata", "")
                status, document = answer_managed_identity(identity.registry, identity.mint, query, metadata=header)
            case _:
                form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
                form = read_basic(exchange.headers.get("authorization", "")) | form
                status, document = identity.answer_token(target.tenant, form, origin=exchange.origin)
                if self._simulator.world.switches.quotes_secrets:
                    document = quote_token_request(document, body)
        return answer_login(status, document, _find_sender(target.operation))

    async def _apply_fault(self, point: Point, exchange: Exchange, answer: Answer | None) -> Answer | None:
        entry, simulator = exchange.entry, self._simulator
        now = simulator.clock.now()
        armed = simulator.faults.take_hit(point, entry.method, entry.target, entry.job, now)
        if armed is None:
            return None
        entry.fault = armed.id
        match armed.fault.action:
            case "answer":
                return self._answer_fault(armed.fault, exchange)
            case "page":
                return answer_page(armed.fault.body)
            case "close":
                raise _Ended("cut" if point == "before" else "lost")
            case "truncate":
                if entry.batch is None:
                    await self._send(exchange, answer or Answer(200, b"{}"), cut=True)
                raise _Ended("lost")
            case "hold":
                await self._hold(armed, exchange)
            case "delay":
                await asyncio.sleep(armed.fault.delay_seconds)
        return None

    async def _hold(self, armed: ArmedFault, exchange: Exchange) -> None:
        armed.holding += 1
        self._simulator.journal.notify()
        try:
            if not await wait_unless_gone(armed.release, exchange.receive):
                raise _Ended("abandoned")
        finally:
            armed.holding -= 1

    def _answer_fault(self, fault: Fault, exchange: Exchange) -> Answer:
        switches, now = self._simulator.world.switches, self._simulator.clock.now()
        if fault.body is not None:
            answer = Answer(fault.status, fault.body)
        elif exchange.entry.target.operation in IDENTITY_OPERATIONS:
            document = {"error": fault.code or "temporarily_unavailable", "error_description": fault.message}
            answer = answer_login(fault.status, document, _find_sender(exchange.entry.target.operation))
        else:
            code = fault.code or _DEFAULT_CODES.get(fault.status, "UnknownError")
            answer = self._answer_refused(GraphError(fault.status, code, fault.message, fault.nested), exchange, now)
        form = fault.retry_after or (switches.throttle_retry_after if fault.status == 429 else "none")
        answer.headers += list_retry_after(form, fault.retry_after_seconds, now)
        answer.headers += [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in fault.headers.items()]
        return answer

    async def _send(self, exchange: Exchange, answer: Answer, *, cut: bool = False) -> None:
        compress_answer(answer, exchange.headers)
        headers = list_headers(answer, exchange.ids, self._simulator.clock.now())
        if cut:
            headers.append((b"content-length", str(len(answer.body)).encode("ascii")))
        await exchange.send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = answer.body[: len(answer.body) // 2] if cut else answer.body
        await exchange.send({"type": "http.response.body", "body": body, "more_body": cut})


_DEFAULT_CODES = {
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    409: "Conflict",
    429: "TooManyRequests",
    503: "serviceNotAvailable",
}
"""The codes of injected errors that name none. A test that injects the 401 of replication names `UnknownError`."""


def _find_sender(operation: str) -> Sender:
    return "machine" if operation == "managedIdentityToken" else "entra"
