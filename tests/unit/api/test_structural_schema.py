"""The conversion avoids each known pitfall between pydantic and the API server."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, WithJsonSchema, create_model

from entrasync.api.model import PRESERVE_UNKNOWN, VALIDATIONS, cel_rules, list_map, rule, stored_default
from entrasync.api.structural_schema import SchemaError, structural_schema


class Colour(StrEnum):
    """A colour."""

    RED = "Red"
    BLUE = "Blue"


class Leaf(BaseModel):
    """Description of the definition."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    name: str
    value: str = "white"


class Twig(BaseModel):
    leaf: Leaf


class Tree(BaseModel):
    branches: "list[Tree]"


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


def schema_of(annotation: Any, field: Any = ...) -> dict[str, Any]:
    """Convert a model that has one field `value`."""
    return structural_schema(create_model("Sample", value=(annotation, field)))


def value_of(annotation: Any, field: Any = ...) -> dict[str, Any]:
    value: dict[str, Any] = schema_of(annotation, field)["properties"]["value"]
    return value


def test_references_are_replaced_by_their_definitions() -> None:
    assert value_of(Twig) == {
        "type": "object",
        "required": ["leaf"],
        "properties": {
            "leaf": {
                "description": "Description of the definition.",
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string"}, "value": {"type": "string"}},
            }
        },
    }


def test_a_description_beside_a_reference_overrides_that_of_the_definition() -> None:
    assert (
        value_of(Leaf, Field(description="Description of\n    the field."))["description"]
        == "Description of the field."
    )


def test_rules_beside_a_reference_are_added_to_those_of_the_definition() -> None:
    class Guarded(BaseModel):
        model_config = ConfigDict(json_schema_extra=cel_rules(rule("true", "inner")))

    rules = value_of(Guarded | None, Field(None, json_schema_extra=cel_rules(rule("true", "outer"))))[VALIDATIONS]
    assert [given["message"] for given in rules] == ["value: inner", "value: outer"]


def test_a_model_that_contains_itself_is_refused() -> None:
    with pytest.raises(SchemaError, match=r"Tree.branches\[\].*cannot recurse"):
        structural_schema(Tree)


@pytest.mark.parametrize("field", [None, ...], ids=["with a default", "without"])
@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (str | None, {"type": "string"}),
        (Colour | None, {"description": "A colour.", "type": "string", "enum": ["Red", "Blue"]}),
        (Annotated[int, Field(ge=1)] | None, {"type": "integer", "minimum": 1}),
    ],
    ids=["string", "enum", "bounded"],
)
def test_a_field_that_may_be_none_is_optional(annotation: Any, expected: dict[str, Any], field: Any) -> None:
    schema = schema_of(annotation, field)

    assert schema["properties"]["value"] == expected
    assert "required" not in schema


def test_exclusive_bounds_are_booleans() -> None:
    assert value_of(Annotated[int, Field(gt=0, lt=9)]) == {
        "type": "integer",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": 9,
        "exclusiveMaximum": True,
    }


def test_a_constant_is_an_enum_with_one_value() -> None:
    assert value_of(Literal["one"]) == {"type": "string", "enum": ["one"]}


def test_several_literals_are_an_enum() -> None:
    assert value_of(Literal["one", "two"]) == {"type": "string", "enum": ["one", "two"]}


def test_extra_forbid_adds_nothing_because_the_api_server_prunes() -> None:
    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")
        name: str

    assert structural_schema(Strict) == {
        "type": "object",
        "required": ["name"],
        "properties": {"name": {"type": "string"}},
    }


@pytest.mark.parametrize("annotation", [dict[str, Any], dict[str, object]])
def test_an_object_with_values_of_any_type_preserves_unknown_fields(annotation: Any) -> None:
    assert value_of(annotation) == {"type": "object", PRESERVE_UNKNOWN: True}


def test_a_map_of_strings_has_additional_properties() -> None:
    assert value_of(dict[str, str]) == {"type": "object", "additionalProperties": {"type": "string"}}


def test_a_value_of_any_type_preserves_unknown_fields() -> None:
    assert value_of(Any, Field(description="Anything.")) == {"description": "Anything.", PRESERVE_UNKNOWN: True}


