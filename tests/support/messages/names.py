"""What the syntax of a function says about its names: what is assigned to them, returned, and asked before."""

import ast
import re
from collections.abc import Iterator
from typing import cast

from tests.support.messages.program import Function, Place


def returns_text(function: Function) -> bool:
    """Whether a function may return a text, as far as its signature says."""
    return function.returns is None or "str" in ast.unparse(function.returns)


def returned_by(function: Function) -> Iterator[ast.expr]:
    """Yield what a function returns or yields."""
    for node in ast.walk(function):
        match node:
            case ast.Return(value=ast.Constant(value=None)):
                continue
            case ast.Return(value=ast.expr() as value) | ast.Yield(value=ast.expr() as value):
                yield value


def assigned_in(function: Function, name: str) -> Iterator[ast.expr]:
    """Yield what a function assigns to a name. Of several names at once, each gets its own."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                yield value
            case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                yield value
            case ast.NamedExpr(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.comprehension(target=ast.Name(id=found), iter=ast.Name(id=items)) if found == name:
                yield from (each for tuple_ in assigned_in(function, items) for each in getattr(tuple_, "elts", ()))
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)):
                yield from (
                    value
                    for target, value in zip(targets, values, strict=False)
                    if isinstance(target, ast.Name) and target.id == name
                )


def mentions(node: ast.expr, name: str) -> bool:
    """Whether an expression reads a name."""
    return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(node))


def items_added_in(function: Function, name: str) -> Iterator[ast.expr]:
    """Yield the items of a list that a function writes out and adds to."""
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=found)], value=ast.List(elts=items)) if found == name:
                yield from items
            case ast.AugAssign(target=ast.Name(id=found), value=value) if found == name:
                yield value
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr="append"), args=[item]) if found == name:
                yield item


def lists_in(place: Place, name: str) -> list[ast.expr]:
    """Return the lists that the function of a place assigns to a name."""
    kinds = (ast.GeneratorExp, ast.ListComp, ast.List, ast.Tuple)
    return [value for value in assigned_in(cast("Function", place.function), name) if isinstance(value, kinds)]


SPOKEN = frozenset({"NotConnected", "WatchRefused", "DeadlineExceeded"})
"""Errors without a `message` whose text a person reads as it is."""

OWN_ERRORS = {"EntraSyncError", "Halted", "Refused", "ValueError", *SPOKEN}
"""Errors whose text is a whole sentence of the operator."""


def is_own_error(function: Function, name: str, line: int) -> bool:
    """Whether a name is an error whose text is the operator's own, in the handler around a line."""
    handlers = (node for node in ast.walk(function) if isinstance(node, ast.ExceptHandler) and node.name == name)
    around = (each.type for each in handlers if each.lineno <= line <= (each.end_lineno or line))
    return any(isinstance(kind, ast.Name) and kind.id in OWN_ERRORS for kind in around)


def is_guarded(function: Function, name: str) -> bool:
    """Whether a function asks if a name is None."""
    return any(
        isinstance(node, ast.If | ast.IfExp | ast.BoolOp) and re.search(rf"\b{name}\b", ast.unparse(_condition(node)))
        for node in ast.walk(function)
    )


def _condition(node: ast.If | ast.IfExp | ast.BoolOp) -> ast.expr:
    return node if isinstance(node, ast.BoolOp) else node.test
