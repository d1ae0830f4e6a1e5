"""Every property of Graph's job, as Microsoft's description of the API names them."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.support.graph_facts import FACTS

Path = tuple[str | int, ...]

TYPES: dict[str, dict[str, str]] = FACTS["v1.0"]["types"]
ENUMS = FACTS["v1.0"]["enums"]

ROOTS = {
    "status": "synchronizationStatus",
    "schedule": "synchronizationSchedule",
    "synchronizationJobSettings": "[keyValuePair]",
}
"""The properties of a job besides its ids."""


@dataclass(frozen=True)
class Property:
    """A property of Graph's job: its path and its type."""

    path: Path
    kind: str
    """Its type as graph_facts.json writes it, such as `Int64` or `[synchronizationProgress]`, without the `?`."""

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.path)

    @property
    def stored_path(self) -> Path:
        """Its path in the resource."""
        return ("status", *mirrored(self.path))

    @property
    def json_type(self) -> str:
        """Its JSON type."""
        if self.kind.startswith("["):
            return "list"
        if self.kind in TYPES:
            return "object"
        return {"Int64": "integer", "Int32": "integer", "Boolean": "boolean"}.get(self.kind, "string")


def mirrored(path: Path) -> Path:
    """Translate a path in Graph's job to a path in the status of the resource."""
    return ("synchronizationStatus", *path[1:]) if path[0] == "status" else ("job", *path)


def walk(kind: str, path: Path) -> Iterator[Property]:
    """Yield a property and all that are nested in it. Of a list, only the first item is walked."""
    kind = kind.removesuffix("?")
    yield Property(path, kind)
    if kind.startswith("["):
        item = kind[1:-1].removesuffix("?")
        yield from (found for found in walk(item, (*path, 0)) if found.path != (*path, 0))
        return
    for name, member in TYPES.get(kind, {}).items():
        yield from walk(member, (*path, name))


PROPERTIES = [found for name, kind in ROOTS.items() for found in walk(kind, (name,))]
LEAVES = [found for found in PROPERTIES if found.json_type not in {"list", "object"}]


def valid_job(job_id: str) -> dict[str, Any]:
    """Return a job in which each property has a value that Graph could send. Numbers and texts are all different."""
    job: dict[str, Any] = {"id": job_id, "templateId": "scim"}
    for name, kind in ROOTS.items():
        job[name] = _valid(kind, name)
    return job


_numbers = iter(range(1, 10**9))


def _valid(kind: str, name: str) -> Any:
    kind = kind.removesuffix("?")
    if kind.startswith("["):
        return [_valid(kind[1:-1], name), _valid(kind[1:-1], name)]
    if kind in TYPES:
        return {member: _valid(of, member) for member, of in TYPES[kind].items()}
    number = next(_numbers)
    match kind:
        case "Int64" | "Int32":
            return 10_000_000_000 + number
        case "Boolean":
            return True
        case "DateTime":
            return f"2025-0{1 + number % 9}-11T12:{number % 60:02}:58.{number:07}Z"
        case "Duration":
            return f"PT{number}M"
        case "synchronizationScheduleState":
            return "Active"
        case "synchronizationStatusCode":
            return "Quarantine"
        case _ if kind in ENUMS:
            return ENUMS[kind]["members"][0]
    return f"{name} {number}"


def look_up(document: Any, path: Path) -> Any:
    """Return the value at a path, or None if there is none."""
    for part in path:
        is_there = part in document if isinstance(part, str) and isinstance(document, dict) else False
        if isinstance(part, int):
            is_there = isinstance(document, list) and part < len(document)
        if not is_there:
            return None
        document = document[part]
    return document


def replaced(document: Any, path: Path, value: Any) -> Any:
    """Return a copy with another value at a path."""
    copied = copy.deepcopy(document)
    parent = look_up(copied, path[:-1])
    if parent is not None:
        parent[path[-1]] = value
    return copied


def without(document: Any, path: Path) -> Any:
    """Return a copy without the value at a path."""
    copied = copy.deepcopy(document)
    parent = look_up(copied, path[:-1])
    if isinstance(parent, dict):
        parent.pop(path[-1], None)
    elif isinstance(parent, list):
        del parent[int(path[-1])]
    return copied
