"""What may be told of Graph's sentences: all but secrets where people may be shown, else only what is known words.

A sentence may quote anybody, also somebody whom its entry does not name, such as the other user of a conflict.
"""

import re

MASK = "*"

_STATUS = re.compile(r"(?:HTTP|status)\D{0,20}([1-5]\d\d)(?!\d)", re.IGNORECASE)
_SCIM_TYPE = re.compile(r"scimType\W{1,6}(\w+)", re.IGNORECASE)

_SCIM_TYPES = frozenset(
    {
        "invalidFilter",
        "invalidPath",
        "invalidSyntax",
        "invalidValue",
        "invalidVers",
        "mutability",
        "noTarget",
        "sensitive",
        "tooMany",
        "uniqueness",
    }
)
"""RFC 7644, table 9."""

_TOKEN = re.compile(r"(?=[\w+/=.-]*\d)(?=[\w+/=.-]*[A-Za-z])[\w+/=.-]{40,}")
"""Long words of letters and digits: tokens and keys, which a target may quote."""


def read_hints(sentence: str | None) -> list[str]:
    """Read what a sentence says in words of HTTP and SCIM, each once. It tells nothing of a person."""
    text = sentence or ""
    statuses = [f"HTTP {status}" for status in _STATUS.findall(text)]
    types = [f"scimType {word}" for word in _SCIM_TYPE.findall(text) if word in _SCIM_TYPES]
    return list(dict.fromkeys(statuses + types))


def mask_secrets(sentence: str) -> str:
    """Replace what looks like a token or a key."""
    return _TOKEN.sub(MASK, sentence)
