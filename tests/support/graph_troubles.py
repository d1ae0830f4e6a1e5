"""What can be wrong with an answer of Graph, or with the way to it: one row of the matrix for each fault."""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import trustme

from entrasync.graph.calls.exchange import ExchangeLimits
from entrasync.graph.wire.clouds import GraphEndpoint
from tests.support.scripted_graph import JSON, Reply

MEGABYTE = 1024 * 1024
LONG_BODY = b'{"value": [{"id": "' + b"x" * (50 * MEGABYTE) + b'"}]}'
PACKED_BODY = gzip.compress(LONG_BODY, compresslevel=1)
PAGE = b"<html>Sign in to the network of the hotel</html>"
DATES = {"retry-after": "Sun, 06 Nov 1994 08:50:02 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"}

Way = Callable[[GraphEndpoint], GraphEndpoint]


def say(status: int, code: str = "", message: str = "", **headers: str) -> Reply:
    """Refuse in Graph's words. An underscore in the name of a header is a dash."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"error": {"code": code, "message": message}}, headers=named)


def send(body: Any, *, status: int = 200, **more: Any) -> Reply:
    """Answer with a body that is said to be JSON."""
    return Reply(status, body, headers={"content-type": JSON, **more.pop("headers", {})}, **more)


def go_to_another_name(endpoint: GraphEndpoint) -> GraphEndpoint:
    """Name the server by an address that its certificate does not have."""
    url = endpoint.graph_url.replace("localhost", "127.0.0.1")
    return replace(endpoint, graph_url=url, authority=url)


def trust_a_stranger(endpoint: GraphEndpoint) -> GraphEndpoint:
    """Trust an authority that has not signed the server's certificate."""
    return replace(endpoint, ca_file=None, ca_pem=trustme.CA().cert_pem.bytes().decode())


def go_nowhere(endpoint: GraphEndpoint) -> GraphEndpoint:
    """Name a port that is not listened to. No test can get it: it is below those that may be taken freely."""
    return replace(endpoint, graph_url="https://localhost:9", authority="https://localhost:9")


@dataclass(frozen=True)
class Trouble:
    """One fault: what Graph answers to everything, or by which way it is tried to reach Graph.

    An answer that `is_endless` never ends, so that only a deadline ends the call.
    """

    reply: Reply = field(default_factory=Reply)
    way: Way | None = None
    is_endless: bool = False
    limits: ExchangeLimits = field(default_factory=ExchangeLimits)


FRUGAL = ExchangeLimits(max_body_bytes=MEGABYTE)

TROUBLES: Mapping[str, Trouble] = {
    "400": Trouble(say(400, "BadRequest", "It is not so.")),
    "401 for the token": Trouble(say(401, "InvalidAuthenticationToken", "Expired.")),
    "401 with a message": Trouble(say(401, "Unauthorized", "No.")),
    "401 without a message": Trouble(say(401, "UnknownError")),
    "403": Trouble(say(403, "Authorization_RequestDenied", "Insufficient.")),
    "404": Trouble(say(404, "UnknownError")),
    "405": Trouble(say(405, "MethodNotAllowed", "Not this way.")),
    "409": Trouble(say(409, "Conflict", "There is one.")),
    "412": Trouble(say(412, "PreconditionFailed", "It has changed.")),
    "429 in seconds": Trouble(say(429, "TooManyRequests", "Slower.", retry_after="25")),
    "429 until a date": Trouble(Reply(429, headers=DATES)),
    "429 for zero seconds": Trouble(Reply(429, headers={"retry-after": "0"})),
    "429 without a time": Trouble(Reply(429)),
    "500": Trouble(say(500, "InternalServerError", "Oh.")),
    "502": Trouble(Reply(502, PAGE, headers={"content-type": "text/html", "request-id": ""})),
    "503 with a time": Trouble(say(503, "ServiceUnavailable", "Later.", retry_after="20")),
    "504": Trouble(Reply(504)),
    "408": Trouble(Reply(408)),
    "307": Trouble(Reply(307, headers={"location": "https://elsewhere.example/"})),
    "200 with a foreign page": Trouble(Reply(200, PAGE, headers={"content-type": "text/html", "request-id": ""})),
    "403 of a proxy": Trouble(Reply(403, PAGE, headers={"content-type": "text/html", "request-id": ""})),
    "a refused connection": Trouble(way=go_nowhere),
    "a certificate of another name": Trouble(way=go_to_another_name),
    "a certificate of an unknown authority": Trouble(way=trust_a_stranger),
    "a reset in the middle": Trouble(send({"id": "an-id", "value": [], "more": "x" * 5000}, resets_after=2000)),
    "an end in the middle": Trouble(
        send({"id": "an-id", "value": []}, headers={"content-length": "500"}, closes_after=True)
    ),
    "50 MB": Trouble(send(LONG_BODY), limits=FRUGAL),
    "50 MB in 50 KB": Trouble(send(PACKED_BODY, headers={"content-encoding": "gzip"}), limits=FRUGAL),
    "an endless trickle": Trouble(send(b" " * 100_000, trickles=True), is_endless=True),
    "no answer at all": Trouble(Reply(hangs=True), is_endless=True),
    "a lost answer": Trouble(Reply(drops_connection=True)),
    "no JSON": Trouble(send(PAGE)),
    "truncated JSON": Trouble(send(b'{"id": "an-id", "value": [')),
    "a list for an object": Trouble(send(b'[{"id": "an-id"}]')),
    "wrong types": Trouble(send({"id": 5, "value": {"id": [True]}})),
    "an error with 200": Trouble(send({"error": {"code": "UnknownError", "message": "It did not happen."}})),
}
"""By the name of the fault. Every kind of call meets each of them."""