@pytest.mark.parametrize("annotation", [int | str, str | int, int | str | None], ids=str)
def test_an_integer_or_string_is_int_or_string(annotation: Any) -> None:
    assert value_of(annotation) == {"x-kubernetes-int-or-string": True}


@pytest.mark.parametrize(
    ("annotation", "field"),
    [(Cat | Dog, Field(discriminator="kind")), (Cat | Dog, ...), (str | list[str], ...), (float | str, ...)],
    ids=["tagged", "untagged", "one or many", "any number or text"],
)
def test_any_other_union_is_refused_with_its_path(annotation: Any, field: Any) -> None:
    with pytest.raises(SchemaError, match=r"Sample\.value"):
        schema_of(annotation, field)


def test_a_set_is_a_list_of_type_set() -> None:
    assert value_of(set[str]) == {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}


def test_a_list_map_with_a_required_key_is_accepted() -> None:
    schema = value_of(list[Leaf], Field(json_schema_extra=list_map("name")))

    assert (schema["x-kubernetes-list-type"], schema["x-kubernetes-list-map-keys"]) == ("map", ["name"])


def test_a_list_map_with_an_optional_key_is_refused() -> None:
    with pytest.raises(SchemaError, match="key value of a list-map must be required"):
        schema_of(list[Leaf], Field(json_schema_extra=list_map("value")))


def test_a_list_map_whose_key_has_a_stored_default_is_accepted() -> None:
    item = create_model("Item", key=(str, Field("a", json_schema_extra=stored_default("a"))))

    assert value_of(list[item], Field(json_schema_extra=list_map("key")))["items"]["properties"]["key"] == {
        "type": "string",
        "default": "a",
    }


@pytest.mark.parametrize(
    ("annotation", "field"),
    [
        (tuple[str, int], ...),
        (SecretStr, ...),
        (str, Field(deprecated=True)),
        (Decimal, ...),
        (timedelta, ...),
    ],
    ids=["tuple", "secret", "deprecated", "decimal", "timedelta"],
)
def test_a_keyword_without_a_place_in_a_structural_schema_is_refused(annotation: Any, field: Any) -> None:
    with pytest.raises(SchemaError, match=r"Sample\.value"):
        schema_of(annotation, field)


def test_examples_are_dropped() -> None:
    assert value_of(str, Field(examples=["a"], title="A title")) == {"type": "string"}


@pytest.mark.parametrize(
    ("annotation", "format_"), [(datetime, "date-time"), (UUID, "uuid"), (HttpUrl, "uri")], ids=["time", "uuid", "url"]
)
def test_a_format_that_the_api_server_knows_is_kept(annotation: Any, format_: str) -> None:
    assert value_of(annotation)["format"] == format_


@pytest.mark.parametrize("pattern", ["^(?!x)", "(?=x)", "(?<=x)y", "(?<!x)y", r"(x)\1"])
def test_a_pattern_that_is_not_re2_is_refused(pattern: str) -> None:
    with pytest.raises(SchemaError, match="RE2"):
        schema_of(Annotated[str, WithJsonSchema({"type": "string", "pattern": pattern})])


def test_the_default_of_a_model_is_not_stored() -> None:
    assert value_of(int, 5) == {"type": "integer"}


def test_a_stored_default_is_stored() -> None:
    assert value_of(int, Field(5, json_schema_extra=stored_default(7))) == {"type": "integer", "default": 7}


@pytest.mark.parametrize("name", ["n", "y", "on", "Yes"])
def test_a_name_that_yaml_reads_as_a_boolean_is_refused(name: str) -> None:
    with pytest.raises(SchemaError, match=rf"Sample\.{name}.*boolean"):
        structural_schema(create_model("Sample", **{name: (str, ...)}))  # type: ignore[call-overload]  # a name that is computed


def test_a_rule_with_a_message_of_two_lines_is_refused() -> None:
    with pytest.raises(SchemaError, match="one line"):
        schema_of(str, Field(json_schema_extra=cel_rules(rule("true", "two\nlines"))))
