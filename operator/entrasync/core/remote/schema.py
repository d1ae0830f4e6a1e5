"""A job's synchronization schema as Graph shows it, and how Graph reads expressions (graph-facts 2, 5.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_object, read_text

Schema = Mapping[str, Any]
"""A synchronizationSchema as it came, with members that nobody knows and in the order in which they came."""

Source = Mapping[str, Any]
"""An attributeMappingSource: an attribute, a constant, or a function with its parameters as sources."""

RULES = "synchronizationRules"
DIRECTORIES = "directories"
OBJECT_MAPPINGS = "objectMappings"
ATTRIBUTE_MAPPINGS = "attributeMappings"

ENTRY_NAMES = {
    RULES: "name",
    OBJECT_MAPPINGS: "name",
    ATTRIBUTE_MAPPINGS: "targetAttributeName",
    DIRECTORIES: "name",
    "objects": "name",
    "attributes": "name",
}
"""The lists whose entries have a name, and the member that has it. Their order means nothing (graph-facts 2)."""


@dataclass(frozen=True)
class ParsedExpression:
    """How Graph read an expression: as a source, or an error in its words."""

    source: Source | None
    error: str | None = None


@dataclass(frozen=True)
class Evaluation:
    """What Graph made of an expression for the attributes of one object: values, or an error in its words."""

    values: tuple[str, ...] = ()
    error: str | None = None


def attribute_source(name: str) -> Source:
    """Return the source that is an attribute."""
    return {"expression": f"[{name}]", "name": name, "type": "Attribute", "parameters": []}


def constant_source(text: str) -> Source:
    """Return the source that is a constant text."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return {"expression": f'"{quoted}"', "name": text, "type": "Constant", "parameters": []}


def is_same_source(one: object, other: object) -> bool:
    """Whether two sources mean the same. Their text does not count, because Graph may write it in another form."""
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return False
    if (one.get("type"), one.get("name")) != (other.get("type"), other.get("name")):
        return False
    own, others = _read_parameters(one), _read_parameters(other)
    return len(own) == len(others) and all(
        key == other_key and is_same_source(value, other_value)
        for (key, value), (other_key, other_value) in zip(own, others, strict=True)
    )


def _read_parameters(source: Source) -> list[tuple[object, object]]:
    return [(pair.get("key"), pair.get("value")) for pair in read_entries(source.get("parameters"))]


def write_source(source: object) -> str | None:
    """Return a source as text, as the portal shows it. None if there is none, or a function without its text."""
    known = read_object(source)
    if text := read_text(known.get("expression")):
        return text
    name, make = read_text(known.get("name")), _MAKERS.get(read_text(known.get("type")) or "")
    return None if name is None or make is None else read_text(make(name)["expression"])


_MAKERS = {"Attribute": attribute_source, "Constant": constant_source}
"""What makes a source of a type from its name."""


def writable(schema: Schema) -> dict[str, Any]:
    """Return what a write of a schema consists of: all of it but what is the server's own (graph-facts 5.2)."""
    return {name: value for name, value in schema.items() if not name.startswith("@odata.")}
