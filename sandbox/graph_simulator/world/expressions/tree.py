"""Defines the tree of a parsed expression."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the source object."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant: a text in quotation marks, or as written a number or a word such as vbBinaryCompare."""

    value: str
    is_quoted: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function. Each argument has its place, and one that was left out is None."""

    function: str
    arguments: tuple["Expression | None", ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison, which may stand where a condition does: `=`, `<>`, `>`, `>=`, `<` or `<=`."""

    operator: str
    left: "Expression"
    right: "Expression"


Expression = Attribute | Constant | Call | Comparison


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all that it is made of."""
    yield expression
    match expression:
        case Call(arguments=arguments):
            for argument in arguments:
                if argument is not None:
                    yield from walk(argument)
        case Comparison(left=left, right=right):
            yield from walk(left)
            yield from walk(right)
