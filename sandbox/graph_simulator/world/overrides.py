from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Garbage in place of what Graph would say about a job, for readers that must not trust it.

    `set` and `remove` name members by dotted paths (`status.quarantine.reason`); `merge` is laid over the
    whole, deeply; `raw` replaces the job's JSON by these bytes (duplicate keys, broken text, anything).
    """

    set: dict[str, Any] = field(default_factory=dict)
    merge: dict[str, Any] = field(default_factory=dict)
    remove: tuple[str, ...] = ()
    raw: bytes | None = None


def apply_override(document: dict[str, Any], override: Override) -> dict[str, Any]:
    """Lay an override over a job's JSON; `raw` is not looked at here."""
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
    # Objects on the way are copied by _merge only where it touched them; parents that are missing are made.
    for name in path:
        child = document.get(name)
        document[name] = dict(child) if isinstance(child, dict) else {}
        document = document[name]
    return document
