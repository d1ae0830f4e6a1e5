"""The fields of a kind as a person reads them: path, type and constraints in words, taken from the CRD's schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.api.duration import GO_DURATION_PATTERN
from entrasync.api.graph_connection import CLOUD_PATTERN
from entrasync.api.ids import DATA_KEY_PATTERN, GUID_PATTERN, OBJECT_NAME_PATTERN, URL_SAFE_PATTERN
from entrasync.api.job.application import MAIL_PATTERN
from entrasync.api.job.spec import GRAPH_DURATION_PATTERN, SETTING_NAME_PATTERN
from entrasync.api.model import VALIDATIONS

Schema = Mapping[str, Any]

PATTERN_WORDS = {
    GUID_PATTERN: "a GUID",
    GO_DURATION_PATTERN: "whole hours, minutes and seconds, such as `1h30m`",
    GRAPH_DURATION_PATTERN: "an ISO 8601 duration of whole days, hours, minutes and seconds",
    OBJECT_NAME_PATTERN: "a name as Kubernetes' objects have",
    URL_SAFE_PATTERN: "letters, digits and `.` `_` `~` `-`, the first a letter or digit",
    DATA_KEY_PATTERN: "letters, digits and `-` `.` `_`",
    SETTING_NAME_PATTERN: "letters, digits and `.` `_` `-`, the first a letter",
    CLOUD_PATTERN: "letters, digits and `-`, the first a letter",
    MAIL_PATTERN: "a mail address",
}
PATTERNS_WITH_LENGTH = frozenset({GUID_PATTERN, GO_DURATION_PATTERN, GRAPH_DURATION_PATTERN, MAIL_PATTERN})
"""Patterns that imply the length, so that a reader needs no bounds on characters."""


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
    if "pattern" in schema:
        yield PATTERN_WORDS[schema["pattern"]]
    if schema.get("pattern") not in PATTERNS_WITH_LENGTH:
        yield from _bounds(schema, "minLength", "maxLength", " characters")
    yield from _bounds(schema, "minimum", "maximum", "")
    yield from _bounds(schema, "minItems", "maxItems", " items")
    if "x-kubernetes-list-map-keys" in schema:
        yield f"one item per `{schema['x-kubernetes-list-map-keys'][0]}`"
    if schema.get("x-kubernetes-list-type") == "set":
        yield "each once"
    yield from (rule["message"].partition(": ")[2] for rule in schema.get(VALIDATIONS, ()))
    if "items" in schema:
        yield from (f"each: {words}" for words in _constraints(schema["items"]))


def _bounds(schema: Schema, least: str, most: str, unit: str) -> Iterator[str]:
    match schema.get(least), schema.get(most):
        case None, None:
            return
        case None, longest:
            yield f"at most {longest}{unit}"
        case shortest, None:
            yield f"at least {shortest}{unit}"
        case shortest, longest:
            yield f"{shortest} to {longest}{unit}"
