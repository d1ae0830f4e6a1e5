"""Replaces parts of what Graph answers about a job, for tests of readers that must not trust it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What to replace in Graph's answer about a job.

    `set` and `remove` name members by dotted paths (`status.quarantine.reason`); `merge` is merged recursively into the
    answer; `raw` replaces the job's JSON by these bytes (duplicate keys, malformed JSON, anything).
    """

    set: dict[str, Any] = field(default_factory=dict)
    merge: dict[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    raw: bytes | None = None


def apply_override(document: dict[str, Any], override: Override) -> dict[str, Any]:
    """Apply an override, except for its `raw`, to a job's JSON."""
    result = _merge(document, override.merge)
    for path, value in override.set.items():
        *parents, name = path.split(".")
        _descend(result, parents)[name] = value
    for path in override.remove:
        *parents, name = path.split(".")
        _descend(result, parents).pop(name, None)
    return result


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for name, value in above.items():
        old = result.get(name)
        result[name] = _merge(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def _descend(document: dict[str, Any], path: list[str]) -> dict[str, Any]:
    # _merge copied only the objects that it changed, so each object on the path is copied; missing ones are created.
    for name in path:
        child = document.get(name)
        document[name] = dict(child) if isinstance(child, dict) else {}
        document = document[name]
    return document
