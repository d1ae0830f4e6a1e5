"""Checks a value against a structural schema, keyword by keyword, in the words of the API server.

It knows the keywords that our CRDs have for what people write. A test holds the CRDs to them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubectl_entrasync.validation.fault import Fault, Place, invalid, plain, quote

Schema = Mapping[str, Any]

_TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (list, "array"), (dict, "object"))

_LARGEST_INTEGER = 2**63 - 1
"""A greater one is read as a number with a fraction."""


def find_unknown(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    """Find members that the schema does not have."""
    for name, member, below in _members_of(schema, value, place):
        if member is None:
            words = f'unknown field "{below.text}"'
            yield Fault(below, f"strict decoding error: {words}", words)
        else:
            yield from find_unknown(member, value[name], below)
    for each, below in _items_of(schema, value, place):
        yield from find_unknown(schema["items"], each, below)


def complete(schema: Schema, value: Any) -> Any:
    """Return the value as the API server stores it: without unknown and null members, and with defaults."""
    if isinstance(value, list):
        return [complete(schema.get("items", {}), each) for each in value]
    if not isinstance(value, dict) or schema.get("type") != "object":
        return value
    given = {name: each for name, each in value.items() if each is not None or "properties" not in schema}
    properties: Schema = schema.get("properties", {})
    defaults = {name: each["default"] for name, each in properties.items() if "default" in each}
    together = {**defaults, **given}
    return {
        name: complete(member, together[name])
        for name, member, _ in _members_of(schema, together, Place())
        if member is not None
    }


def check_schema(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    """Find what the schema forbids."""
    for found in walk(schema, value, place):
        for check in (_check_type, _check_enum, _check_size, _check_required):
            yield from check(*found)


def check_lists(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    """Find items that stand twice in a list where each may stand once."""
    for found in walk(schema, value, place):
        yield from _check_items(*found)


def _check_items(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    keys = schema.get("x-kubernetes-list-map-keys")
    if not keys and schema.get("x-kubernetes-list-type") != "set":
        return
    seen: list[Any] = []
    for each, below in _items_of(schema, value, place):
        known = {key: each[key] for key in keys if key in each} if keys and isinstance(each, dict) else each
        if keys and each is None:
            continue
        if keys and not isinstance(each, dict):
            yield plain(below, f"Invalid value: {quote(each)}: must be an object for an array of list-type map")
        elif known in seen:
            yield plain(below, f"Duplicate value: {quote(known)}")
        else:
            seen.append(known)


def walk(schema: Schema, value: Any, place: Place) -> Iterator[tuple[Schema, Any, Place]]:
    """Yield each value that has a schema, with it."""
    yield schema, value, place
    for name, member, below in _members_of(schema, value, place):
        if member is not None:
            yield from walk(member, value[name], below)
    for each, below in _items_of(schema, value, place):
        yield from walk(schema["items"], each, below)


def _check_type(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    found = name_type(value)
    if found != schema["type"] and not (schema["type"] == "number" and found == "integer"):
        words = f'{place.text} in body must be of type {schema["type"]}: "{found}"'
        yield invalid(place, found, words, hides_rules=True)


def _check_enum(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    if "enum" in schema and value not in schema["enum"]:
        words = f"Unsupported value: {quote(value)}: supported values: {', '.join(map(quote, schema['enum']))}"
        yield plain(place, words, hides_rules=True)


def _check_size(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    if isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        words = f"Too long: may not be more than {schema['maxLength']} bytes"
    elif isinstance(value, list) and len(value) > schema.get("maxItems", len(value)):
        words = f"Too many: {len(value)}: must have at most {schema['maxItems']} items"
    elif isinstance(value, dict) and len(value) > schema.get("maxProperties", len(value)):
        words = f"Too many: {len(value)}: must have at most {schema['maxProperties']} items"
    else:
        return
    yield plain(place, words, hides_rules=True)


def _check_required(schema: Schema, value: Any, place: Place) -> Iterator[Fault]:
    if isinstance(value, dict) and schema["type"] == "object":
        for name in schema.get("required", ()):
            if name not in value:
                yield plain(place.member(name), "Required value", hides_rules=True)


def name_type(value: Any) -> str:
    """Name the type of a value as JSON does."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _LARGEST_INTEGER:
        return "number"
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST_INTEGER:
        return "integer"
    return next((name for kind, name in _TYPES if isinstance(value, kind)), "null")


def _members_of(schema: Schema, value: Any, place: Place) -> Iterator[tuple[str, Schema | None, Place]]:
    """Yield the members of an object, each with its schema; that is None for one that the schema does not have."""
    if not isinstance(value, dict) or schema.get("type") != "object":
        return
    properties: Mapping[str, Schema] = schema.get("properties", {})
    for name in value:
        yield name, properties.get(name, schema.get("additionalProperties")), place.member(name)


def _items_of(schema: Schema, value: Any, place: Place) -> Iterator[tuple[Any, Place]]:
    if isinstance(value, list) and "items" in schema:
        yield from ((each, place.item(number)) for number, each in enumerate(value))
