"""The tests of mappings that spec has: which expressions they are about, and which of them fail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.api.schema.spec import MappingTest, SchemaSpec
from entrasync.core.facts.schema_seen import FailedTest
from entrasync.core.primitives.json_values import read_entries
from entrasync.core.remote.schema import (
    ATTRIBUTE_MAPPINGS,
    OBJECT_MAPPINGS,
    RULES,
    Evaluation,
    Schema,
    write_source,
)

SEPARATOR = ";"
"""Stands between the values of an attribute that has several."""


@dataclass(frozen=True)
class Case:
    """An expression, and the attributes of the object that it is evaluated for."""

    expression: str
    attributes: tuple[tuple[str, str], ...]


def list_cases(schema: Schema, spec: SchemaSpec) -> tuple[Case, ...]:
    """Return what Graph has to evaluate for the tests of spec, each once. What is not mapped is left out."""
    cases = [_case(expression, test) for test, _, expression in _list_expectations(schema, spec) if expression]
    return tuple(dict.fromkeys(cases))


def find_failed_tests(
    schema: Schema, spec: SchemaSpec, evaluations: Mapping[Case, Evaluation]
) -> tuple[FailedTest, ...]:
    """Find the tests whose mappings make something else of the input than is expected."""
    failed = []
    for test, target, expression in _list_expectations(schema, spec):
        wanted = test.expect[target]
        if expression is None:
            failed.append(FailedTest(test.name, _describe_missing(schema, test, target)))
            continue
        found = evaluations.get(_case(expression, test), Evaluation(error="It was not evaluated."))
        if found.error is not None:
            failed.append(FailedTest(test.name, f'Graph cannot evaluate {expression} for {target}: "{found.error}"'))
        elif SEPARATOR.join(found.values) != wanted:
            got = SEPARATOR.join(found.values)
            failed.append(FailedTest(test.name, f'{target} is expected to be "{wanted}" and is "{got}"'))
    return tuple(failed)


def _list_expectations(schema: Schema, spec: SchemaSpec) -> Iterator[tuple[MappingTest, str, str | None]]:
    """Yield each test with each target attribute and the expression that flows there."""
    for test in spec.tests or ():
        for target in test.expect:
            yield test, target, _find_expression(schema, test, target)


def _case(expression: str, test: MappingTest) -> Case:
    return Case(expression, tuple(sorted(test.input.items())))


def _find_expression(schema: Schema, test: MappingTest, target: str) -> str | None:
    for rule in read_entries(schema.get(RULES)):
        if rule.get("name") != test.rule:
            continue
        for entry in read_entries(rule.get(OBJECT_MAPPINGS)):
            if test.object_mapping in {None, entry.get("name")} and (found := _find_source(entry, target)):
                return found
    return None


def _describe_missing(schema: Schema, test: MappingTest, target: str) -> str:
    """Say which name of a test the schema does not have: its rule, its object mapping or the attribute."""
    rule = next((entry for entry in read_entries(schema.get(RULES)) if entry.get("name") == test.rule), None)
    if rule is None:
        return f'the job\'s schema has no rule "{test.rule}"'
    names = [entry.get("name") for entry in read_entries(rule.get(OBJECT_MAPPINGS))]
    if test.object_mapping is not None and test.object_mapping not in names:
        return f'the rule "{test.rule}" has no object mapping "{test.object_mapping}"'
    return f"{target} is not mapped there"


def _find_source(object_mapping: Mapping[str, Any], target: str) -> str | None:
    sources = (
        mapping.get("source")
        for mapping in read_entries(object_mapping.get(ATTRIBUTE_MAPPINGS))
        if mapping.get("targetAttributeName") == target
    )
    return next((text for source in sources if (text := write_source(source))), None)
