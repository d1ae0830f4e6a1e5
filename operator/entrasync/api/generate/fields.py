"""The fields of a kind as a person reads them: path, type and constraints in words, taken from the CRD's schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.api.model import VALIDATIONS

Schema = Mapping[str, Any]

BOUNDS = {
    "minimum": "at least {}",
    "maxLength": "at most {} characters",
    "maxItems": "at most {} items",
}


@dataclass(frozen=True)
class Field:
    """One field: its dotted path (`[]` for the items of a list), and its description in words."""

    path: str
    type: str
    constraints: tuple[str, ...]
    meaning: str


def fields_of(schema: Schema, path: str) -> Iterator[Field]:
    """Yield all fields below an object or list at a path, each before its members."""
    for name, member in schema.get("properties", {}).items():
        place = f"{path}.{name}"
        is_required = name in schema.get("required", ())
        yield Field(place, _describe_type(member), tuple(_constraints(member, is_required)), member["description"])
        yield from fields_of(member, place)
    if "items" in schema:
        yield from fields_of(schema["items"], f"{path}[]")


def _describe_type(schema: Schema) -> str:
    if schema["type"] == "array":
        return f"list of {_describe_type(schema['items'])}s"
    return "time" if schema.get("format") == "date-time" else str(schema["type"])


def _constraints(schema: Schema, is_required: bool = False) -> Iterator[str]:
    if is_required:
        yield "required"
    if "enum" in schema:
        yield f"one of {', '.join(f'`{word}`' for word in schema['enum'])}"
    if VALIDATIONS not in schema:  # what has a rule is bounded by it, and more narrowly
        yield from _bounds(schema)
    if "x-kubernetes-list-map-keys" in schema:
        yield f"one item per `{schema['x-kubernetes-list-map-keys'][0]}`"
    if schema.get("x-kubernetes-list-type") == "set":
        yield "each once"
    yield from (rule["message"].partition(": ")[2] for rule in schema.get(VALIDATIONS, ()))
    if "items" in schema:
        yield from (f"each: {words}" for words in _constraints(schema["items"]))


def _bounds(schema: Schema) -> Iterator[str]:
    return (words.format(schema[keyword]) for keyword, words in BOUNDS.items() if keyword in schema)
