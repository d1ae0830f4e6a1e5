"""The conversion of a pydantic model to a structural schema for the API server.

It is an allow-list: known keywords pass, keywords that only document are dropped, and anything else is an error that
names its path. A keyword that the API server refuses, or accepts and reads differently, must never reach a CRD.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from entrasync.api.model import PRESERVE_UNKNOWN, STORED_DEFAULT, VALIDATIONS

Schema = dict[str, Any]

PASSED = (
    *("description", "type", "format", "enum", "pattern"),
    *("minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "multipleOf"),
    *("minProperties", "maxProperties", VALIDATIONS, PRESERVE_UNKNOWN),
    *("x-kubernetes-int-or-string", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"),
)
DROPPED = ("title", "examples", "default")
"""`default` is that of the model. In a CRD it would be stored for ever, so only `stored_default` writes one."""

FORMATS = ("date-time", "uuid", "uri", "int32", "int64", "double")
"""`duration` is missing: the API server accepts `banana 40m banana` and reads ISO 8601's `P1M` as one minute."""

BOOLEANS_OF_YAML = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false"})
NOT_RE2 = re.compile(r"\(\?(?:[=!]|<[=!])|\\[1-9]")


class SchemaError(ValueError):
    """A model has something that a structural schema cannot express."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")


def structural_schema(model: type[BaseModel]) -> Schema:
    """Convert a model.

    Raises:
        SchemaError: The model cannot be converted. The message names the path and the problem.
    """
    written = model.model_json_schema(by_alias=True)
    return _Conversion(written.pop("$defs", {})).convert(written, model.__name__)


class _Conversion:
    """The conversion of one model. It holds the definitions that references point to."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def convert(self, written: Schema, path: str, within: tuple[str, ...] = ()) -> Schema:
        """Convert the schema at a path. `within` names the definitions that it is nested in."""
        written, within = self._inline(written, path, within)
        if _allows_anything(written):
            return _described(written, {PRESERVE_UNKNOWN: True})
        converted: Schema = {}
        for keyword, value in written.items():
            converted |= self._keyword(keyword, value, path, within)
        if "properties" in converted:
            _require_only_what_may_not_be_null(converted, written, self._definitions)
        return _checked(converted, path)

    def _inline(self, written: Schema, path: str, within: tuple[str, ...]) -> tuple[Schema, tuple[str, ...]]:
        """Replace references and those unions that have a meaning. Keywords beside a reference override its own."""
        while "$ref" in written or "anyOf" in written:
            beside = dict(written)
            if "$ref" in beside:
                name = beside.pop("$ref").rpartition("/")[2]
                if name in within:
                    raise SchemaError(path, f"{name} contains itself; a structural schema cannot recurse")
                within = (*within, name)
                meant = self._definitions[name]
            else:
                meant = _meaning_of_union(beside.pop("anyOf"), path)
            rules = [*meant.get(VALIDATIONS, []), *beside.get(VALIDATIONS, [])]
            written = {**meant, **beside, **({VALIDATIONS: rules} if rules else {})}
        return written, within

    def _keyword(self, keyword: str, value: Any, path: str, within: tuple[str, ...]) -> Schema:
        match keyword:
            case "description":
                return {"description": " ".join(value.split())}
            case "properties":
                return {"properties": self._properties(value, path, within)}
            case "items":
                return {"items": self.convert(value, f"{path}[]", within)}
            case "required":
                return {"required": list(value)}
            case "additionalProperties":
                return self._additional(value, path, within)
            case _ if keyword == VALIDATIONS:
                return {VALIDATIONS: [_placed(rule, path) for rule in value]}
            case _:
                return _plain_keyword(keyword, value, path)

    def _properties(self, properties: Mapping[str, Schema], path: str, within: tuple[str, ...]) -> Schema:
        for name in properties:
            if name.lower() in BOOLEANS_OF_YAML:
                raise SchemaError(f"{path}.{name}", "YAML readers take this name for a boolean; choose another")
        return {name: self.convert(schema, f"{path}.{name}", within) for name, schema in properties.items()}

    def _additional(self, value: bool | Schema, path: str, within: tuple[str, ...]) -> Schema:
        if value is False:
            return {}  # not allowed beside properties; the API server prunes unknown members anyway
        if value is True or _allows_anything(value):
            return {PRESERVE_UNKNOWN: True}  # additionalProperties: true would prune what is nested deeper
        return {"additionalProperties": self.convert(value, f"{path}{{}}", within)}


