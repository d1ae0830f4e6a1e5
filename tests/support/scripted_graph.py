"""A TLS server that answers exactly what a test scripts, down to a cut connection."""

import asyncio
import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import jwt
import trustme

from entrasync.graph.wire.clouds import GraphEndpoint

TENANT = "11111111-1111-1111-1111-111111111111"
CLIENT = "22222222-2222-2222-2222-222222222222"
SECRET = "canary-secret-7f3a"
JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def make_jwt(claims: Mapping[str, Any]) -> str:
    """Build an unsigned JWT."""
    return jwt.encode(dict(claims), "", algorithm="none")


def make_token(*roles: str, serial: int = 0) -> str:
    """Build an unsigned JWT that carries application permissions."""
    return make_jwt({"roles": list(roles), "appid": CLIENT, "serial": serial})


TRICKLE_PAUSE_SECONDS = 0.01
"""Short enough that no deadline for a single read ends a trickling answer."""

PIECE_BYTES = 64 * 1024
"""So much of an answer is sent at once."""

LINGER_NOT = struct.pack("ii", 1, 0)
"""The value of SO_LINGER with which the kernel resets a connection that is closed."""


@dataclass(frozen=True)
class RecordedRequest:
    """One request as it was received: `path` is raw, with the query; header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """A scripted response.

    Without a `status` it is 200 with a body and 204 without one. A `body` that is not bytes is sent as JSON.
    With `drops_connection` the server closes the connection instead of a response, with `closes_after` after it. A
    response with `held_until` waits for that event. With `trickles` it comes a byte at a time, long after any deadline.
    With `resets_after` the connection is reset after so many bytes. One that `hangs` never comes.
    """

    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drops_connection: bool = False
    closes_after: bool = False
    held_until: asyncio.Event | None = None
    trickles: bool = False
    resets_after: int | None = None
    hangs: bool = False

    @cached_property
    def encoded(self) -> bytes:
        """The whole response."""
        body = (
            self.body if isinstance(self.body, bytes) else b"" if self.body is None else json.dumps(self.body).encode()
        )
        status = self.status or (200 if body else 204)
        kind = {} if isinstance(self.body, bytes | None) else {"content-type": JSON}
        headers = {"request-id": "their-id", "content-length": str(len(body)), **kind, **self.headers}
        lines = [f"HTTP/1.1 {status} Said", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode() + body


def reply_as_done(request: RecordedRequest) -> Reply:
    """Reply as Graph does when it has done what was asked."""
    if request.method == "GET":
        members = ("value", "synchronizationRules", "directories", "passwordCredentials")
        return Reply(body={"id": "an-id"} | {member: [] for member in members})
    if request.path.endswith("/parseExpression"):
        parsed = {"parsingSucceeded": True, "parsedExpression": {"name": "mail", "type": "Attribute"}}
        return Reply(body={**parsed, "evaluationSucceeded": True, "evaluationResult": []})
    if request.path.endswith("/provisionOnDemand"):
        return Reply(body={"key": json.dumps({"result": "Success", "details": {}}), "value": "{}"})
    is_create = request.method == "POST" and request.path.endswith("/jobs")
    return Reply(201, {"id": "an-id"}) if is_create else Reply(204)


@dataclass
class ScriptedGraph:
    """Graph and its login in one: sends `replies` in order, then `default_reply`, and keeps all requests.

    Without a `default_reply` it does whatever it is asked to.
    """

    endpoint: GraphEndpoint
    replies: deque[Reply] = field(default_factory=deque)
    default_reply: Reply | None = None
    requests: list[RecordedRequest] = field(default_factory=list)
    discovery_requests: list[RecordedRequest] = field(default_factory=list)
    token_requests: list[Mapping[str, list[str]]] = field(default_factory=list)
    token_replies: deque[Reply] = field(default_factory=deque)
    roles: tuple[str, ...] = ("Synchronization.ReadWrite.All",)
    discovery: Reply | None = None
    request_arrived: asyncio.Event = field(default_factory=asyncio.Event)
    login_arrived: asyncio.Event = field(default_factory=asyncio.Event)
    in_flight: int = 0
    in_flight_changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    max_in_flight: int = 0
    connections: set[asyncio.StreamWriter] = field(default_factory=set)

    def reply_with(self, *answers: Reply) -> None:
        """Add replies to the script."""
        self.replies.extend(answers)

    def choose_reply(self, request: RecordedRequest) -> Reply:
        """Choose the reply to a request."""
        if request.path.startswith(f"/{TENANT}/") and "openid-configuration" in request.path:
            self.discovery_requests.append(request)
            return self._note_login(self.discovery or Reply(body=self._discover()))
        if request.path.startswith(f"/{TENANT}/oauth2"):
            self.token_requests.append(parse_qs(request.body.decode()))
            return self._note_login(self.token_replies.popleft() if self.token_replies else self._give_token())
        self.requests.append(request)
        self.request_arrived.set()
        return self.replies.popleft() if self.replies else self.default_reply or reply_as_done(request)

    def forget(self) -> None:
        """Forget all requests, and what was scripted."""
        self.replies.clear()
        self.token_replies.clear()
        for requests in (self.requests, self.discovery_requests, self.token_requests):
            requests.clear()
        self.default_reply = self.discovery = None
        self.request_arrived.clear()
        self.login_arrived.clear()

    async def wait_for_requests_in_flight(self, count: int) -> None:
        """Wait until so many requests have come that have no response yet."""
        async with self.in_flight_changed:
            await self.in_flight_changed.wait_for(lambda: self.in_flight >= count)

    def _note_login(self, reply: Reply) -> Reply:
        if reply.trickles or reply.hangs:
            self.login_arrived.set()
        return reply

    def _give_token(self) -> Reply:
        token = make_token(*self.roles, serial=len(self.token_requests))
        return Reply(body={"token_type": "Bearer", "expires_in": 3599, "access_token": token})

    def _discover(self) -> dict[str, str]:
        root = f"{self.endpoint.authority}/{TENANT}"
        return {
            "issuer": f"{root}/v2.0",
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": f"{root}/oauth2/v2.0/token",
        }

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side closes it."""
        self.connections.add(writer)
        try:
            while request := await _read_request(reader):
                reply = self.choose_reply(request)
                self.in_flight += 1
                self.max_in_flight = max(self.max_in_flight, self.in_flight)
                async with self.in_flight_changed:
                    self.in_flight_changed.notify_all()
                try:
                    if reply.held_until:
                        await reply.held_until.wait()
                    if reply.hangs:
                        await reader.read()  # until the client has had enough
                finally:
                    self.in_flight -= 1
                if reply.drops_connection:
                    return
                await _send(reply, writer)
                if reply.closes_after or reply.resets_after is not None:
                    return
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.connections.discard(writer)
            writer.close()

    def give_up(self) -> None:
        """Answer everything with 503 from now on, and cut the connections, so that no call hangs any more."""
        self.default_reply = self.discovery = Reply(503)
        for connection in list(self.connections):
            connection.transport.abort()


async def _send(reply: Reply, writer: asyncio.StreamWriter) -> None:
    answer = reply.encoded[: reply.resets_after]
    size = 1 if reply.trickles else PIECE_BYTES
    for begin in range(0, len(answer), size):
        writer.write(answer[begin : begin + size])
        await writer.drain()
        await asyncio.sleep(TRICKLE_PAUSE_SECONDS if reply.trickles else 0)
    if reply.resets_after is not None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        writer.transport.abort()


async def _read_request(reader: asyncio.StreamReader) -> RecordedRequest | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode().rstrip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return RecordedRequest(method, path, headers, body)


@asynccontextmanager
async def run_scripted_graph(folder: Path) -> AsyncIterator[ScriptedGraph]:
    """Serve on a free loopback port, with a certificate whose authority is written into `folder`."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(tls)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await graph.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
    graph = ScriptedGraph(GraphEndpoint(url, url, ca_file=ca_file))
    try:
        yield graph
    finally:
        server.close()
        await server.wait_closed()
