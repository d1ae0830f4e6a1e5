"""Tolerant reading of JSON that is never trusted to be well-formed: what is malformed counts as absent."""

from collections.abc import Mapping
from typing import Any


def read_text(value: object) -> str | None:
    """Read a string; None when it is anything else."""
    return value if isinstance(value, str) else None


def read_object(value: object) -> Mapping[str, Any]:
    """Read an object; empty when it is anything else."""
    return value if isinstance(value, dict) else {}
