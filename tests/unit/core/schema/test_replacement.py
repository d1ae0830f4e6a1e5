"""The replacement of the schema that Graph shows by a whole one, and what differs between both."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.decision.action import Difference
from entrasync.core.remote.schema import attribute_source, writable
from entrasync.core.schema import comparison
from entrasync.core.schema.comparison import compare_schemas
from entrasync.core.schema.merge import merge_schema
from entrasync.core.schema.replacement import replace_schema
from tests.support.schemas import (
    PATH,
    RULE,
    attribute_definition,
    attribute_mapping,
    discovered_schema,
    function_source,
    graph_schema,
    schema_wish,
)


def differences(shown: dict[str, Any], document: dict[str, Any]) -> list[Difference]:
    return list(replace_schema(shown, document).differences)


def object_mapping_of(schema: Any) -> dict[str, Any]:
    found: dict[str, Any] = schema["synchronizationRules"][0]["objectMappings"][0]
    return found


class TestReplacement:
    def test_has_everything_of_the_document_but_what_only_graph_decides(self) -> None:
        shown, document = discovered_schema(), discovered_schema(attribute_mapping("title", attribute_source("mail")))
        document |= {"id": "older", "version": "1", "unknownMember": "other"}
        wanted = replace_schema(shown, document).schema
        assert (wanted["id"], wanted["version"]) == (shown["id"], shown["version"])
        kept = {name: value for name, value in document.items() if name not in {"@odata.context", "id", "version"}}
        assert {name: value for name, value in wanted.items() if name not in {"id", "version"}} == kept

    def test_of_a_schema_by_itself_has_no_difference(self) -> None:
        assert differences(discovered_schema(), discovered_schema()) == []

    def test_keeps_when_a_directory_was_discovered(self) -> None:
        shown, document = discovered_schema(), discovered_schema()
        shown["directories"][1] |= {"version": "2", "discoveryDateTime": "2026-01-01T00:00:00Z"}
        wanted = replace_schema(shown, document)
        assert wanted.differences == ()
        assert wanted.schema["directories"][1]["version"] == "2"

    def test_keeps_the_ids_of_rules_and_directories(self) -> None:
        shown, document = discovered_schema(), discovered_schema()
        for part in ("synchronizationRules", "directories"):
            document[part][1]["id"] = "that of another job"
        assert differences(shown, document) == []

    def test_of_a_mapping_whose_attribute_no_directory_has_is_a_fault(self) -> None:
        document = discovered_schema(attribute_mapping("userName", attribute_source("emale")))
        [fault] = replace_schema(discovered_schema(), document).faults.unknown_attributes
        assert (fault.field, fault.name) == (f"{PATH}.attributeMappings[userName]", "emale")

    def test_may_bring_the_attribute_of_a_mapping_with_it(self) -> None:
        document = discovered_schema(attribute_mapping("shoeSize", attribute_source("mail")))
        document["directories"][1]["objects"][0]["attributes"].append(attribute_definition("shoeSize"))
        assert not replace_schema(discovered_schema(), document).faults.are_any

    def test_that_takes_an_attribute_away_from_under_its_mapping_is_a_fault(self) -> None:
        document = discovered_schema()
        [user] = document["directories"][1]["objects"]
        user["attributes"] = [entry for entry in user["attributes"] if entry["name"] != "displayName"]
        [fault] = replace_schema(discovered_schema(), document).faults.unknown_attributes
        assert fault.name == "displayName"

    def test_by_the_schema_of_the_template_is_graphs_own_affair(self) -> None:
        document = discovered_schema(attribute_mapping("userName", attribute_source("emale")))
        assert not replace_schema(discovered_schema(), document, is_of_template=True).faults.are_any

    def test_leaves_what_graph_does_not_let_be_changed(self) -> None:
        shown, document = discovered_schema(), discovered_schema()
        shown["directories"][0]["objects"][0]["attributes"].append(attribute_definition("new"))
        shown["synchronizationRules"][1] |= {"editable": False, "priority": 9}
        assert differences(shown, document) == []
        document["synchronizationRules"].pop()
        assert differences(shown, document) == []


class TestDifferences:
    def test_name_the_part_and_what_flows_there(self) -> None:
        shown, document = graph_schema(), graph_schema()
        mappings = object_mapping_of(document)["attributeMappings"]
        mappings[0]["source"] = function_source("ToLower", attribute_source("mail"))
        mappings[1]["matchingPriority"] = 2
        mappings.append(attribute_mapping("title", attribute_source("jobTitle")))
        found = differences(shown, document)
        assert found[0] == Difference(
            f"{PATH}.attributeMappings[userName].source", "ToLower([mail])", "[userPrincipalName]"
        )
        assert found[1] == Difference(f"{PATH}.attributeMappings[displayName].matchingPriority", "2", "0")
        assert (found[2].field, found[2].found) == (f"{PATH}.attributeMappings[title]", None)
        assert '"targetAttributeName":"title"' in str(found[2].wanted)

    def test_name_what_is_removed(self) -> None:
        document = graph_schema()
        document["synchronizationRules"].pop()
        [found] = differences(graph_schema(), document)
        assert (found.field, found.wanted) == ("spec.schema.rules[GROUP_OUTBOUND_GROUP]", None)

    def test_of_a_filter_say_who_is_in_scope(self) -> None:
        clause = {"sourceOperandName": "mail", "operatorName": "IS NOT NULL", "targetOperand": {"values": []}}
        scope = {"groups": [{"name": "x", "clauses": [clause]}]}
        assert differences(graph_schema(), graph_schema(scope=scope)) == [
            Difference(f"{PATH}.scope", "(mail IS NOT NULL)", None)
        ]

    @pytest.mark.parametrize("none", [None, []])
    def test_are_none_where_nothing_is_said_in_another_way(self, none: object) -> None:
        shown, document = graph_schema(), graph_schema(scope=none)
        del object_mapping_of(shown)["scope"]
        assert differences(shown, document) == []

    def test_are_none_for_another_order_or_another_text_of_a_source(self) -> None:
        document = graph_schema()
        document["synchronizationRules"].reverse()
        mappings = document["synchronizationRules"][1]["objectMappings"][0]["attributeMappings"]
        mappings.reverse()
        mappings[0]["source"]["expression"] = "[ displayName ]"
        assert differences(graph_schema(), document) == []

    def test_of_values_that_read_alike_are_told_apart(self) -> None:
        shown, document = graph_schema(), graph_schema()
        mappings = object_mapping_of(document)["attributeMappings"]
        mappings[0]["source"] = {**attribute_source("other"), "expression": "[userPrincipalName]"}
        [found] = differences(shown, document)
        assert found.wanted != found.found

    def test_of_long_values_are_cut_and_still_told_apart(self) -> None:
        shown, one, other = graph_schema(), graph_schema(), graph_schema()
        one["unknownMember"], other["unknownMember"] = [["x" * 5000 + end + "y" * 5000] for end in "ab"]
        [first], [second] = differences(shown, one), differences(shown, other)
        assert first.wanted != second.wanted
        assert len(str(first.wanted)) < 300

    def test_that_are_too_many_are_counted_and_stand_for_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(comparison, "MAX_DIFFERENCES", 2)
        shown = graph_schema(*(attribute_mapping(f"a{number}", None) for number in range(5)))
        found = differences(shown, graph_schema())
        assert len(found) == 3
        assert str(found[2].wanted).startswith("5 more differences (sha256:")
        shown["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][4]["flowType"] = "x"
        assert differences(shown, graph_schema())[2] != found[2]

    @pytest.mark.parametrize("part", ["synchronizationRules", "directories"])
    @pytest.mark.parametrize(
        "odd", ["text", [5], [{"name": 7}], [{"name": ["x"], "editable": False, "readOnly": True}], {"a": 1}]
    )
    def test_are_found_in_a_malformed_schema(self, odd: object, part: str) -> None:
        shown = graph_schema()
        shown[part] = odd
        assert differences(shown, graph_schema()) != []


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


class TestAnySchema:
    @given(st.dictionaries(NAMES, VALUES, max_size=4), st.dictionaries(NAMES, VALUES, max_size=4))
    def test_differences_are_empty_exactly_when_all_is_the_same(
        self, one: dict[str, Any], other: dict[str, Any]
    ) -> None:
        assert bool(compare_schemas(one, other)) != comparison.is_same_value(one, other)
        assert compare_schemas(one, deepcopy(one)) == ()

    @given(NAMES, NAMES)
    def test_a_backup_takes_a_merge_back_to_the_last_member(self, target: str, attribute: str) -> None:
        before = graph_schema()
        merged = merge_schema(before, schema_wish({"target": target, "attribute": attribute}), {})
        restored = replace_schema({**merged.schema, "version": "7.0"}, writable(before))
        assert writable({**restored.schema, "version": "6.0"}) == writable(before)
        assert restored.differences != ()


def test_a_rule_of_the_document_that_graph_lacks_is_added() -> None:
    shown = graph_schema()
    [rule, _] = shown["synchronizationRules"]
    shown["synchronizationRules"] = [rule]
    [found] = differences(shown, graph_schema())
    assert found.field == "spec.schema.rules[GROUP_OUTBOUND_GROUP]"
    assert RULE in str(shown)
