"""An HTTP response, and what Graph's error envelope in it says.

Errors of the synchronization service are JSON inside the message of an outer error, and details are in `innerError`
(`innererror` in Microsoft's concept page). They are read from the outermost to the innermost (graph-facts 6.1).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from entrasync.core.decision.errors import GraphAnswer
from entrasync.core.primitives.quotes import shorten
from entrasync.core.primitives.redaction import Redactor

GRAPH_HEADERS = ("request-id", "client-request-id", "x-ms-ags-diagnostic")
"""Every response of Graph has these (graph-facts 6.2). Those of proxies and sign-in pages do not."""

MAX_ERROR_DEPTH = 8
"""Levels of errors within errors that are read: more than Graph was ever seen to use."""


@dataclass(frozen=True)
class Response:
    """Status, headers and whole body. Headers are case-insensitive, or their names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    @property
    def is_from_graph(self) -> bool:
        """Whether a header shows that Graph itself responded."""
        return any(self.headers.get(name) for name in GRAPH_HEADERS)

    @property
    def is_json(self) -> bool:
        """Whether the body is said to be JSON."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"

    @property
    def request_id(self) -> str:
        """Graph's id of the request, which Microsoft's support asks for; empty when absent."""
        return self.headers.get("request-id", "")


@dataclass(frozen=True)
class ErrorBody:
    """All codes from the outermost to the innermost error, and the innermost message."""

    codes: tuple[str, ...] = ()
    message: str = ""


def read_error(body: bytes) -> ErrorBody:
    """Read Graph's error envelope; returns an empty `ErrorBody` when the body is no envelope."""
    outermost = _read_envelope(body)
    if outermost is None:
        return ErrorBody()
    errors = list(_walk_inwards(outermost))
    codes = tuple(code for error in errors if isinstance(code := error.get("code"), str) and code)
    messages = [
        text for error in errors if isinstance(text := error.get("message"), str) and _read_envelope(text) is None
    ]
    innermost = next((text for text in reversed(messages) if text.strip()), "")
    return ErrorBody(codes, innermost)


def summarize_error(response: Response, redactor: Redactor) -> GraphAnswer:
    """Summarize a refusal: the innermost code, its message on one short line, and the request id.

    The `redactor` removes what was in the request, because Graph, a target app or a proxy may repeat it.
    """
    error = read_error(response.body)
    code = error.codes[-1] if error.codes else ""
    return GraphAnswer(
        response.status, shorten(redactor.redact(code)), shorten(redactor.redact(error.message)), response.request_id
    )


def _read_envelope(text: bytes | str) -> Mapping[str, Any] | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else None


def _walk_inwards(error: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    for _ in range(MAX_ERROR_DEPTH):
        if error is None:
            return
        yield error
        error = _inner(error)


def _inner(error: Mapping[str, Any]) -> Mapping[str, Any] | None:
    message = error.get("message")
    if isinstance(message, str) and (wrapped := _read_envelope(message)) is not None:
        return wrapped
    inner = error.get("innerError") or error.get("innererror")
    return inner if isinstance(inner, dict) else None
