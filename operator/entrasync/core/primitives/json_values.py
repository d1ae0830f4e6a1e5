"""Tolerant reading of JSON that is never trusted to be well-formed: what is malformed counts as absent."""

from collections.abc import Mapping
from sys import intern
from typing import Any

MAX_SHARED_LENGTH = 64
"""The longest text that is shared. Longer ones, such as messages, are rarely the same."""


def read_text(value: object) -> str | None:
    """Read a string; None when it is anything else."""
    return value if isinstance(value, str) else None


def read_object(value: object) -> Mapping[str, Any]:
    """Read an object; empty when it is anything else."""
    return value if isinstance(value, dict) else {}


def read_entries(value: object) -> list[dict[str, Any]]:
    """Read a list of objects; those entries that are anything else are left out, and empty when it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def read_texts(value: object) -> tuple[str, ...]:
    """Read a list of strings; those entries that are anything else are left out, and empty when it is no list."""
    return tuple(entry for entry in value if isinstance(entry, str)) if isinstance(value, list) else ()


def share_texts(value: Any) -> Any:
    """Return the same JSON with one object for all equal names and short texts of the process.

    A parser makes new ones for each document, which are most of what thousands of stored statuses would take.
    """
    if isinstance(value, dict):
        return {intern(name): share_texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [share_texts(item) for item in value]
    return intern(value) if isinstance(value, str) and len(value) <= MAX_SHARED_LENGTH else value
