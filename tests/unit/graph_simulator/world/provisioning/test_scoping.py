"""Checks the operators of scoping filters, and how clauses and groups are put together."""

from typing import Any

import pytest

from graph_simulator.world.expressions.errors import UnsimulatedError
from graph_simulator.world.expressions.values import Value
from graph_simulator.world.filter_operators import FILTER_OPERATORS
from graph_simulator.world.provisioning.scoping import evaluate_scope

PERSON: dict[str, Value] = {"name": "Anna", "level": 7, "isOn": True, "isOff": "False", "empty": ""}


def clause(text: str) -> dict[str, Any]:
    name, operator, *values = text.split(" | ")
    return {"sourceOperandName": name, "operatorName": operator, "targetOperand": {"values": values}}


def scope(**groups: tuple[str, ...]) -> dict[str, Any]:
    return {"groups": [{"name": name, "clauses": [clause(text) for text in texts]} for name, texts in groups.items()]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name | EQUALS | Anna", True),
        ("name | EQUALS | anna", False),
        ("name | NOT EQUALS | anna", True),
        ("name | REGEX MATCH | ^A.*a$", True),
        ("name | REGEX MATCH | (", False),
        ("name | NOT REGEX MATCH | ^B", True),
        ("name | Includes | nn", True),
        ("name | ENDS_WITH | na", True),
        ("name | & | Anna,Boris", True),
        ("name | !& | Boris,Carl", True),
        ("name | IS NOT NULL", True),
        ("isOn | IS TRUE", True),
        ("isOff | IS FALSE", True),
        ("isOff | IS TRUE", False),
        ("level | Greater_Than | 6", True),
        ("level | Greater_Than | 7", False),
        ("level | Greater_Than_OR_EQUALS | 7", True),
        ("name | Greater_Than | 1", False),
        ("empty | IS NULL", True),
        ("missing | IS NULL", True),
        ("name | IS NULL", False),
    ],
)
def test_an_operator_compares_a_value(text: str, expected: bool) -> None:
    assert evaluate_scope(scope(g=(text,)), PERSON) == {"g": expected}


@pytest.mark.parametrize("operator", [item.name for item in FILTER_OPERATORS if item.name != "IS NULL"])
def test_a_value_that_is_empty_meets_only_is_null(operator: str) -> None:
    assert evaluate_scope(scope(g=(f"missing | {operator} | 1",)), PERSON) == {"g": False}


def test_a_group_needs_all_its_clauses_and_each_group_is_told() -> None:
    groups = scope(both=("name | EQUALS | Anna", "level | EQUALS | 8"), one=("level | EQUALS | 7",))
    assert evaluate_scope(groups, PERSON) == {"both": False, "one": True}
    assert evaluate_scope(None, PERSON) == evaluate_scope({"groups": []}, PERSON) == {}


@pytest.mark.parametrize(
    "unknown", [scope(g=("name | IsMemberOf | g1",)), scope() | {"inputFilterGroups": [{"name": "x"}]}]
)
def test_what_no_source_describes_is_not_evaluated(unknown: dict[str, Any]) -> None:
    with pytest.raises(UnsimulatedError):
        evaluate_scope(unknown, PERSON)
