"""Writes Graph's answers: headers, JSON bodies, error envelopes and Retry-After."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

from graph_simulator.world.switches import Switches

Headers = list[tuple[bytes, bytes]]

Sender = Literal["graph", "entra", "machine", "proxy"]
"""Who answers: Graph, Entra's token service, the machine's metadata endpoint, or a proxy before any of them."""

JSON = b"application/json; charset=utf-8"
# As in the captures of graph-facts 6.2.
GRAPH_JSON = b"application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
_DIAGNOSTIC = (
    b'{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"SIMULATOR"}}'
)
_NOT_STORED: Headers = [(b"cache-control", b"no-store, no-cache"), (b"pragma", b"no-cache")]
"""What RFC 6749, section 5.1, asks of every answer with a token."""
_PAGE = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to use this network.</body></html>"
_CHALLENGE = (
    b'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    b'client_id="00000003-0000-0000-c000-000000000000"'
)
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(slots=True)
class Answer:
    """The status, body and own headers of an answer."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=list)
    content_type: bytes = GRAPH_JSON
    sender: Sender = "graph"


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of a request in every answer: Graph's, and the caller's if it sent one (graph-facts 6.2)."""

    request: str
    client: str


def draw_ids(client_request_id: str) -> Ids:
    """Create the ids of one request."""
    request = str(uuid4())
    return Ids(request, client_request_id or request)


def write_json(document: object) -> bytes:
    """Write compact JSON in ASCII, so that lone surrogates become escapes."""
    return json.dumps(document, separators=(",", ":")).encode("ascii")


def answer_json(status: int, document: object) -> Answer:
    """Answer with JSON, as Graph."""
    return Answer(status, write_json(document))


def answer_number(number: int) -> Answer:
    """Answer with a number as text, as `$count` does."""
    return Answer(200, str(number).encode("ascii"), content_type=b"text/plain")


def answer_login(status: int, document: object, sender: Sender) -> Answer:
    """Answer with JSON, as Entra or as the machine's metadata endpoint."""
    return Answer(status, write_json(document), content_type=JSON, sender=sender)


def answer_page(body: bytes | None) -> Answer:
    """Answer with the page of a proxy or of a network's sign-in, whose status is 200, in place of the one asked for."""
    return Answer(200, _PAGE if body is None else body, content_type=b"text/html; charset=utf-8", sender="proxy")


def write_http_date(moment: datetime) -> str:
    """Format a time for HTTP headers, independently of the machine's locale."""
    moment = moment.astimezone(UTC)
    return f"{_DAYS[moment.weekday()]}, {moment.day:02d} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M:%S} GMT"


def list_headers(answer: Answer, ids: Ids, now: datetime) -> Headers:
    """List all headers of an answer. `Date` is the simulated time, since Retry-After dates relate to it."""
    headers: Headers = [(b"date", write_http_date(now).encode("ascii"))]
    match answer.sender:
        case "graph":
            headers += _list_graph_headers(answer, ids)
        case "entra":
            headers += [*_NOT_STORED, (b"x-ms-request-id", ids.request.encode("latin-1"))]
    if answer.status != 204 and answer.body:
        headers.append((b"content-type", answer.content_type))
    return headers + answer.headers


def _list_graph_headers(answer: Answer, ids: Ids) -> Headers:
    headers: Headers = [
        (b"request-id", ids.request.encode("latin-1")),
        (b"client-request-id", ids.client.encode("latin-1")),
        (b"x-ms-ags-diagnostic", _DIAGNOSTIC),
        (b"strict-transport-security", b"max-age=31536000"),
        (b"cache-control", b"no-cache"),
    ]
    if answer.content_type == GRAPH_JSON:
        headers += [(b"odata-version", b"4.0"), (b"x-ms-resource-unit", b"1")]
    if answer.status == 401:
        headers.append((b"www-authenticate", _CHALLENGE))
    return headers


def compress_answer(answer: Answer, headers: Mapping[str, str]) -> None:
    """Compress the body of an answer of Graph for a caller whose `headers` accept gzip."""
    own = {name for name, _ in answer.headers}
    if answer.sender != "graph" or not answer.body or b"content-encoding" in own:
        return
    answer.headers.append((b"vary", b"Accept-Encoding"))
    if "gzip" in headers.get("accept-encoding", ""):
        answer.body = gzip.compress(answer.body, compresslevel=1, mtime=0)
        answer.headers.append((b"content-encoding", b"gzip"))


@dataclass(frozen=True, slots=True)
class GraphError:
    """An error of Graph; a `nested` one comes from the synchronization service behind it."""

    status: int
    code: str
    message: str | None
    """The message, which is null only in errors of the synchronization service (graph-facts 6.2)."""
    nested: bool = False


def answer_error(error: GraphError, ids: Ids, now: datetime, switches: Switches) -> Answer:
    """Answer with Graph's error envelope; a nested error is written as graph-facts 0.4 describes."""
    inner = {
        "date": f"{now:%Y-%m-%dT%H:%M:%S}",  # without a zone: graph-facts 6.1
        "request-id": ids.request,
        "client-request-id": ids.client,
    }
    code, message = error.code, error.message or ""
    if error.nested and switches.nested_errors:
        code, message = "UnknownError", _nest(error)
    document: dict[str, Any] = {"error": {"code": code, "message": message, switches.inner_error_name: inner}}
    return answer_json(error.status, document)


def _nest(error: GraphError) -> str:
    document: dict[str, Any] = {
        "error": {"code": error.code, "message": error.message, "target": None, "details": [], "innerError": None}
    }
    return json.dumps(document, indent=2).replace("\n", "\r\n")


def answer_throttled(ids: Ids, now: datetime, switches: Switches, *, seconds: float) -> Answer:
    """Answer 429 with Retry-After in the form that the switch `throttle_retry_after` names."""
    error = GraphError(429, "TooManyRequests", "Too many requests.")
    answer = answer_error(error, ids, now, switches)
    answer.headers += list_retry_after(switches.throttle_retry_after, seconds, now)
    return answer


def list_retry_after(form: str, seconds: float, now: datetime) -> Headers:
    """List the header Retry-After in a form: `seconds`, `date` or `none`."""
    match form:
        case "seconds":
            return [(b"retry-after", f"{seconds:g}".encode("ascii"))]
        case "date":
            return [(b"retry-after", write_http_date(now + timedelta(seconds=seconds)).encode("ascii"))]
        case _:
            return []
