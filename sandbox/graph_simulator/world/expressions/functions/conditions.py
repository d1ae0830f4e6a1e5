"""Functions that choose between values, and the comparisons that they choose by."""

import operator
import re
from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments, EvaluationInput
from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.tree import Attribute, Comparison, Expression, walk
from graph_simulator.world.expressions.values import Value, is_empty, read_number, write_value

_EQUALITY = frozenset({"=", "<>"})
_NUMBER = re.compile(r"-?\d+|&h[0-9a-f]+")
_ORDER: Mapping[str, Callable[[int, int], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


def compare(
    comparison: Comparison, inputs: EvaluationInput, evaluate: Callable[[Expression, EvaluationInput], Value]
) -> bool:
    """Compare two values: texts with regard to case, and in their order numbers only."""
    left, right = evaluate(comparison.left, inputs), evaluate(comparison.right, inputs)
    if comparison.operator in _EQUALITY:
        return (write_value(left) == write_value(right)) == (comparison.operator == "=")
    try:
        return _ORDER[comparison.operator](read_number(left), read_number(right))
    except EvaluationError as error:
        raise UnsimulatedError(
            "The order of values that are no numbers", "The reference compares the order of numbers only."
        ) from error


def choose_by_condition(given: Arguments) -> Value:
    """Return one of two values. As the reference says, the check fails if an attribute in it has no value."""
    condition = given.find(0)
    for part in walk(condition) if condition else ():
        if isinstance(part, Attribute) and is_empty(given.inputs.values.get(part.name)):
            problem = f"The condition of IIF has the attribute [{part.name}], which has no value here: the check fails."
            raise EvaluationError(f"{problem} Use Switch for values that may be missing.")
    return given.value(1 if is_true(given.value(0)) else 2)


def is_true(value: Value) -> bool:
    """Read a condition.

    Raises:
        EvaluationError: It is neither true nor false.
    """
    if isinstance(value, bool | int):
        return bool(value)
    match write_value(value).strip().lower():
        case "true":
            return True
        case "false":
            return False
        case text:
            if _NUMBER.fullmatch(text):
                return read_number(text) != 0
            raise EvaluationError(f"'{write_value(value)}' is neither true nor false.")


def choose_by_key(given: Arguments) -> Value:
    """Return the value of the key that is the same as the source, with regard to case; null is as an empty text."""
    source = given.text(0)
    for place in range(2, given.count, 2):
        if given.text(place) == source:
            return given.value(place + 1)
    return given.value(1)


def choose_first(given: Arguments) -> Value:
    """Return the first value that is not null."""
    return next((value for value in given.values() if value is not None), None)


def invert(given: Arguments) -> bool:
    """Return False for True, and True for anything else."""
    return given.text(0).lower() != "true"


def ignore_if_empty(given: Arguments) -> Value:
    """Return the value, or null for an empty one: then the attribute does not flow."""
    value = given.value(0)
    return None if is_empty(value) else value


FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    "IIF": choose_by_condition,
    "Switch": choose_by_key,
    "Coalesce": choose_first,
    "Not": invert,
    "CBool": lambda given: is_true(given.value(0)),
    "IgnoreFlowIfNullOrEmpty": ignore_if_empty,
    "IsNull": lambda given: given.value(0) is None,
    "IsNullOrEmpty": lambda given: is_empty(given.value(0)),
    "IsPresent": lambda given: not is_empty(given.value(0)),
    "IsString": lambda given: isinstance(given.value(0), str),
}
