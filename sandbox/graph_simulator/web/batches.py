"""Answers $batch: up to 20 calls in one request, each of which is answered for itself (graph-facts 6.4)."""

import base64
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from graph_simulator.traffic.operations import IDENTITY_OPERATIONS, Target, find_target
from graph_simulator.web.answers import GRAPH_JSON, Answer, answer_json
from graph_simulator.web.bodies import read_member, read_object
from graph_simulator.web.calls import Call, read_query

LARGEST_BATCH = 20
_FAILED_DEPENDENCY = 424


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch, and the ids of those that must have succeeded before it."""

    id: str
    method: str
    query: str
    """The options as they were sent."""
    call: Call
    depends_on: tuple[str, ...]


async def answer_batch(call: Call, answer: Callable[[Part], Awaitable[Answer]]) -> Answer:
    """Carry out the requests of a batch in their order, and list the answers in the reverse one: Graph promises none.

    `answer` answers one of them.

    Raises:
        GraphRefusalError: The batch is malformed or too large, or two of its requests have the same id.
    """
    items = read_member(call, read_object(call), "requests", list)
    if not items:
        raise call.refuse(400, "BadRequest", "The property 'requests' is required.")
    if len(items) > LARGEST_BATCH:
        raise call.refuse(400, "BadRequest", f"A batch may have up to {LARGEST_BATCH} requests.")
    parts = [_read_part(call, item) for item in items]
    if len({part.id.lower() for part in parts}) < len(parts):
        raise call.refuse(400, "BadRequest", "The ids of the requests in a batch must be unique.")
    statuses: dict[str, int] = {}
    responses = [await _answer_part(part, statuses, answer) for part in parts]
    call.had_effect = any(part.call.had_effect for part in parts)
    return answer_json(200, {"responses": responses[::-1]})


def _read_part(call: Call, item: object) -> Part:
    """Read one request of a batch."""
    if not isinstance(item, dict):
        raise call.refuse(400, "BadRequest", "Unable to read JSON request payload.")
    number, method, url = (read_member(call, item, name, str) for name in ("id", "method", "url"))
    if not number or not method or not url:
        raise call.refuse(400, "BadRequest", "Each request of a batch needs the properties id, method and url.")
    headers = {str(k).lower(): str(v) for k, v in (read_member(call, item, "headers", dict) or {}).items()}
    body = item.get("body")
    if body is not None and "content-type" not in headers:
        raise call.refuse(400, "BadRequest", f"The request {number} has a body, so it needs the header Content-Type.")
    after = tuple(str(name) for name in read_member(call, item, "dependsOn", list) or [])
    path, _, query = url.partition("?")
    inner = _make_call(call, method.upper(), path, headers, body)
    inner.query = read_query(query)
    return Part(number, method.upper(), query, inner, after)


def _make_call(call: Call, method: str, path: str, headers: dict[str, str], body: object) -> Call:
    path = f"/{call.target.version}/{path.lstrip('/')}"
    target = find_target(method, path)
    if target.operation in IDENTITY_OPERATIONS or target.operation == "batch":
        target = Target("unknown")
    content = b"" if body is None else json.dumps(body).encode("ascii")
    return replace(call, target=target, path=path, headers=headers, body=content)


async def _answer_part(
    part: Part, statuses: dict[str, int], answer: Callable[[Part], Awaitable[Answer]]
) -> dict[str, Any]:
    failed = any(statuses.get(name, _FAILED_DEPENDENCY) >= 400 for name in part.depends_on)
    given = Answer(_FAILED_DEPENDENCY) if failed else await answer(part)
    statuses[part.id] = given.status
    headers = {"Cache-Control": "no-cache"}
    headers |= {name.decode("latin-1").title(): value.decode("latin-1") for name, value in given.headers}
    document: dict[str, Any] = {"id": part.id, "status": given.status, "headers": headers}
    if given.body:
        headers["Content-Type"] = given.content_type.decode("latin-1")
        is_json = given.content_type == GRAPH_JSON
        document["body"] = json.loads(given.body) if is_json else base64.urlsafe_b64encode(given.body).decode("ascii")
    return document
