"""Writes Entra's answers to token requests that it refuses, in Entra's own words where they are known."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

Reply = tuple[int, dict[str, Any]]
"""The HTTP status and the JSON document of an answer."""


class RefusedError(Exception):
    """A request that Entra refuses: status, OAuth error, AADSTS number and text."""

    def __init__(self, status: int, error: str, number: int, text: str) -> None:
        super().__init__(text)
        self.status, self.error, self.number, self.text = status, error, number, text


def refuse_client(number: int, text: str) -> RefusedError:
    """Create the refusal of a client that did not prove to be the application."""
    return RefusedError(401, "invalid_client", number, text)


def answer_refused(refused: RefusedError) -> Reply:
    """Write the answer to a refused request (graph-facts 7.1)."""
    trace, correlation = str(uuid4()), str(uuid4())
    # The time is real, since tokens expire in real time.
    timestamp = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    text = f"AADSTS{refused.number}: {refused.text}"
    return refused.status, {
        "error": refused.error,
        "error_description": f"{text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}",
        "error_codes": [refused.number],
        "timestamp": timestamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={refused.number}",
    }
