"""Writes the tree of an expression as text, and as Graph's attributeMappingSource."""

from typing import Any

from graph_simulator.world.expressions.catalogue import FUNCTIONS, find_parameter
from graph_simulator.world.expressions.tree import Attribute, Call, Comparison, Constant, Expression


def write_text(expression: Expression) -> str:
    """Write an expression as text, which parses to the same tree."""
    match expression:
        case Attribute(name=name):
            return f"[{name}]"
        case Constant(value=value, is_quoted=False):
            return value
        case Constant(value=value):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        case Comparison(operator=operator, left=left, right=right):
            return f"{write_text(left)} {operator} {write_text(right)}"
        case Call(function=function, arguments=arguments):
            return f"{function}({', '.join(write_text(item) if item else '' for item in arguments)})"


def write_source(expression: Expression) -> dict[str, Any]:
    """Write an expression as an attributeMappingSource, with members in the order of the samples.

    No source shows a comparison. It is written as a function that has the operator as its name.
    """
    name, kind, parameters = _describe(expression)
    return {
        "expression": write_text(expression),
        "name": name,
        "parameters": [{"key": key, "value": write_source(value)} for key, value in parameters],
        "type": kind,
    }


def _describe(expression: Expression) -> tuple[str, str, list[tuple[str, Expression]]]:
    """Return an expression's name, type and parameters by name; those that were left out are not among them."""
    match expression:
        case Attribute(name=name):
            return name, "Attribute", []
        case Constant(value=value):
            return value, "Constant", []
        case Comparison(operator=operator, left=left, right=right):
            return operator, "Function", [("left", left), ("right", right)]
        case Call(function=function, arguments=arguments):
            return function, "Function", _name_arguments(function, arguments)


def _name_arguments(function: str, arguments: tuple[Expression | None, ...]) -> list[tuple[str, Expression]]:
    named = []
    for place, argument in enumerate(arguments):
        parameter = find_parameter(FUNCTIONS[function], place)
        if argument is not None and parameter is not None:
            named.append((parameter.name, argument))
    return named
