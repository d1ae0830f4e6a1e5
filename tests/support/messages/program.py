"""The operator's code as a syntax tree: where each function, class and constant is, and who calls it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import cast

from tests.support.sources import ROOT

Function = ast.FunctionDef | ast.AsyncFunctionDef

CODE = ROOT / "operator" / "entrasync"


@dataclass(frozen=True, eq=False)
class Place:
    """One expression in the code, with what encloses it."""

    module: "Module"
    node: ast.expr
    function: Function | None = None
    owner: ast.ClassDef | None = None

    def at(self, node: ast.expr) -> "Place":
        return Place(self.module, node, self.function, self.owner)

    def __str__(self) -> str:
        return f"{self.module.name}:{self.node.lineno}"


@dataclass(frozen=True, eq=False)
class Module:
    """One module: its calls, the texts named `message`, its functions by name, its constants, and what it imports."""

    name: str
    tree: ast.Module
    calls: list[Place] = field(default_factory=list)
    messages: list[Place] = field(default_factory=list)
    functions: dict[str, tuple[Function, ast.ClassDef | None]] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)

    def read(self) -> "Module":
        for node in self.tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self.constants[name] = value
                case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                    self.constants[name] = value
        self._walk(self.tree, None, None)
        return self

    def _walk(self, node: ast.AST, function: Function | None, owner: ast.ClassDef | None) -> None:
        for child in ast.iter_child_nodes(node):
            match child:
                case ast.ClassDef():
                    self._walk(child, None, child)
                    continue
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self.functions.setdefault(child.name, (child, owner))
                    self._walk(child, child, owner)
                    continue
                case ast.ImportFrom(module=str(source), names=names):
                    self.imports.update({alias.asname or alias.name: (source, alias.name) for alias in names})
                case ast.Call():
                    self.calls.append(Place(self, child, function, owner))
                case ast.Assign(targets=[ast.Name(id="message")], value=ast.JoinedStr() | ast.Constant() as value):
                    self.messages.append(Place(self, value, function, owner))
            self._walk(child, function, owner)


class Program:
    """All modules below a folder."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.modules = {name: Module(name, ast.parse(text)).read() for name, text in files.items()}
        self.calls: dict[str, list[Place]] = defaultdict(list)
        for place in self.all_calls():
            self.calls[name_called(cast("ast.Call", place.node))].append(place)

    def all_calls(self) -> Iterator[Place]:
        for module in self.modules.values():
            yield from module.calls

    def classes(self) -> Iterator[tuple[Module, ast.ClassDef]]:
        for module in self.modules.values():
            yield from ((module, node) for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef))

    def find_function(self, module: Module, name: str) -> tuple[Module, Function, ast.ClassDef | None] | None:
        """Find a function by the name that a module knows it by."""
        if name in module.functions:
            return (module, *module.functions[name])
        source, original = module.imports.get(name, ("", ""))
        there = self.modules.get(source)
        return (there, *there.functions[original]) if there and original in there.functions else None

    def find_constant(self, module: Module, name: str) -> tuple[Module, ast.expr] | None:
        if name in module.constants:
            return module, module.constants[name]
        source, original = module.imports.get(name, ("", ""))
        there = self.modules.get(source)
        return (there, there.constants[original]) if there and original in there.constants else None


def name_called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def parameters(function: Function) -> list[ast.arg]:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return [each for each in named if each.arg not in {"self", "cls"}]


def given_to(call: ast.Call, names: list[str], wanted: str) -> ast.expr | None:
    """Return what a call gives for a parameter."""
    for keyword in call.keywords:
        if keyword.arg == wanted:
            return keyword.value
    at = names.index(wanted) if wanted in names else len(call.args)
    return call.args[at] if at < len(call.args) and not isinstance(call.args[at], ast.Starred) else None


def _module_name(path: Path) -> str:
    parts = path.relative_to(CODE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def operator() -> Program:
    return Program({_module_name(path): path.read_text(encoding="utf-8") for path in sorted(CODE.rglob("*.py"))})
