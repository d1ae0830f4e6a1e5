"""Renders the texts that an expression can become, without running it.

What stands in the text is taken as it is: literals, constants, both sides of a condition, what a function returns, what
its callers give. What only a run would know becomes a sample: an id, a time, a name of an object.
"""

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from tests.support.messages.names import (
    assigned_in,
    is_guarded,
    is_own_error,
    items_added_in,
    lists_in,
    mentions,
    returned_by,
    returns_text,
)
from tests.support.messages.program import Function, Module, Place, Program, given_to, name_called, parameters
from tests.support.messages.samples import ANY, FIXED, SENTENCE, sample_of

Texts = tuple[str, ...]

MOST = 48
"""The most texts of one expression. All parts vary, but not each with each."""

DEEPEST = 18


def _sample_of_place(found: re.Match[str]) -> str:
    return sample_of(ast.Name(found[1]))


class Renderer:
    """Renders expressions of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def render(self, place: Place, depth: int = 0, bound: Mapping[str, Texts] | None = None) -> Texts:
        """Return the texts that an expression can become."""
        if depth > DEEPEST:
            return (sample_of(place.node),)
        found = tuple(dict.fromkeys(itertools.islice(self._texts(place, depth + 1, bound or {}), MOST)))
        return found or (sample_of(place.node),)

    def _texts(self, place: Place, depth: int, bound: Mapping[str, Texts]) -> Iterator[str]:
        match place.node:
            case ast.Constant() | ast.JoinedStr() | ast.FormattedValue() | ast.BinOp():
                yield from self._written(place, depth, bound)
            case ast.IfExp() | ast.BoolOp() | ast.NamedExpr() | ast.Await():
                yield from self._chosen(place, depth, bound)
            case _:
                yield from self._named(place, depth, bound)

    def _written(self, place: Place, depth: int, bound: Mapping[str, Texts]) -> Iterator[str]:
        """Render what is written out: a literal, an f-string, a sum, a text with its values."""

        def inner(node: ast.expr) -> Texts:
            return self.render(place.at(node), depth, bound)

        match place.node:
            case ast.Constant(value=value):
                yield str(value)
            case ast.JoinedStr(values=parts):
                yield from _vary([inner(part) for part in parts])
            case ast.FormattedValue(value=value, conversion=conversion, format_spec=form):
                yield from _formatted(inner(value), conversion, form)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                yield from _vary([inner(left), inner(right)])
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                values = right.elts if isinstance(right, ast.Tuple) else [right]
                yield from fill(inner(left), [inner(value) for value in values])

    def _chosen(self, place: Place, depth: int, bound: Mapping[str, Texts]) -> Iterator[str]:
        """Render one of several expressions, each in its turn."""

        def inner(node: ast.expr) -> Texts:
            return self.render(place.at(node), depth, bound)

        match place.node:
            case ast.IfExp(body=body, orelse=other):
                yield from _both(inner(body), inner(other))
            case ast.BoolOp(values=values):
                yield from itertools.chain.from_iterable(inner(value) for value in values)
            case ast.NamedExpr(value=value) | ast.Await(value=value):
                yield from inner(value)

    def _named(self, place: Place, depth: int, bound: Mapping[str, Texts]) -> Iterator[str]:
        """Render what a name, an attribute, an entry of a table or a call stands for."""
        match place.node:
            case ast.Call(func=ast.Name(id=name)) if name in FIXED:
                yield FIXED[name]
            case ast.Name(id=name):
                yield from self._name(place, name, depth, bound)
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if place.owner:
                yield from self._member(place, name, depth)
            case ast.Attribute(attr=name):
                yield from self._attribute(place, name, depth)
            case ast.Subscript(value=ast.Name(id=name)):
                yield from self._entries(place, name, depth)
            case ast.Call() as call:
                yield from self._call(place, call, depth, bound)

    def _name(self, place: Place, name: str, depth: int, bound: Mapping[str, Texts]) -> Iterator[str]:
        if name in bound:
            yield from bound[name]
            return
        if place.function and (assigned := list(assigned_in(place.function, name))):
            for value in assigned:
                texts = () if mentions(value, name) else self.render(place.at(value), depth, bound)
                yield from _without_empty(texts, place.function, name)
            return
        if place.function and name in [each.arg for each in parameters(place.function)]:
            yield from _without_empty(self._given(place, name, depth), place.function, name)
            return
        if place.function and is_own_error(place.function, name, place.node.lineno):
            yield SENTENCE
            return
        if constant := self.program.find_constant(place.module, name):
            yield from self.render(Place(constant[0], constant[1]), depth)

    def _given(self, place: Place, name: str, depth: int) -> Iterator[str]:
        """Render what callers give for a parameter that is a text, and its default."""
        function = place.function
        assert function is not None
        parameter = next(each for each in parameters(function) if each.arg == name)
        if "str" not in ast.unparse(parameter.annotation or ast.Constant("")):
            return
        names = [each.arg for each in parameters(function)]
        called = place.owner.name if function.name == "__init__" and place.owner else function.name
        for caller in self.program.calls.get(called, []):
            assert isinstance(caller.node, ast.Call)
            if called.startswith("_") and caller.module is not place.module:
                continue
            if (value := given_to(caller.node, names, name)) is not None:
                yield from self.render(caller.at(value), depth)

    def _member(self, place: Place, name: str, depth: int) -> Iterator[str]:
        """Render a constant, a property or a field of the class around."""
        assert place.owner is not None
        for node in place.owner.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                    yield from self.render(Place(place.module, value, None, place.owner), depth)
                case ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value) if found == name:
                    yield from self.render(Place(place.module, value, None, place.owner), depth)
                case ast.FunctionDef(name=found) if found == name:
                    yield from self._returned(place.module, node, place.owner, depth, {})

    def _attribute(self, place: Place, name: str, depth: int) -> Iterator[str]:
        """Render a constant of any class, if its name is that of a text of a message."""
        if not name.endswith("_message"):
            return
        for module, owner in self.program.classes():
            for node in owner.body:
                if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
                    target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                    if isinstance(target, ast.Name) and target.id == name:
                        yield from self.render(Place(module, node.value, None, owner), depth)

    def _entries(self, place: Place, name: str, depth: int) -> Iterator[str]:
        constant = self.program.find_constant(place.module, name)
        if constant and isinstance(constant[1], ast.Dict):
            for value in constant[1].values:
                yield from self.render(Place(constant[0], value), depth)

    def _call(self, place: Place, call: ast.Call, depth: int, bound: Mapping[str, Texts]) -> Iterator[str]:
        name = name_called(call)
        if isinstance(call.func, ast.Attribute) and name in TEXT_METHODS:
            arguments = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
            if len(arguments) == len(call.args):
                texts = self.render(place.at(call.func.value), depth, bound)
                yield from (str(getattr(text, name)(*arguments)) for text in texts)
            return
        if name == "join" and isinstance(call.func, ast.Attribute) and call.args:
            separator = self.render(place.at(call.func.value), depth, bound)[0]
            for parts in self._lists(place, call.args[0], depth, bound):
                yield from _vary([parts[0], *((*_after(separator, part),) for part in parts[1:])])
            return
        if name == "next" and call.args:
            yield from itertools.chain.from_iterable(self._items(place, arg, depth, bound) for arg in call.args)
            return
        if name == "format" and isinstance(call.func, ast.Attribute):
            yield from (
                re.sub(r"\{(\w+)\}", _sample_of_place, text)
                for text in self.render(place.at(call.func.value), depth, bound)
            )
            return
        if name in {"shorten", "str", "repair"} and call.args:
            yield from self.render(place.at(call.args[0]), depth, bound)
            return
        found = self.program.find_function(place.module, name)
        if found is not None:
            yield from self._returned(*found, depth, self._bind(place, found[1], call, depth, bound))

    def _lists(self, place: Place, node: ast.expr, depth: int, bound: Mapping[str, Texts]) -> Iterator[list[Texts]]:
        """Render the lists that may be joined, item by item: one that is written out, or one and two of a kind."""
        if isinstance(node, ast.Name) and place.function and (items := list(items_added_in(place.function, node.id))):
            yield [self._items(place, item, depth, bound) for item in items]
        elif isinstance(node, ast.Call) and name_called(node) == "filter":
            yield from self._lists(place, node.args[-1], depth, bound)
        elif isinstance(node, ast.List | ast.Tuple):
            yield [self._items(place, item, depth, bound) for item in node.elts]
        else:
            texts = self._items(place, node, depth, bound)
            yield [texts]
            yield [texts, texts[-1:]]

    def _items(self, place: Place, node: ast.expr, depth: int, bound: Mapping[str, Texts]) -> Texts:
        """Render the items of a list."""
        match node:
            case ast.Name(id=name) if place.function and name not in bound and (lists := lists_in(place, name)):
                return tuple(itertools.chain.from_iterable(self._items(place, each, depth, bound) for each in lists))
            case ast.Call(func=ast.Name(id=name)) if self.program.find_function(place.module, name):
                module, function, owner = self.program.find_function(place.module, name) or (place.module, None, None)
                assert function is not None
                there = [Place(module, value, function, owner) for value in returned_by(function)]
                return tuple(
                    itertools.chain.from_iterable(self._items(each, each.node, depth + 1, {}) for each in there)
                )
            case ast.GeneratorExp(elt=item) | ast.ListComp(elt=item):
                return self.render(place.at(item), depth, bound)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return tuple(itertools.chain.from_iterable(self._items(place, item, depth, bound) for item in items))
            case ast.Call(func=ast.Name(id="sorted" | "filter" | "map" | "reversed"), args=[*_, inner]):
                return self._items(place, inner, depth, bound)
            case ast.Starred(value=inner):
                return self._items(place, inner, depth, bound)
        return self.render(place.at(node), depth, bound)

    def _returned(
        self, module: Module, function: Function, owner: ast.ClassDef | None, depth: int, bound: Mapping[str, Texts]
    ) -> Iterator[str]:
        if returns_text(function):
            for value in returned_by(function):
                yield from self.render(Place(module, value, function, owner), depth, bound)

    def _bind(
        self, place: Place, function: Function, call: ast.Call, depth: int, bound: Mapping[str, Texts]
    ) -> dict[str, Texts]:
        names = [each.arg for each in parameters(function)]
        given = {name: given_to(call, names, name) for name in names}
        return {name: self.render(place.at(node), depth, bound) for name, node in given.items() if node is not None}


TEXT_METHODS = {"strip", "rstrip", "lstrip", "removesuffix", "removeprefix", "replace", "lower", "upper", "capitalize"}


def _without_empty(texts: Iterable[str], function: Function, name: str) -> Iterator[str]:
    """Leave out what a function does not write, because it asks first."""
    empty = {"None", ""} if is_guarded(function, name) else set()
    yield from (text for text in texts if text not in empty)


def _after(separator: str, texts: Texts) -> Texts:
    return tuple(separator + text for text in texts)


def _both(first: Texts, second: Texts) -> Iterator[str]:
    """Take turns, so that none is lost to the bound."""
    for pair in itertools.zip_longest(first, second):
        yield from (text for text in pair if text is not None)


def _vary(parts: list[Texts]) -> Iterator[str]:
    """Put parts together: the first of each, then each text of each part among the first of the others."""
    firsts = [part[0] for part in parts]
    yield "".join(firsts)
    for place, part in enumerate(parts):
        for other in part[1:]:
            yield "".join((*firsts[:place], other, *firsts[place + 1 :]))


def _formatted(texts: Texts, conversion: int, form: ast.expr | None) -> Iterator[str]:
    written = ast.unparse(form) if form is not None else ""
    if "%" in written:
        layout = written.removeprefix("f").strip("'\"")
        yield datetime(2026, 11, 29, 10, 15, tzinfo=UTC).strftime(layout)
        return
    yield from (repr(text) if conversion == ord("r") else text for text in texts)


def fill(texts: Texts, values: list[Texts]) -> Iterator[str]:
    """Put values into the places of a text for a log, such as %s."""
    for text in texts:
        rest = iter(values)
        pieces = re.split(r"%[-+#0-9.]*[a-z]", text)
        parts: list[Texts] = [(pieces[0],)]
        for piece in pieces[1:]:
            parts += [next(rest, (ANY,)), (piece,)]
        yield from _vary(parts)
