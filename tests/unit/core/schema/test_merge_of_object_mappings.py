"""Whatever spec says of object mappings, of several rules: a merge changes only that, and can be taken back."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.remote.schema import Schema
from entrasync.core.schema.merge import Merged, merge_schema
from tests.support.schemas import graph_schema

GRAPH_NAMES = {"scopingFilter": "scope"}
RULES = ("users", "groups", "guests")
FLOWS = st.lists(st.sampled_from(["Add", "Update", "Delete"]), min_size=1, unique=True)


@st.composite
def schemas(draw: st.DrawFn) -> dict[str, Any]:
    """A schema with an object mapping of its own kind in each rule."""
    schema = graph_schema()
    template = schema["synchronizationRules"][0]
    schema["synchronizationRules"] = [
        {
            **deepcopy(template),
            "name": rule,
            "objectMappings": [
                {
                    **deepcopy(template["objectMappings"][0]),
                    "name": rule,
                    "enabled": draw(st.booleans()),
                    "flowTypes": ",".join(draw(FLOWS)),
                }
            ],
        }
        for rule in RULES
    ]
    return schema


CLAUSES = st.fixed_dictionaries(
    {
        "attribute": st.sampled_from(["department", "city"]),
        "operator": st.just("EQUALS"),
        "value": st.text("ab", max_size=3),
    }
)
GROUPS = st.lists(st.fixed_dictionaries({"clauses": st.lists(CLAUSES, min_size=1, max_size=2)}), min_size=1, max_size=2)
FILTERS = st.just({"mode": "None"}) | st.fixed_dictionaries({"mode": st.just("Groups"), "groups": GROUPS})
WISHED = st.fixed_dictionaries({}, optional={"enabled": st.booleans(), "flowTypes": FLOWS, "scopingFilter": FILTERS})
WISHES = st.dictionaries(st.sampled_from(RULES), WISHED, min_size=1)


def merge(schema: Schema, wishes: dict[str, dict[str, Any]]) -> Merged:
    rules = [{"name": rule, "objectMappings": [{"name": rule, **wish}]} for rule, wish in wishes.items()]
    return merge_schema(schema, SchemaSpec.model_validate({"rules": rules}), {})


def mapping_of(schema: Schema, rule: str) -> dict[str, Any]:
    [found] = [each["objectMappings"][0] for each in schema["synchronizationRules"] if each["name"] == rule]
    return dict(found)


def without(mapping: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name not in names}


@given(schemas(), WISHES)
def test_only_the_members_that_are_named_change(schema: dict[str, Any], wishes: dict[str, dict[str, Any]]) -> None:
    merged = merge(schema, wishes).schema
    for rule in RULES:
        named = {GRAPH_NAMES.get(name, name) for name in wishes.get(rule, {})}
        assert without(mapping_of(merged, rule), named) == without(mapping_of(schema, rule), named)
    assert without(dict(merged), {"synchronizationRules"}) == without(schema, {"synchronizationRules"})


@given(schemas(), WISHES)
def test_differences_are_empty_exactly_when_nothing_changes(
    schema: dict[str, Any], wishes: dict[str, dict[str, Any]]
) -> None:
    merged = merge(schema, wishes)
    assert bool(merged.differences) == (merged.schema != schema)


@given(schemas(), WISHES)
def test_the_reverse_merge_brings_back_what_there_was(
    schema: dict[str, Any], wishes: dict[str, dict[str, Any]]
) -> None:
    reverse = {
        rule: {name: reverse_of(name, mapping_of(schema, rule)) for name in wish} for rule, wish in wishes.items()
    }
    back = merge(merge(schema, wishes).schema, reverse).schema
    for rule in RULES:
        assert read(mapping_of(back, rule)) == read(mapping_of(schema, rule))


def reverse_of(name: str, mapping: dict[str, Any]) -> Any:
    """Return what spec says to bring back a member as it is in a mapping, which has no filter."""
    if name == "scopingFilter":
        return {"mode": "None"}
    return mapping[name].split(",") if name == "flowTypes" else mapping[name]


def read(mapping: dict[str, Any]) -> dict[str, Any]:
    """Return a mapping as Graph reads it: flow types are a set."""
    return {**mapping, "flowTypes": frozenset(mapping["flowTypes"].split(","))}


@given(schemas(), WISHES)
def test_a_second_merge_finds_nothing(schema: dict[str, Any], wishes: dict[str, dict[str, Any]]) -> None:
    assert merge(merge(schema, wishes).schema, wishes).differences == ()
