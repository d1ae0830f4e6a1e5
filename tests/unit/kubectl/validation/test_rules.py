"""The rules of a CRD, and which keywords of its schema are checked."""

from typing import Any

import pytest

from kubectl_entrasync.validation.checking import CRDS, read_schema
from kubectl_entrasync.validation.fault import Place
from kubectl_entrasync.validation.rules import check_rules
from kubectl_entrasync.validation.schema_check import Schema, complete

CHECKED = {
    *("type", "enum", "required", "maxLength", "maxItems", "maxProperties", "default"),
    *("properties", "items", "additionalProperties", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"),
    *("x-kubernetes-validations", "description"),
}


def check(value: Any, **rule: str) -> list[str]:
    """Run one rule on an object with the field `count`."""
    schema = {"type": "object", "properties": {"count": {"type": "integer"}}, "x-kubernetes-validations": [rule]}
    return [fault.message for fault in check_rules(schema, value, Place())]


def keywords_of(schema: Schema) -> set[str]:
    below = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    return {*schema, *(each for member in below if member for each in keywords_of(member))}


class TestARule:
    def test_speaks_by_its_message_expression_if_that_gives_a_text(self) -> None:
        rule = {"rule": "self.count < 5", "message": "too many", "messageExpression": "'not ' + string(self.count)"}
        assert check({"count": 9}, **rule) == [": Invalid value: not 9"]

    def test_speaks_by_its_message_where_the_expression_fails(self) -> None:
        rule = {"rule": "self.count < 5", "message": "too many", "messageExpression": "self.missing"}
        assert check({"count": 9}, **rule) == [": Invalid value: too many"]

    def test_that_cannot_be_run_refuses_and_says_why(self) -> None:
        [message] = check({}, rule="self.count < 5", message="too many")
        assert "count" in message
        assert message.endswith("evaluating rule: too many")

    def test_about_a_change_is_left_out(self) -> None:
        assert check({"count": 9}, rule="self.count == oldSelf.count", message="fixed") == []

    def test_names_the_field_that_it_points_to(self) -> None:
        assert check({"count": 9}, rule="self.count < 5", message="few", fieldPath=".count") == [
            "count: Invalid value: few"
        ]


def test_defaults_are_there_before_the_rules_are_asked() -> None:
    schema = {"type": "object", "properties": {"count": {"type": "integer", "default": 3}}}
    assert complete(schema, {"unknown": 1}) == {"count": 3}
    assert complete(schema, {"count": None}) == {"count": 3}


@pytest.mark.parametrize("kind", CRDS)
def test_no_spec_has_a_keyword_that_is_not_checked(kind: str) -> None:
    assert keywords_of(read_schema(kind)["properties"]["spec"]) <= CHECKED
