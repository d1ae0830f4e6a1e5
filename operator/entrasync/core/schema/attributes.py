"""The attributes that a schema's mappings and scoping filters name, and that its directories do not have."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.core.facts.schema_seen import UnknownAttribute
from entrasync.core.primitives.json_values import read_entries, read_object, read_text
from entrasync.core.remote.schema import ATTRIBUTE_MAPPINGS, DIRECTORIES, OBJECT_MAPPINGS, RULES, Schema
from entrasync.core.schema.scoping import read_scope

MAX_SIMILAR_NAMES = 4
LEAST_SIMILARITY = 0.6
"""From 0 to 1. It finds a missing or a wrong letter, and another ending."""


@dataclass(frozen=True)
class _Place:
    """An object of a directory."""

    directory: str
    kind: str


@dataclass(frozen=True)
class _Use:
    """An attribute of one side of an object mapping."""

    path: str
    place: _Place
    name: str


_Definitions = Mapping[_Place, Mapping[str, None]]
"""The names of the attributes of each object, in Graph's order."""


def find_unknown_attributes(before: Schema, after: Schema) -> tuple[UnknownAttribute, ...]:
    """Find the attributes that a change of the schema would use, or take away from under a use.

    An object without a list of attributes, such as one of a directory that was never discovered, counts as having all
    (graph-facts 2). What an object mapping uses already is Graph's own affair, and stays. Graph documents nothing of
    what a PUT with an unknown attribute does (graph-facts 5.2).

    Args:
        before: the schema that Graph shows.
        after: the schema as spec wants it.
    """
    known = {use for _, use in _list_undefined(before)}
    new = {use: field for field, use in reversed([*_list_undefined(after)]) if use not in known}
    definitions, read_only = _read_definitions(after), _list_read_only(after)
    return tuple(
        UnknownAttribute(
            field,
            use.name,
            directory=use.place.directory,
            kind=use.place.kind,
            similar=_find_similar(use.name, definitions[use.place]),
            may_be_added=use.place.directory not in read_only,
        )
        for use, field in reversed(new.items())
    )


def _list_undefined(schema: Schema) -> Iterator[tuple[str, _Use]]:
    """Yield what is used and not defined, with the field that uses it."""
    definitions = _read_definitions(schema)
    for field, use in _list_uses(schema):
        names = definitions.get(use.place)
        if names and use.name not in names:
            yield field, use


def _read_definitions(schema: Schema) -> _Definitions:
    return {
        _Place(read_text(directory.get("name")) or "", read_text(entry.get("name")) or ""): {
            name: None
            for attribute in read_entries(entry.get("attributes"))
            if (name := read_text(attribute.get("name")))
        }
        for directory in read_entries(schema.get(DIRECTORIES))
        for entry in read_entries(directory.get("objects"))
    }


def _list_read_only(schema: Schema) -> set[str]:
    directories = read_entries(schema.get(DIRECTORIES))
    return {read_text(directory.get("name")) or "" for directory in directories if directory.get("readOnly") is True}


def _list_uses(schema: Schema) -> Iterator[tuple[str, _Use]]:
    for rule in read_entries(schema.get(RULES)):
        for entry in read_entries(rule.get(OBJECT_MAPPINGS)):
            path = f"spec.schema.rules[{rule.get('name')}].objectMappings[{entry.get('name')}]"
            source = _place(rule, entry, "source")
            target = _place(rule, entry, "target")
            for mapping in read_entries(entry.get(ATTRIBUTE_MAPPINGS)):
                field = f"{path}.attributeMappings[{mapping.get('targetAttributeName')}]"
                if name := read_text(mapping.get("targetAttributeName")):
                    yield field, _Use(path, target, name)
                for name in _list_attributes(mapping.get("source")):
                    yield field, _Use(path, source, name)
            for group in read_scope(entry.get("scope")):
                for clause in group:
                    yield f"{path}.scopingFilter", _Use(path, source, clause.attribute)


def _place(rule: Mapping[str, Any], entry: Mapping[str, Any], side: str) -> _Place:
    directory, kind = rule.get(f"{side}DirectoryName"), entry.get(f"{side}ObjectName")
    return _Place(read_text(directory) or "", read_text(kind) or "")


def _list_attributes(source: object) -> Iterator[str]:
    """Yield the attributes that a source consists of."""
    known = read_object(source)
    if known.get("type") == "Attribute" and (name := read_text(known.get("name"))):
        yield name
    for pair in read_entries(known.get("parameters")):
        yield from _list_attributes(pair.get("value"))


def _find_similar(name: str, names: Mapping[str, None]) -> tuple[str, ...]:
    by_form = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), by_form, MAX_SIMILAR_NAMES, LEAST_SIMILARITY)
    return tuple(by_form[form] for form in close)
