"""Takes out of a text what nobody else should read: tokens, secrets, ids and domains."""

import re
from collections.abc import Iterable

_PATTERNS = (
    (re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"), "<token>"),
    (re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"), "<guid>"),
    (re.compile(r"\b[0-9a-fA-F]{32}\b"), "<guid>"),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<mail>"),
    (re.compile(r"\b[\w-]+\.onmicrosoft\.com\b", re.IGNORECASE), "<domain>"),
)
LONGEST = 300
"""The characters of a text of Graph that are shown."""


def redact(text: str, secrets: Iterable[str]) -> str:
    """Replace secrets, tokens, ids, mail addresses and domains of a text, and cut it."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "<secret>")
    for pattern, word in _PATTERNS:
        text = pattern.sub(word, text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