def _plain_keyword(keyword: str, value: Any, path: str) -> Schema:
    match keyword:
        case "const":
            return {"enum": [value]}
        case "exclusiveMinimum" | "exclusiveMaximum":
            return {keyword.replace("exclusiveM", "m"): value, keyword: True}
        case "uniqueItems":
            return {"x-kubernetes-list-type": "set"}
        case _ if keyword == STORED_DEFAULT:
            return {"default": value}
        case _ if keyword in PASSED:
            return {keyword: value}
        case _ if keyword in DROPPED:
            return {}
        case _:
            raise SchemaError(path, f"{keyword} has no place in a structural schema")


def _placed(rule: dict[str, str], path: str) -> dict[str, str]:
    """Put the path of the field in front of the message of its rule."""
    where = path.partition(".")[2].replace("[]", "") + rule.get("fieldPath", "")
    return {**rule, "message": f"{where}: {rule['message']}"}


def _allows_anything(written: Schema) -> bool:
    """Whether the schema allows anything (`Any`): it has only keywords that document."""
    return not set(written) - {"description", PRESERVE_UNKNOWN, *DROPPED}


def _described(written: Schema, schema: Schema) -> Schema:
    words = written.get("description")
    return {"description": " ".join(words.split()), **schema} if words else schema


def _meaning_of_union(members: list[Schema], path: str) -> Schema:
    """Read `X | None` as an optional X, and `int | str` as the IntOrString of Kubernetes.

    `nullable: true` is not used: a null would then be stored, where otherwise the API server drops it.
    """
    given = [member for member in members if member.get("type") != "null"]
    if len(given) == 1:
        return given[0]
    if [member for member in given if set(member) == {"type"}] == given and {m["type"] for m in given} == {
        "integer",
        "string",
    }:
        return {"x-kubernetes-int-or-string": True}
    raise SchemaError(
        path, "a union has no place in a structural schema; use one optional field per member and a CEL rule"
    )


def _may_be_null(written: Schema, definitions: Mapping[str, Schema]) -> bool:
    if "$ref" in written:
        return _may_be_null(definitions[written["$ref"].rpartition("/")[2]], definitions)
    return any(member.get("type") == "null" for member in written.get("anyOf", ()))


def _require_only_what_may_not_be_null(converted: Schema, written: Schema, definitions: Mapping[str, Schema]) -> None:
    properties = written["properties"]
    required = [name for name in converted.pop("required", ()) if not _may_be_null(properties[name], definitions)]
    if required:
        converted["required"] = required


def _checked(schema: Schema, path: str) -> Schema:
    """Refuse what the API server would refuse later, or accept and read differently."""
    if schema.get("format", FORMATS[0]) not in FORMATS:
        raise SchemaError(path, f"format {schema['format']} is not one we trust; use a pattern")
    if NOT_RE2.search(schema.get("pattern", "")):
        raise SchemaError(path, "the pattern is not RE2: no lookaround, no back reference")
    if any("\n" in cel["message"] for cel in schema.get(VALIDATIONS, ())):
        raise SchemaError(path, "the message of a CEL rule must be one line")
    keys = schema.get("x-kubernetes-list-map-keys", ())
    item = schema.get("items", {})
    for key in keys:
        if key not in item.get("required", ()) and "default" not in item["properties"].get(key, {}):
            raise SchemaError(path, f"the key {key} of a list-map must be required or have a stored default")
    return dict(sorted(schema.items(), key=lambda member: _position_of(member[0])))


def _position_of(keyword: str) -> int:
    """Return the position of a keyword: the type comes first, the nested schemas last."""
    order = (*PASSED, "default", "required", "items", "additionalProperties", "properties")
    return order.index(keyword) if keyword in order else -1
