"""Finds what a new schema refuses or loses of the objects that an older one let in.

Each rule is a pure function over the schemas of one node, named by the break that it finds. It yields sentences without
the path, which `find_schema_breaks` puts before them. A field that the older schema did not have may be constrained in
any way: no stored object has it.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
Rule = Callable[[Schema, Schema], Iterator[str]]

_LOWER_BOUNDS = ("minimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "maxLength", "maxItems", "maxProperties")
_EXACT = (
    "type",
    "format",
    "pattern",
    "multipleOf",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "x-kubernetes-list-type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-map-type",
)
"""What narrows a node when it is added, and may narrow it when it is changed. Whether one pattern matches all that
another does cannot be told, so each change counts."""
_LOOSENED_BY_REMOVAL = frozenset({"format", "pattern", "multipleOf", "allOf", "anyOf", "oneOf", "not"})
_FLAGS_THAT_LOOSEN = ("nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string")
_FLAGS_THAT_TIGHTEN = ("uniqueItems", "exclusiveMinimum", "exclusiveMaximum", "x-kubernetes-embedded-resource")

_GUARD = re.compile(r"^!has\(self\.(\w+)\) \|\| ")
"""The beginning of a rule of CEL that says nothing while a field is not set."""


def removed_fields(old: Schema, new: Schema) -> Iterator[str]:
    """Find fields that would be pruned from stored objects."""
    for name in old.get("properties", {}):
        if name not in new.get("properties", {}):
            yield f"the field {name} was removed"
    if "additionalProperties" in old and not new.get("additionalProperties"):
        yield "keys of one's own are allowed no longer"
    if "items" in old and "items" not in new:
        yield "the schema of its items was removed"


def newly_required_fields(old: Schema, new: Schema) -> Iterator[str]:
    """Find fields that stored objects may lack. A default is put in when they are read."""
    for name in new.get("required", []):
        if name not in old.get("required", []) and "default" not in new.get("properties", {}).get(name, {}):
            yield f"the field {name} is required now"


def removed_enum_values(old: Schema, new: Schema) -> Iterator[str]:
    """Find values of an enumeration that are refused now."""
    if "enum" in new and "enum" not in old:
        yield "only some values are allowed now"
    for value in old.get("enum", []) if "enum" in new else []:
        if value not in new["enum"]:
            yield f"the value {value} was removed"


def tightened_bounds(old: Schema, new: Schema) -> Iterator[str]:
    """Find bounds that are narrower than before."""
    for name in _LOWER_BOUNDS:
        if name in new and (name not in old or new[name] > old[name]):
            yield f"{name} was {old.get(name, 'not set')} and is {new[name]}"
    for name in _UPPER_BOUNDS:
        if name in new and (name not in old or new[name] < old[name]):
            yield f"{name} was {old.get(name, 'not set')} and is {new[name]}"


def changed_forms(old: Schema, new: Schema) -> Iterator[str]:
    """Find types, patterns, formats and keys of lists that are others than before."""
    for name in _EXACT:
        is_removed = name in old and name not in new
        if old.get(name) != new.get(name) and not (is_removed and name in _LOOSENED_BY_REMOVAL):
            yield f"{name} was {old.get(name, 'not set')} and is {new.get(name, 'not set')}"


def changed_flags(old: Schema, new: Schema) -> Iterator[str]:
    """Find flags that let less through than before."""
    for name in _FLAGS_THAT_LOOSEN:
        if old.get(name) and not new.get(name):
            yield f"{name} was removed"
    for name in _FLAGS_THAT_TIGHTEN:
        if new.get(name) and not old.get(name):
            yield f"{name} was added"


def changed_defaults(old: Schema, new: Schema) -> Iterator[str]:
    """Find defaults that change what an object means that does not set the field."""
    if "default" in old and old["default"] != new.get("default"):
        yield f"the default was {old['default']} and is {new.get('default', 'not set')}"


def new_rules(old: Schema, new: Schema) -> Iterator[str]:
    """Find rules of CEL that can refuse a stored object.

    A rule that looks at `oldSelf` is asked only about changes. A rule that begins with `!has(self.FIELD) ||` is silent
    while a new field is not set. All others would be asked at the next write of the status of a stored object:
    Kubernetes 1.29 does not ratchet, and later versions only where the value stays as it was.
    """
    known = {rule["rule"] for rule in old.get("x-kubernetes-validations", [])}
    for rule in new.get("x-kubernetes-validations", []):
        text = str(rule["rule"])
        guard = _GUARD.match(text)
        is_about_a_new_field = guard is not None and guard[1] not in old.get("properties", {})
        if text not in known and "oldSelf" not in text and not is_about_a_new_field:
            yield f"the rule {text!r} is new and also judges objects that are stored already"


RULES: tuple[Rule, ...] = (
    removed_fields,
    newly_required_fields,
    removed_enum_values,
    tightened_bounds,
    changed_forms,
    changed_flags,
    changed_defaults,
    new_rules,
)


def find_schema_breaks(old: Schema, new: Schema, path: str) -> Iterator[str]:
    """Yield a clause for each break below a node, with the path of its field."""
    for rule in RULES:
        for found in rule(old, new):
            yield f"{path}: {found}"
    for name, schema in old.get("properties", {}).items():
        if name in new.get("properties", {}):
            yield from find_schema_breaks(schema, new["properties"][name], f"{path}.{name}")
    for word, suffix in (("items", "[]"), ("additionalProperties", ".*")):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            yield from find_schema_breaks(old[word], new[word], path + suffix)
