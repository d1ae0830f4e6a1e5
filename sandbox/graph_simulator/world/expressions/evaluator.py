"""Evaluates expressions for an object, as the reference describes the functions (graph-facts 3.2)."""

from collections.abc import Callable, Mapping

from graph_simulator.world.expressions.arguments import Arguments, EvaluationInput
from graph_simulator.world.expressions.errors import UnsimulatedError
from graph_simulator.world.expressions.functions import (
    conditions,
    conversions,
    letters,
    lists,
    moments,
    random_values,
    replacing,
    texts,
)
from graph_simulator.world.expressions.tree import Attribute, Call, Comparison, Constant, Expression
from graph_simulator.world.expressions.values import Value, read_number

FUNCTIONS: Mapping[str, Callable[[Arguments], Value]] = {
    **texts.FUNCTIONS,
    **letters.FUNCTIONS,
    **replacing.FUNCTIONS,
    **conditions.FUNCTIONS,
    **conversions.FUNCTIONS,
    **lists.FUNCTIONS,
    **moments.FUNCTIONS,
    **random_values.FUNCTIONS,
}
"""The functions that can be evaluated, by name."""

UNSIMULATED: Mapping[str, str] = {
    "AppRoleAssignments": "No source shows the form of its value.",
    "AppRoleAssignmentsComplex": "No source shows in which form it takes and gives roles outside of a request to SCIM.",
    "AssertiveAppRoleAssignmentsComplex": "No source shows in which form it takes and gives roles.",
    "DefaultDomain": "The simulated tenant has no domains.",
    "IsNothing": "The reference does not describe it.",
    "StringFromSid": "No source shows in which form a test input gives bytes.",
}
"""Why the other functions are not evaluated, by name."""


def evaluate(expression: Expression, inputs: EvaluationInput) -> Value:
    """Evaluate an expression; an attribute that the object does not have is null.

    Raises:
        EvaluationError: It has no value for this object.
        UnsimulatedError: Its value is not described.
    """
    match expression:
        case Attribute(name=name):
            return inputs.values.get(name)
        case Constant(value=value, is_quoted=True):
            return value
        case Constant(value=value):
            return value if value[0].isalpha() else read_number(value)
        case Comparison():
            return conditions.compare(expression, inputs, evaluate)
        case Call(function=name) if name in UNSIMULATED:
            raise UnsimulatedError(f"The value of the function {name}", UNSIMULATED[name])
        case Call(function=name):
            return FUNCTIONS[name](Arguments(expression, inputs, evaluate))
