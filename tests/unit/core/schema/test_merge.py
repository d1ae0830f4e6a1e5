"""The merge of `spec.schema` into the schema that Graph shows."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from entrasync.core.decision.action import Difference
from entrasync.core.remote.schema import (
    ParsedExpression,
    attribute_source,
    constant_source,
    is_same_source,
    writable,
    write_source,
)
from entrasync.core.schema.merge import Merged, merge_schema
from tests.support.schemas import PATH, RULE, USERS, attribute_mapping, function_source, graph_schema, schema_wish

LOWER = "ToLower([mail])"
PARSED = {LOWER: ParsedExpression(function_source("ToLower", attribute_source("mail")))}


def merge(schema: dict[str, Any], *mappings: dict[str, Any], **wish: Any) -> Merged:
    return merge_schema(schema, schema_wish(*mappings, **wish), PARSED)


def object_mapping_of(merged: Merged) -> dict[str, Any]:
    found: dict[str, Any] = merged.schema["synchronizationRules"][0]["objectMappings"][0]
    return found


def mappings_of(merged: Merged) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = object_mapping_of(merged)["attributeMappings"]
    return found


class TestAttributeMappings:
    def test_a_mapping_gets_the_source_that_spec_names_and_keeps_all_else_in_its_place(self) -> None:
        merged = merge(graph_schema(), {"target": "userName", "attribute": "mail"})
        assert mappings_of(merged)[0] == {
            **graph_schema()["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][0],
            "source": attribute_source("mail"),
        }
        assert list(mappings_of(merged)[0]) == [*attribute_mapping("userName", None), "unknownMember"]
        assert merged.differences == (
            Difference(f"{PATH}.attributeMappings[userName]", "[mail]", "[userPrincipalName]"),
        )

    def test_an_expression_becomes_the_tree_that_graph_made_of_it(self) -> None:
        merged = merge(graph_schema(), {"target": "displayName", "expression": LOWER})
        assert mappings_of(merged)[1]["source"] == PARSED[LOWER].source
        assert merged.differences[0].wanted == LOWER

    def test_a_constant_is_quoted_as_graph_writes_it(self) -> None:
        merged = merge(graph_schema(), {"target": "displayName", "constant": 'a "b" \\c'})
        assert mappings_of(merged)[1]["source"] == {
            "expression": '"a \\"b\\" \\\\c"',
            "name": 'a "b" \\c',
            "type": "Constant",
            "parameters": [],
        }

    def test_a_mapping_that_graph_lacks_is_added_at_the_end(self) -> None:
        merged = merge(graph_schema(), {"target": "title", "attribute": "jobTitle"})
        assert mappings_of(merged)[-1] == attribute_mapping("title", attribute_source("jobTitle"))
        assert merged.differences == (Difference(f"{PATH}.attributeMappings[title]", "[jobTitle]", None),)

    def test_each_unusual_member_of_a_new_mapping_is_a_difference(self) -> None:
        wish = {"target": "title", "attribute": "jobTitle", "matchingPriority": 2, "defaultValue": "", "flow": "Always"}
        merged = merge(graph_schema(), wish)
        assert mappings_of(merged)[-1] == attribute_mapping("title", attribute_source("jobTitle"), matchingPriority=2)
        assert merged.differences == (
            Difference(f"{PATH}.attributeMappings[title]", "[jobTitle]", None),
            Difference(f"{PATH}.attributeMappings[title].matchingPriority", "2", None),
        )

    def test_an_empty_default_value_is_none(self) -> None:
        schema = graph_schema(attribute_mapping("title", attribute_source("jobTitle"), defaultValue=None))
        wish = {"target": "title", "attribute": "jobTitle", "defaultValue": ""}
        assert merge(schema, wish).differences == ()

    def test_an_absent_mapping_is_removed(self) -> None:
        merged = merge(graph_schema(), {"target": "displayName", "ensure": "Absent"})
        assert [entry["targetAttributeName"] for entry in mappings_of(merged)] == ["userName"]
        assert merged.differences == (Difference(f"{PATH}.attributeMappings[displayName]", None, "[displayName]"),)

    def test_the_removal_of_a_mapping_that_is_not_there_changes_nothing(self) -> None:
        assert merge(graph_schema(), {"target": "title", "ensure": "Absent"}).differences == ()

    def test_members_of_a_mapping_that_spec_leaves_out_stay_as_they_are(self) -> None:
        wish = {"target": "userName", "attribute": "userPrincipalName", "defaultValue": "x", "flow": "ObjectAddOnly"}
        merged = merge(graph_schema(), wish)
        assert mappings_of(merged)[0]["matchingPriority"] == 1
        assert merged.differences == (
            Difference(f"{PATH}.attributeMappings[userName].defaultValue", "x", ""),
            Difference(f"{PATH}.attributeMappings[userName].flow", "ObjectAddOnly", "Always"),
        )

    def test_another_text_of_the_same_source_is_no_difference(self) -> None:
        source = {**function_source("ToLower", attribute_source("mail")), "expression": "ToLower( [mail] )"}
        schema = graph_schema(attribute_mapping("userName", source))
        assert merge(schema, {"target": "userName", "expression": LOWER}).differences == ()

    def test_another_parameter_of_a_function_is_a_difference(self) -> None:
        schema = graph_schema(attribute_mapping("userName", function_source("ToLower", attribute_source("upn"))))
        assert len(merge(schema, {"target": "userName", "expression": LOWER}).differences) == 1

    def test_of_several_mappings_of_one_target_the_first_is_kept(self) -> None:
        schema = graph_schema(*(attribute_mapping("title", attribute_source(name)) for name in ("a", "b", "c")))
        merged = merge(schema, {"target": "title", "attribute": "a"})
        assert [entry["source"]["name"] for entry in mappings_of(merged)] == ["a"]
        assert [entry.found for entry in merged.differences] == ["[b]", "[c]"]

    def test_all_mappings_of_one_target_are_removed(self) -> None:
        schema = graph_schema(*(attribute_mapping("title", attribute_source(name)) for name in ("a", "b", "c")))
        merged = merge(schema, {"target": "title", "ensure": "Absent"})
        assert mappings_of(merged) == []
        assert len(merged.differences) == 3


class TestRulesThatGraphMarksAsNotEditable:
    def test_a_change_is_found(self) -> None:
        schema = graph_schema()
        schema["synchronizationRules"][0]["editable"] = False
        merged = merge(schema, {"target": "userName", "attribute": "mail"})
        assert merged.faults.not_editable == (f"spec.schema.rules[{RULE}]",)

    def test_a_rule_that_matches_is_none(self) -> None:
        schema = graph_schema()
        schema["synchronizationRules"][0]["editable"] = False
        assert not merge(schema, {"target": "userName", "attribute": "userPrincipalName"}).faults.are_any


class TestObjectMappings:
    def test_an_object_mapping_is_disabled_and_its_flow_types_are_set(self) -> None:
        entry = {"name": USERS, "enabled": False, "flowTypes": ["Update", "Add"]}
        merged = merge(graph_schema(), rules=[{"name": RULE, "objectMappings": [entry]}])
        assert (object_mapping_of(merged)["enabled"], object_mapping_of(merged)["flowTypes"]) == (False, "Add,Update")
        assert merged.differences == (
            Difference(f"{PATH}.enabled", "false", "true"),
            Difference(f"{PATH}.flowTypes", "Add,Update", "Add,Update,Delete"),
        )

    def test_flow_types_are_written_in_the_order_of_graph(self) -> None:
        entry = {"name": USERS, "flowTypes": ["Delete", "Update", "Add"]}
        merged = merge(graph_schema(flowTypes="Add"), rules=[{"name": RULE, "objectMappings": [entry]}])
        assert object_mapping_of(merged)["flowTypes"] == "Add,Update,Delete"

    def test_the_order_and_the_spaces_of_flow_types_are_no_difference(self) -> None:
        entry = {"name": USERS, "flowTypes": ["Add", "Update"]}
        schema = graph_schema(flowTypes="Update, Add")
        assert merge(schema, rules=[{"name": RULE, "objectMappings": [entry]}]).differences == ()


SALES = {"attribute": "department", "operator": "EQUALS", "value": "Sales"}
NAMED = {"attribute": "mail", "operator": "IS NOT NULL"}
CLAUSES = [
    {"operatorName": "EQUALS", "sourceOperandName": "department", "targetOperand": {"values": ["Sales"]}},
    {"operatorName": "IS NOT NULL", "sourceOperandName": "mail", "targetOperand": {"values": []}},
]


def scope(name: str | None = "ours", **overlay: Any) -> dict[str, Any]:
    """A filter as Graph shows it."""
    usual = {"categoryFilterGroups": [], "inputFilterGroups": [], "groups": [{"clauses": CLAUSES, "name": name}]}
    return usual | overlay


def scoping(**members: Any) -> list[dict[str, Any]]:
    return [{"name": RULE, "objectMappings": [{"name": USERS, "scopingFilter": members}]}]


class TestScopingFilter:
    def test_a_filter_is_written_as_graph_writes_one(self) -> None:
        merged = merge(graph_schema(), rules=scoping(mode="Groups", groups=[{"clauses": [SALES, NAMED]}]))
        assert object_mapping_of(merged)["scope"] == scope(name=None)
        assert merged.differences == (
            Difference(f"{PATH}.scopingFilter", '(department EQUALS "Sales" and mail IS NOT NULL)', "all objects"),
        )

    def test_a_filter_that_is_there_already_is_no_difference(self) -> None:
        wish = scoping(mode="Groups", groups=[{"clauses": [SALES, NAMED]}])
        assert merge(graph_schema(scope=scope()), rules=wish).differences == ()

    def test_a_changed_filter_keeps_the_names_of_groups_and_what_nobody_knows(self) -> None:
        groups = [{"clauses": [NAMED]}, {"clauses": [SALES]}]
        merged = merge(graph_schema(scope=scope(unknownMember=1)), rules=scoping(mode="Groups", groups=groups))
        found = object_mapping_of(merged)["scope"]
        assert [group["name"] for group in found["groups"]] == ["ours", None]
        assert found["unknownMember"] == 1
        assert merged.differences[0].wanted == '(mail IS NOT NULL) or (department EQUALS "Sales")'

    def test_mode_none_removes_a_filter(self) -> None:
        merged = merge(graph_schema(scope=scope()), rules=scoping(mode="None"))
        assert object_mapping_of(merged)["scope"] is None
        assert merged.differences[0].wanted == "all objects"

    def test_mode_none_keeps_what_a_filter_has_besides_groups(self) -> None:
        merged = merge(graph_schema(scope=scope(inputFilterGroups=[{"name": "x"}])), rules=scoping(mode="None"))
        assert object_mapping_of(merged)["scope"]["groups"] == []
        assert object_mapping_of(merged)["scope"]["inputFilterGroups"] == [{"name": "x"}]

    @pytest.mark.parametrize("odd", [None, {}, {"groups": None}, {"groups": []}, "odd", {"groups": ["odd", 5]}])
    def test_no_filter_is_none_in_whatever_way_graph_says_it(self, odd: object) -> None:
        assert merge(graph_schema(scope=odd), rules=scoping(mode="None")).differences == ()

    @pytest.mark.parametrize("odd", [{"mode": "Groups"}, {"mode": "None", "groups": [{"clauses": [SALES]}]}])
    def test_groups_are_given_with_mode_groups_only(self, odd: dict[str, Any]) -> None:
        with pytest.raises(ValidationError, match="Give groups with mode Groups, and only then"):
            schema_wish(rules=scoping(**odd))


class TestUnknownParts:
    def test_a_rule_that_the_schema_lacks_is_named_with_those_that_it_has(self) -> None:
        [unknown] = merge(graph_schema(), rule="USERS").faults.unknown
        assert unknown.field == "spec.schema.rules[USERS]"
        assert unknown.known == (RULE, "GROUP_OUTBOUND_GROUP")

    def test_an_object_mapping_that_the_rule_lacks_is_named_with_those_that_it_has(self) -> None:
        [unknown] = merge(graph_schema(), name="Users").faults.unknown
        assert unknown.field == f"spec.schema.rules[{RULE}].objectMappings[Users]"
        assert unknown.known == (USERS,)

    def test_an_expression_that_graph_cannot_read_is_named_with_its_error(self) -> None:
        wish = schema_wish({"target": "userName", "expression": "ToLower("})
        parsed = {"ToLower(": ParsedExpression(None, "A parenthesis is missing at position 8.")}
        [refused] = merge_schema(graph_schema(), wish, parsed).faults.refused
        assert refused.field == f"{PATH}.attributeMappings[userName].expression"
        assert refused.error == "A parenthesis is missing at position 8."

    @pytest.mark.parametrize("odd", [None, "text", 5, [None, 5, "text", {}], [{"name": None}]])
    def test_a_malformed_list_has_no_entry_of_that_name(self, odd: object) -> None:
        assert (
            merge({**graph_schema(), "synchronizationRules": odd}).faults.unknown[0].field
            == f"spec.schema.rules[{RULE}]"
        )


class TestWhatIsWritten:
    def test_all_but_the_annotations_of_odata_is_sent_as_it_came(self) -> None:
        merged = merge(graph_schema(), {"target": "userName", "attribute": "userPrincipalName"})
        sent = graph_schema()
        del sent["@odata.context"]
        assert writable(merged.schema) == sent
        assert list(writable(merged.schema)) == list(sent)

    def test_the_schema_that_was_read_is_not_changed(self) -> None:
        schema = graph_schema()
        merge(schema, {"target": "userName", "attribute": "mail"}, {"target": "displayName", "ensure": "Absent"})
        assert schema == graph_schema()


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=3)
SOURCES = st.one_of(
    NAMES.map(attribute_source),
    NAMES.map(constant_source),
    NAMES.map(lambda name: function_source("ToLower", attribute_source(name))),
)
SCHEMAS = st.dictionaries(NAMES, SOURCES, max_size=5).map(
    lambda found: graph_schema(*(attribute_mapping(target, source, other=target) for target, source in found.items()))
)
WISHES = st.dictionaries(
    NAMES,
    st.one_of(
        NAMES.map(lambda name: {"attribute": name}),
        NAMES.map(lambda name: {"constant": name}),
        st.just({"ensure": "Absent"}),
    ),
    min_size=1,
    max_size=5,
).map(lambda found: [{"target": target, **wish} for target, wish in found.items()])


class TestWriteSource:
    def test_an_attribute_without_its_text_is_written_as_an_expression(self) -> None:
        assert write_source({"name": "mail", "type": "Attribute", "expression": None}) == "[mail]"

    def test_a_constant_without_its_text_is_written_as_an_expression(self) -> None:
        assert write_source({"name": "a", "type": "Constant"}) == '"a"'

    @pytest.mark.parametrize("odd", [None, {}, "text", {"name": None}, {"name": "ToLower", "type": "Function"}])
    def test_a_source_that_says_nothing_has_no_text(self, odd: object) -> None:
        assert write_source(odd) is None


class TestAnySchema:
    @given(SCHEMAS, WISHES)
    def test_a_merge_changes_only_what_is_named(self, schema: dict[str, Any], wishes: list[dict[str, Any]]) -> None:
        before, named = deepcopy(schema), {wish["target"] for wish in wishes}
        merged = merge(schema, *wishes)
        outside = [entry for entry in mappings_of(merged) if entry["targetAttributeName"] not in named]
        stored = before["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        assert outside == [entry for entry in stored if entry["targetAttributeName"] not in named]
        emptied = deepcopy(dict(merged.schema))
        emptied["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"] = stored
        assert emptied == before == schema

    @given(SCHEMAS, WISHES)
    def test_differences_are_empty_exactly_when_nothing_changes(
        self, schema: dict[str, Any], wishes: list[dict[str, Any]]
    ) -> None:
        merged = merge(schema, *wishes)
        assert bool(merged.differences) == (merged.schema != schema)

    @given(SCHEMAS, WISHES)
    def test_a_second_merge_finds_nothing(self, schema: dict[str, Any], wishes: list[dict[str, Any]]) -> None:
        once = merge(schema, *wishes)
        assert merge(dict(once.schema), *wishes).differences == ()

    @given(SCHEMAS, SOURCES, st.data())
    def test_a_merge_followed_by_the_reverse_merge_is_the_identity(
        self, schema: dict[str, Any], source: dict[str, Any], data: st.DataObject
    ) -> None:
        mappings = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        mapping = data.draw(st.sampled_from(mappings))
        target, text, reverse = mapping["targetAttributeName"], "new", mapping["source"]["expression"]
        parsed = {text: ParsedExpression(source), reverse: ParsedExpression(mapping["source"])}
        there = merge_schema(schema, schema_wish({"target": target, "expression": text}), parsed)
        back = merge_schema(there.schema, schema_wish({"target": target, "expression": reverse}), parsed)
        assert back.schema == schema

    @given(SOURCES, SOURCES)
    def test_sources_are_the_same_exactly_when_they_mean_the_same(
        self, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        assert is_same_source(one, other) == (one["expression"] == other["expression"])
