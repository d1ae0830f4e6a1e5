"""The merge of `spec.schema.directories` into the directories that Graph shows."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from entrasync.core.decision.action import Difference
from entrasync.core.schema.merge import Merged, merge_schema
from tests.support.schemas import attribute_definition, directory_wish, discovered_schema, schema_wish

PLACE = "spec.schema.directories[CustomSCIM].objects[User].attributes"
BADGE = "urn:ietf:params:scim:schemas:extension:contoso:2.0:User:badge"


def merge(*attributes: dict[str, Any], schema: dict[str, Any] | None = None, **where: str) -> Merged:
    return merge_schema(schema or discovered_schema(), directory_wish(*attributes, **where), {})


def attributes_of(schema: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = schema["directories"][1]["objects"][0]["attributes"]
    return found


class TestAttribute:
    def test_that_the_directory_lacks_is_added_at_the_end_and_all_else_stays_as_it_came(self) -> None:
        merged = merge({"name": BADGE})
        assert attributes_of(merged.schema)[-1] == attribute_definition(BADGE)
        attributes_of(merged.schema).pop()
        assert merged.schema == discovered_schema()
        assert merged.differences == (Difference(f"{PLACE}[{BADGE}]", "String", None),)

    def test_is_added_with_each_member_that_spec_names(self) -> None:
        wish = {
            "name": "manager",
            "type": "Reference",
            "multivalued": True,
            "required": True,
            "caseExact": True,
            "anchor": True,
            "mutability": "WriteOnly",
            "referencedObjects": ["User", "Group"],
            "apiExpressions": {"SCIM": "$.manager"},
        }
        merged = merge(wish)
        references = [{"referencedObjectName": name, "referencedProperty": None} for name in ("User", "Group")]
        members = {name: value for name, value in wish.items() if name != "name"}
        lists = {"referencedObjects": references, "apiExpressions": [{"key": "SCIM", "value": "$.manager"}]}
        assert attributes_of(merged.schema)[-1] == attribute_definition("manager", **{**members, **lists})
        assert [(entry.field.removeprefix(PLACE), entry.wanted) for entry in merged.differences] == [
            ("[manager]", "Reference"),
            ("[manager].multivalued", "true"),
            ("[manager].required", "true"),
            ("[manager].caseExact", "true"),
            ("[manager].anchor", "true"),
            ("[manager].mutability", "WriteOnly"),
            ("[manager].referencedObjects", "User, Group"),
            ("[manager].apiExpressions", "SCIM: $.manager"),
        ]

    def test_keeps_its_place_and_what_nobody_knows_when_it_changes(self) -> None:
        merged = merge({"name": "displayName", "type": "Integer"})
        assert attributes_of(merged.schema)[1] == attribute_definition(
            "displayName", type="Integer", isReservedForService=False
        )
        assert merged.differences == (Difference(f"{PLACE}[displayName].type", "Integer", "String"),)

    def test_that_is_as_spec_says_is_no_difference(self) -> None:
        wish = {"name": "displayName", "type": "String", "required": False, "referencedObjects": []}
        assert merge({**wish, "apiExpressions": {}}).differences == ()

    def test_that_shall_be_absent_is_removed(self) -> None:
        merged = merge({"name": "title", "ensure": "Absent"})
        assert [entry["name"] for entry in attributes_of(merged.schema)] == ["userName", "displayName", "nickName"]
        assert merged.differences == (Difference(f"{PLACE}[title]", None, "String"),)

    def test_that_shall_be_absent_and_is_not_there_is_no_difference(self) -> None:
        assert merge({"name": BADGE, "ensure": "Absent"}).differences == ()

    def test_keeps_the_entry_of_a_kind_that_it_refers_to_already(self) -> None:
        schema, known = discovered_schema(), {"referencedObjectName": "User", "referencedProperty": "id"}
        attributes_of(schema)[0]["referencedObjects"] = [known]
        merged = merge({"name": "userName", "referencedObjects": ["Group", "User"]}, schema=schema)
        group = {"referencedObjectName": "Group", "referencedProperty": None}
        assert attributes_of(merged.schema)[0]["referencedObjects"] == [group, known]

    def test_that_is_to_be_absent_has_no_other_member(self) -> None:
        with pytest.raises(ValidationError, match="Give ensure: Absent with the name alone"):
            directory_wish({"name": BADGE, "ensure": "Absent", "type": "String"})


class TestNewAttribute:
    def test_can_be_mapped_by_the_same_spec(self) -> None:
        wish = {**directory_wish({"name": BADGE}).model_dump(mode="json", exclude_none=True)}
        spec = schema_wish({"target": BADGE, "attribute": "mailNickname"}, directories=wish["directories"])
        merged = merge_schema(discovered_schema(), spec, {})
        assert not merged.faults.are_any
        assert len(merged.differences) == 2

    def test_that_a_mapping_uses_is_not_removed(self) -> None:
        [found] = merge({"name": "userName", "ensure": "Absent"}).faults.unknown_attributes
        assert found.name == "userName"


class TestDirectory:
    def test_that_is_read_only_is_found_where_it_would_change(self) -> None:
        faults = merge({"name": "badge"}, directory="Azure Active Directory").faults
        assert faults.read_only == ("spec.schema.directories[Azure Active Directory]",)

    def test_that_is_read_only_and_as_spec_says_is_none(self) -> None:
        assert not merge({"name": "mail"}, directory="Azure Active Directory").faults.are_any

    def test_that_the_schema_lacks_is_named_with_those_that_it_has(self) -> None:
        [unknown] = merge({"name": "badge"}, directory="Slack").faults.unknown
        assert unknown.field == "spec.schema.directories[Slack]"
        assert unknown.known == ("Azure Active Directory", "CustomSCIM")

    def test_that_lacks_an_object_is_named_with_those_that_it_has(self) -> None:
        [unknown] = merge({"name": "badge"}, kind="user").faults.unknown
        assert unknown.field == "spec.schema.directories[CustomSCIM].objects[user]"
        assert unknown.known == ("User",)

    @pytest.mark.parametrize("odd", [None, "text", [None, 5, {"name": 7}]])
    def test_with_a_malformed_list_of_attributes_gets_the_new_one(self, odd: object) -> None:
        schema = discovered_schema()
        schema["directories"][1]["objects"][0]["attributes"] = odd
        assert attributes_of(merge({"name": "badge"}, schema=schema).schema)[-1]["name"] == "badge"


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=3)
MEMBERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["String", "Integer", "Reference", "Binary", "Boolean", "DateTime"]),
        "multivalued": st.booleans(),
        "required": st.booleans(),
        "caseExact": st.booleans(),
        "anchor": st.booleans(),
        "mutability": st.sampled_from(["ReadWrite", "ReadOnly", "Immutable", "WriteOnly"]),
        "referencedObjects": st.lists(NAMES, unique=True, max_size=3),
        "apiExpressions": st.dictionaries(NAMES, NAMES, max_size=3),
    },
)
WISHES = st.dictionaries(NAMES, st.one_of(MEMBERS, st.just({"ensure": "Absent"})), min_size=1, max_size=4).map(
    lambda found: [{"name": name, **wish} for name, wish in found.items()]
)


def stored(wish: dict[str, Any]) -> dict[str, Any]:
    """Make an attribute of Graph that is as a wish says."""
    references = [{"referencedObjectName": name, "referencedProperty": None} for name in wish["referencedObjects"]]
    expressions = [{"key": key, "value": value} for key, value in wish["apiExpressions"].items()]
    return attribute_definition(**{**wish, "referencedObjects": references, "apiExpressions": expressions, "kept": 1})


def with_attributes(entries: list[dict[str, Any]]) -> dict[str, Any]:
    schema = discovered_schema()
    schema["directories"][1]["objects"][0]["attributes"] = entries
    return schema


WHOLE = st.builds(
    lambda name, members: {
        "name": name,
        "type": "String",
        "multivalued": False,
        "required": False,
        "caseExact": False,
        "anchor": False,
        "mutability": "ReadWrite",
        "referencedObjects": [],
        "apiExpressions": {},
        **members,
    },
    NAMES,
    MEMBERS,
)
WHOLES = st.lists(WHOLE, unique_by=lambda wish: wish["name"], max_size=4)


class TestAnyDirectory:
    @given(WHOLES, WISHES)
    def test_a_merge_changes_only_what_is_named(
        self, known: list[dict[str, Any]], wishes: list[dict[str, Any]]
    ) -> None:
        schema, named = with_attributes([stored(wish) for wish in known]), {wish["name"] for wish in wishes}
        before = deepcopy(schema)
        merged = deepcopy(dict(merge(*wishes, schema=schema).schema))
        outside = [entry for entry in attributes_of(merged) if entry["name"] not in named]
        assert outside == [entry for entry in attributes_of(before) if entry["name"] not in named]
        merged["directories"][1]["objects"][0]["attributes"] = attributes_of(before)
        assert merged == before == schema

    @given(WHOLES, WISHES)
    def test_differences_are_empty_exactly_when_nothing_changes(
        self, known: list[dict[str, Any]], wishes: list[dict[str, Any]]
    ) -> None:
        schema = with_attributes([stored(wish) for wish in known])
        merged = merge(*wishes, schema=schema)
        assert bool(merged.differences) == (merged.schema != schema)
        assert merge(*wishes, schema=dict(merged.schema)).differences == ()

    @given(WHOLES.filter(bool), st.data())
    def test_a_merge_followed_by_the_reverse_merge_is_the_identity(
        self, known: list[dict[str, Any]], data: st.DataObject
    ) -> None:
        schema = with_attributes([stored(wish) for wish in known])
        changed = data.draw(st.sampled_from(known))
        there = merge({"name": changed["name"], **data.draw(MEMBERS)}, schema=schema)
        assert merge(changed, schema=dict(there.schema)).schema == schema

    @given(WHOLES, MEMBERS)
    def test_the_removal_of_an_attribute_that_was_added_is_the_identity(
        self, known: list[dict[str, Any]], members: dict[str, Any]
    ) -> None:
        schema = with_attributes([stored(wish) for wish in known])
        added = merge({"name": "a new one", **members}, schema=schema)
        assert merge({"name": "a new one", "ensure": "Absent"}, schema=dict(added.schema)).schema == schema
