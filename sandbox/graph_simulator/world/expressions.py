"""Parses and evaluates expressions of attribute mappings, as far as the reference shows how (graph-facts 3.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

FUNCTIONS: dict[str, tuple[str, ...]] = {
    "Append": ("source", "suffix"),
    "DefaultDomain": (),
    "AppRoleAssignments": ("source",),
    "FormatDateTime": ("source", "inputFormat", "outputFormat"),
}
"""The functions of the sample of `functions`, with the names of their parameters, which are all required strings."""

_REPLACE = ("source", "Find", "", "", "Replacement", "", "")
"""The parameters of Replace by their position; the sample of `parseExpression` has no name for the others."""
_TOKEN = re.compile(r'\s*(?:\[([^\[\]]+)\]|"((?:[^"\\]|\\.)*)"|(\w+)\s*\(|([,)]))')


class UnknownPartError(Exception):
    """An expression that Graph may know and the sources do not describe; the message names the part."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: an attribute, a constant, or a function with its parameters by name."""

    text: str
    name: str
    kind: Literal["Attribute", "Constant", "Function"]
    parameters: tuple[tuple[str, "Expression"], ...] = ()


def parse_expression(text: str) -> Expression:
    """Parse an expression.

    Raises:
        ValueError: It is malformed.
        UnknownPartError: It has a function, or a parameter, that the sources do not describe.
    """
    expression, end = _parse(text, 0)
    if expression is None or text[end:].strip():
        raise ValueError(f"Unexpected text at position {end}.")
    return expression


def _parse(text: str, begin: int) -> tuple[Expression | None, int]:
    """Parse one expression; None if a comma or a closing parenthesis stands there."""
    match = _TOKEN.match(text, begin)
    if match is None:
        raise ValueError(f"Unexpected text at position {begin}.")
    attribute, constant, function, _ = match.groups()
    if attribute is not None:
        return Expression(f"[{attribute}]", attribute, "Attribute"), match.end()
    if constant is not None:
        return Expression(f'"{constant}"', constant, "Constant"), match.end()
    if function is not None:
        return _parse_function(text, match.end(), function)
    return None, begin


def _parse_function(text: str, begin: int, name: str) -> tuple[Expression, int]:
    arguments: list[Expression | None] = []
    end, closes = begin, ""
    while closes != ")":
        argument, end = _parse(text, end)
        match = _TOKEN.match(text, end)
        if match is None or not match[4]:
            raise ValueError(f"A comma or a closing parenthesis is missing at position {end}.")
        arguments.append(argument)
        closes, end = match[4], match.end()
    if arguments == [None]:
        arguments = []
    return Expression(_write_call(name, arguments), name, "Function", _name_arguments(name, arguments)), end


def _write_call(name: str, arguments: list[Expression | None]) -> str:
    return f"{name}({', '.join(argument.text if argument else '' for argument in arguments)})"


def _name_arguments(function: str, arguments: list[Expression | None]) -> tuple[tuple[str, Expression], ...]:
    names = _REPLACE if function == "Replace" else FUNCTIONS.get(function)
    if names is None:
        raise UnknownPartError(f"The function {function}")
    if len(arguments) != len(names):
        raise ValueError(f"{function} takes {len(names)} parameters, not {len(arguments)}.")
    given = [(name, argument) for name, argument in zip(names, arguments, strict=True) if argument is not None]
    if any(not name for name, _ in given):
        raise UnknownPartError(f"A parameter of the function {function}")
    return tuple(given)


def evaluate(expression: Expression, values: Mapping[str, str]) -> str:
    """Evaluate an expression for the attributes of an object; a missing one is empty.

    Raises:
        UnknownPartError: It has a function whose effect no sample shows.
    """
    if expression.kind == "Attribute":
        return values.get(expression.name, "")
    if expression.kind == "Constant":
        return expression.name
    given = {name: evaluate(parameter, values) for name, parameter in expression.parameters}
    match expression.name:
        case "Append":
            return given.get("source", "") + given.get("suffix", "")
        case "Replace":
            return given.get("source", "").replace(given.get("Find", ""), given.get("Replacement", ""))
        case _:
            raise UnknownPartError(f"The value of the function {expression.name}")


def write_expression(expression: Expression) -> dict[str, Any]:
    """Write an expression as an attributeMappingSource."""
    return {
        "expression": expression.text,
        "name": expression.name,
        "type": expression.kind,
        "parameters": [{"key": key, "value": write_expression(value)} for key, value in expression.parameters],
    }
