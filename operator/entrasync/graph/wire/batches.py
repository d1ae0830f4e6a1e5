"""JSON batches as Graph takes and answers them (graph-facts 6.4).

Source: Microsoft, "Combine multiple HTTP requests using JSON batching".
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from entrasync.core.primitives.json_values import read_entries
from entrasync.core.primitives.json_values import read_object as read_members
from entrasync.graph.wire.payloads import UnreadableError, read_object
from entrasync.graph.wire.responses import GRAPH_HEADERS

LARGEST_BATCH = 20
"""Graph refuses a batch of more requests."""

_OF_THE_BATCH = (*GRAPH_HEADERS, "date")
"""Headers that only the batch itself has. A Retry-After with a date relates to `date`."""

_OF_TRANSFER = frozenset({"content-encoding", "content-length", "transfer-encoding"})
"""Headers that say how a body was sent. In a batch it stands unpacked."""


@dataclass(frozen=True)
class BatchedAnswer:
    """The answer to one request of a batch, or that to a whole batch."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def make_response(self, request: httpx.Request) -> httpx.Response:
        """Return it as the response to a request of its own."""
        headers = {name: text for name, text in self.headers.items() if name.lower() not in _OF_TRANSFER}
        return httpx.Response(self.status, headers=headers, stream=httpx.ByteStream(self.body), request=request)


def write_batch(paths: Sequence[str]) -> bytes:
    """Write a batch of reads, whose ids are their places in `paths`. It can hold nothing but a GET."""
    reads = [{"id": str(place), "method": "GET", "url": path} for place, path in enumerate(paths)]
    return json.dumps({"requests": reads}).encode()


def read_batch(whole: BatchedAnswer) -> dict[str, BatchedAnswer] | None:
    """Read the answers of a batch by id, of equal ids the first; returns None if it is no answer to a batch.

    What has no id or no status is left out, as if Graph had not answered.
    """
    try:
        responses = read_object(whole.body).get("responses")
    except UnreadableError:
        return None
    if not isinstance(responses, list):
        return None
    answers: dict[str, BatchedAnswer] = {}
    for number, answer in _read_answers(read_entries(responses), whole.headers):
        answers.setdefault(number, answer)
    return answers


def _read_answers(
    responses: Sequence[Mapping[str, Any]], whole: Mapping[str, str]
) -> Iterator[tuple[str, BatchedAnswer]]:
    for response in responses:
        number, status = response.get("id"), response.get("status")
        if isinstance(number, str) and isinstance(status, int) and 100 <= status <= 599:
            yield number, BatchedAnswer(status, _read_headers(response, whole), _read_body(response))


def _read_headers(response: Mapping[str, Any], whole: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an answer, with those of the batch that it lacks, by their names in lower case."""
    headers = {name: whole[name] for name in _OF_THE_BATCH if name in whole}
    if isinstance(response.get("body"), dict):
        headers["content-type"] = "application/json"
    for name, text in read_members(response.get("headers")).items():
        if isinstance(text, str) and (name + text).isascii() and (name + text).isprintable():
            headers[name.lower()] = text
    return headers


def _read_body(response: Mapping[str, Any]) -> bytes:
    """Return the bytes of a body. Graph writes JSON as it is, and anything else as text."""
    body = response.get("body")
    if body is None:
        return b""
    return body.encode("utf-8", "replace") if isinstance(body, str) else json.dumps(body).encode()
