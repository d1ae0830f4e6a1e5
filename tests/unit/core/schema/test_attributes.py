"""Attributes that mappings and scoping filters of spec use, and that the directories of the schema do not have."""

from typing import Any

import pytest

from entrasync.core.facts.schema_seen import UnknownAttribute
from entrasync.core.remote.schema import ParsedExpression, attribute_source
from entrasync.core.schema.attributes import find_unknown_attributes
from entrasync.core.schema.merge import merge_schema
from tests.support.schemas import PATH, RULE, USERS, attribute_mapping, discovered_schema, function_source, schema_wish


def unknown(*mappings: dict[str, Any], schema: dict[str, Any] | None = None, **wish: Any) -> list[tuple[str, str]]:
    spec = schema_wish(*mappings, **wish)
    parsed = {"Join": ParsedExpression(function_source("Join", attribute_source("mail"), attribute_source("nikname")))}
    found = merge_schema(schema or discovered_schema(), spec, parsed).faults.unknown_attributes
    return [(entry.field.removeprefix(f"{PATH}."), entry.name) for entry in found]


def filter_by(attribute: str) -> dict[str, Any]:
    clause = {"attribute": attribute, "operator": "IS NOT NULL"}
    scope = {"mode": "Groups", "groups": [{"clauses": [clause]}]}
    return {"rules": [{"name": RULE, "objectMappings": [{"name": USERS, "scopingFilter": scope}]}]}


class TestUnknownAttribute:
    def test_of_the_target_is_found_with_its_place_and_the_names_that_are_similar(self) -> None:
        spec = schema_wish({"target": "nikName", "attribute": "mail"})
        assert merge_schema(discovered_schema(), spec, {}).faults.unknown_attributes == (
            UnknownAttribute(
                f"{PATH}.attributeMappings[nikName]",
                "nikName",
                directory="CustomSCIM",
                kind="User",
                similar=("nickName",),
                may_be_added=True,
            ),
        )

    def test_of_the_source_is_found_and_cannot_be_added_to_a_read_only_directory(self) -> None:
        spec = schema_wish({"target": "nickName", "attribute": "MailNickName"})
        [found] = merge_schema(discovered_schema(), spec, {}).faults.unknown_attributes
        assert (found.name, found.directory, found.similar, found.may_be_added) == (
            "MailNickName",
            "Azure Active Directory",
            ("mailNickname",),
            False,
        )

    def test_is_found_inside_an_expression(self) -> None:
        assert unknown({"target": "nickName", "expression": "Join"}) == [("attributeMappings[nickName]", "nikname")]

    def test_is_found_in_a_scoping_filter(self) -> None:
        assert unknown(**filter_by("departement")) == [("scopingFilter", "departement")]

    def test_is_reported_at_the_first_place_that_uses_it(self) -> None:
        wishes = [{"target": target, "attribute": "other"} for target in ("nickName", "userName")]
        assert unknown(*wishes) == [("attributeMappings[userName]", "other")]


class TestKnownAttribute:
    @pytest.mark.parametrize("wish", [{"attribute": "mailNickname"}, {"constant": "[other]"}, {"ensure": "Absent"}])
    def test_is_one_that_the_directory_has(self, wish: dict[str, Any]) -> None:
        assert unknown({"target": "nickName", **wish}) == []

    def test_is_one_that_the_schema_uses_already_although_no_directory_has_it(self) -> None:
        schema = discovered_schema(attribute_mapping("old", attribute_source("older")))
        assert unknown({"target": "old", "constant": "x"}, schema=schema) == []
        assert unknown({"target": "nickName", "attribute": "older"}, schema=schema) == []

    @pytest.mark.parametrize("objects", [[], None, [{"name": "User", "attributes": []}], [{"name": "Group"}], "odd"])
    def test_is_any_of_an_object_whose_attributes_were_not_discovered(self, objects: object) -> None:
        schema = discovered_schema()
        for directory in schema["directories"]:
            directory["objects"] = objects
        assert unknown({"target": "new", "attribute": "new"}, schema=schema) == []

    def test_is_any_that_a_change_does_not_concern(self) -> None:
        schema = discovered_schema(attribute_mapping("old", attribute_source("older")))
        assert find_unknown_attributes(schema, schema) == ()


def test_an_attribute_that_is_taken_away_from_under_a_mapping_is_unknown() -> None:
    before, after = discovered_schema(), discovered_schema()
    [_, target] = after["directories"]
    target["objects"][0]["attributes"] = [
        entry for entry in target["objects"][0]["attributes"] if entry["name"] != "displayName"
    ]
    [found] = find_unknown_attributes(before, after)
    assert (found.field, found.name) == (f"{PATH}.attributeMappings[displayName]", "displayName")
