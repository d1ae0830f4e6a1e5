"""Evaluates scoping filters (graph-facts 3.2)."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.values import Value, is_empty, read_number, write_value

_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "EQUALS": lambda value, wanted: value == wanted,
    "NOT EQUALS": lambda value, wanted: value != wanted,
    "REGEX MATCH": lambda value, wanted: re.search(wanted, value) is not None,
    "NOT REGEX MATCH": lambda value, wanted: re.search(wanted, value) is None,
    "Includes": lambda value, wanted: wanted in value,
    "ENDS_WITH": lambda value, wanted: value.endswith(wanted),
    "&": lambda value, wanted: value in wanted,
    "!&": lambda value, wanted: value not in wanted,
    "IS TRUE": lambda value, _: value.lower() == "true",
    "IS FALSE": lambda value, _: value.lower() == "false",
    "IS NOT NULL": lambda _, __: True,
    "Greater_Than": lambda value, wanted: read_number(value) > read_number(wanted),
    "Greater_Than_OR_EQUALS": lambda value, wanted: read_number(value) >= read_number(wanted),
}
"""What a value that is not empty must be like; an empty one only meets IS NULL."""


def evaluate_scope(scope: Mapping[str, Any] | None, values: Mapping[str, Value]) -> dict[str, bool]:
    """Evaluate the groups of a scoping filter by name; no group means that all objects are in scope.

    An object is in scope if it meets all clauses of one group.

    Raises:
        UnsimulatedError: The filter has an unknown operator, or one of the experimental kinds of groups.
    """
    if scope is None:
        return {}
    if scope.get("categoryFilterGroups") or scope.get("inputFilterGroups"):
        raise UnsimulatedError(
            "A scoping filter with categoryFilterGroups or inputFilterGroups", "They are called experimental."
        )
    return {
        str(group.get("name")): all(_meets(clause, values) for clause in group.get("clauses") or ())
        for group in scope.get("groups") or ()
    }


def _meets(clause: Mapping[str, Any], values: Mapping[str, Value]) -> bool:
    operator, value = clause.get("operatorName"), values.get(str(clause.get("sourceOperandName")))
    if operator == "IS NULL":
        return is_empty(value)
    test = _TESTS.get(str(operator))
    if test is None:
        raise UnsimulatedError(f"The operator '{operator}' of a scoping filter", "No source has it.")
    wanted = [str(item) for item in (clause.get("targetOperand") or {}).get("values") or [""]]
    try:
        return not is_empty(value) and any(test(write_value(value), item) for item in wanted)
    except (EvaluationError, re.error):
        return False
