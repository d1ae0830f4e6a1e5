"""Checks that the schemas of the gallery have the shape and the size of real ones, and fit together in themselves."""

import json
from typing import Any

import pytest

from graph_simulator.world.expressions.parser import parse_expression
from graph_simulator.world.expressions.tree import Call, Expression, walk
from graph_simulator.world.expressions.writer import write_source
from graph_simulator.world.filter_operators import FILTER_OPERATORS
from graph_simulator.world.gallery.catalogue import DESCRIPTIONS
from graph_simulator.world.gallery.descriptions import list_mappings
from graph_simulator.world.gallery.schemas import make_gallery_schema
from graph_simulator.world.schemas import make_schema
from graph_simulator.world.templates import TEMPLATES

FULL = [template for template in TEMPLATES.values() if template.gallery_schema]
pytestmark = pytest.mark.parametrize("name", DESCRIPTIONS)


def object_mappings_of(schema: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(rule, mapping) for rule in schema["synchronizationRules"] for mapping in rule["objectMappings"]]


def mappings_of(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for _, mapping in object_mappings_of(schema) for item in mapping["attributeMappings"]]


def definitions_of(schema: dict[str, Any]) -> dict[tuple[str, str], dict[str, dict[str, Any]]]:
    """The attributes of each object by directory and object."""
    return {
        (directory["name"], item["name"]): {attribute["name"]: attribute for attribute in item["attributes"]}
        for directory in schema["directories"]
        for item in directory["objects"]
    }


def attributes_in(source: dict[str, Any] | None) -> set[str]:
    if source is None:
        return set()
    found = {source["name"]} if source["type"] == "Attribute" else set()
    return found.union(*(attributes_in(pair["value"]) for pair in source["parameters"]))


def is_nested(expression: Expression) -> bool:
    return isinstance(expression, Call) and any(isinstance(part, Call) for part in list(walk(expression))[1:])


class TestSchema:
    def test_has_rules_mappings_scopes_and_nested_functions_as_a_real_one(self, name: str) -> None:
        schema = make_gallery_schema(name, "id")
        mappings = mappings_of(schema)
        assert len(schema["synchronizationRules"]) >= 3
        assert len(mappings) >= 60
        texts = [item["source"]["expression"] for item in mappings if item["source"]]
        assert sum(is_nested(parse_expression(text)) for text in texts) >= 5
        assert any(item["matchingPriority"] for item in mappings)
        assert any(mapping["scope"] for _, mapping in object_mappings_of(schema))
        assert len(schema["directories"]) == 2

    def test_has_expressions_that_parse_to_the_tree_beside_them(self, name: str) -> None:
        for item in mappings_of(make_gallery_schema(name, "id")):
            if item["source"] is not None:
                assert write_source(parse_expression(item["source"]["expression"])) == item["source"]

    def test_maps_attributes_that_its_directories_define(self, name: str) -> None:
        schema = make_gallery_schema(name, "id")
        defined = definitions_of(schema)
        for rule, mapping in object_mappings_of(schema):
            sources = defined[rule["sourceDirectoryName"], mapping["sourceObjectName"]]
            targets = defined[rule["targetDirectoryName"], mapping["targetObjectName"]]
            for item in mapping["attributeMappings"]:
                assert item["targetAttributeName"] in targets
                assert attributes_in(item["source"]) <= set(sources)

    def test_maps_each_target_attribute_of_an_object_once(self, name: str) -> None:
        for _, mapping in object_mappings_of(make_gallery_schema(name, "id")):
            targets = [item["targetAttributeName"] for item in mapping["attributeMappings"]]
            assert len(targets) == len(set(targets))

    def test_has_scoping_filters_with_known_operators(self, name: str) -> None:
        schema = make_gallery_schema(name, "id")
        unary = {item.name: item.arity == "Unary" for item in FILTER_OPERATORS}
        for _, mapping in object_mappings_of(schema):
            for group in (mapping["scope"] or {"groups": []})["groups"]:
                for clause in group["clauses"]:
                    assert (clause["targetOperand"]["values"] == []) == unary[clause["operatorName"]]

    def test_is_made_anew_for_each_caller_and_is_always_the_same(self, name: str) -> None:
        first = make_gallery_schema(name, "id")
        text = json.dumps(first)
        first["synchronizationRules"].clear()
        assert json.dumps(make_gallery_schema(name, "id")) == text

    def test_is_offered_by_one_template(self, name: str) -> None:
        (template,) = [item for item in FULL if item.gallery_schema == name]
        assert make_schema(template, "job") == make_gallery_schema(name, "job")


class TestGallery:
    def test_has_attributes_of_all_types_and_mutabilities(self, name: str) -> None:
        attributes = [
            item for objects in definitions_of(make_gallery_schema(name, "")).values() for item in objects.values()
        ]
        assert {item["type"] for item in attributes} >= {"String", "Boolean", "DateTime", "Reference"}
        assert any(item["multivalued"] for item in attributes)
        assert any(item["referencedObjects"] for item in attributes)
        assert any(item["anchor"] for item in attributes)
        assert any(item["metadata"] for item in attributes)

    def test_has_one_schema_of_about_800_kb(self, name: str) -> None:
        size = len(json.dumps(make_gallery_schema(name, "id"), separators=(",", ":")))
        assert (800_000 < size < 1_000_000) if name == "cloudSync" else size > 60_000


class TestTable:
    def test_refuses_an_option_that_is_not_known(self, name: str) -> None:
        with pytest.raises(ValueError, match="once is no option of a mapping"):
            list(list_mappings(f"{name} | [a] | once"))
