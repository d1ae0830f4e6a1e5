"""Finds every place in the code that makes a message for a person, by what is called there.

A new class with a `message` is found by itself, and so is a new call: nobody has to list it.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from tests.support.messages.faults import (
    FAULTS,
    FAULTS_OF_A_CALL_TO_A_PERSON,
    Rule,
    does_not_say_what_to_do,
    does_not_say_where,
)
from tests.support.messages.names import SPOKEN
from tests.support.messages.program import Place, Program, given_to, name_called, operator
from tests.support.messages.rendering import Renderer, Texts, fill
from tests.support.messages.samples import SENTENCE

Kind = Literal["verdict", "condition", "event", "error", "log", "refusal"]

LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}

KINDS: Mapping[str, Kind] = {"Condition": "condition", "Event": "event", "Stall": "verdict", "Wait": "verdict"}

CLASSES_OF_OTHERS = {
    "GraphAnswer": "what Graph said, which a message quotes",
    "LoginResponse": "what Entra said, which a message quotes",
    "ErrorBody": "what Graph said, as its body has it",
    "SynchronizationError": "what Graph says of a job",
    "ExecutionError": "what Graph says of a job's last execution",
    "Refusal": "what Graph said of credentials, which a message quotes",
    "RefusalRecord": "what Graph said of credentials, as the status keeps it",
}
"""Classes with a `message` that is not the operator's own, each with why."""


PASSED_ON = {
    ("entrasync.core.decision.condition", "read_all"): "reads a stored condition back",
    ("entrasync.process.cli", "_run"): "logs WatchRefused, which is walked where it is raised",
    ("entrasync.reconcile.job.deletion", "release"): "says what a ReleaseResource says, which is walked there",
    ("entrasync.api.constraints", "_check"): "says the words of a constraint, which tests/cluster asserts",
    ("entrasync.api.job.mirror_shape", "_shape"): "is a fault of the code, which a test meets",
}
"""Functions that only hand a message on, each with why it is not walked there."""

ONLY_NEWS = {
    "JOB_REPLACED": "the operator has done what there was to do",
    "MIRROR_CUT": "nobody but Graph can change what it answers",
}
"""Reasons of Warnings that ask nothing of a person, each with why."""

AFTERWARDS = {"ReleaseResource": "The resource may go: {}."}
"""Classes whose message becomes a part of a sentence, with that sentence."""


@dataclass(frozen=True)
class Message:
    """A place that makes a message, with the texts that it can become."""

    place: str
    kind: Kind
    maker: str
    arguments: str
    texts: Texts

    @property
    def is_for_a_person(self) -> bool:
        """Whether a person must act on it: he is stalled, warned or refused."""
        if self.kind == "event":
            return "'Warning'" in self.arguments and not any(f"Reason.{name}" in self.arguments for name in ONLY_NEWS)
        return self.maker in {"Stall", "Refused"} or self.kind == "refusal"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that hold for it. Before the refusal of a setting or a field stands its name, which says where."""
        if not self.is_for_a_person:
            return FAULTS
        says_where_before = self.place.startswith(("entrasync.process.settings", "entrasync.api"))
        return (*FAULTS, does_not_say_what_to_do, *(() if says_where_before else (does_not_say_where,)))

    def faults(self) -> list[str]:
        """List what is wrong with the texts, one line for each rule."""
        found: dict[str, str] = {}
        for text in self.texts:
            for rule in self.rules:
                # What quotes a message of the operator says what that says: where, and what to do.
                if rule in FAULTS_OF_A_CALL_TO_A_PERSON and SENTENCE in text:
                    continue
                if (piece := rule(text)) is not None:
                    found.setdefault(rule.__name__, f"{self.place} {rule.__name__}: {piece!r} in {text!r}")
        return list(found.values())


def find_messages(program: Program) -> list[Message]:
    """List every message of a program, by place."""
    makers = dict(_makers(program))
    renderer = Renderer(program)
    made = [
        *_made(program, renderer, makers),
        *_logged(program, renderer),
        *_refused(program, renderer),
        *_named(program, renderer),
    ]
    return sorted(made, key=lambda message: message.place)


@cache
def messages_of_the_operator() -> tuple[Message, ...]:
    return tuple(find_messages(operator()))


def _makers(program: Program) -> Iterator[tuple[str, list[str]]]:
    """Yield the classes that carry a message, with the names of what they are made of."""
    classes = {node.name: node for _, node in program.classes()}
    for name, node in classes.items():
        names = _made_of(node, classes)
        if "message" in names and name not in CLASSES_OF_OTHERS and not _is_model(node):
            yield name, names


def _made_of(node: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> list[str]:
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == "__init__":
            return [each.arg for each in (*member.args.args, *member.args.kwonlyargs) if each.arg != "self"]
    bases = [classes[base.id] for base in node.bases if isinstance(base, ast.Name) and base.id in classes]
    inherited = [name for base in bases for name in _made_of(base, classes)]
    own = [
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]
    return inherited + [name for name in own if name not in inherited]


def _is_model(node: ast.ClassDef) -> bool:
    return any("Model" in ast.unparse(base) for base in node.bases)


def _made(program: Program, renderer: Renderer, makers: Mapping[str, list[str]]) -> Iterator[Message]:
    for place in program.all_calls():
        assert isinstance(place.node, ast.Call)
        name = name_called(place.node)
        if not isinstance(place.node.func, ast.Name) or name not in makers:
            continue
        if (given := given_to(place.node, makers[name], "message")) is not None and not _is_passed_on(place):
            kind = KINDS.get(name, "error")
            whole = AFTERWARDS.get(name, "{}")
            advice = given_to(place.node, makers[name], "advice")
            after = [f" {text}" for text in renderer.render(place.at(advice))] if advice else [""]
            texts = tuple(whole.format(text + more) for text in renderer.render(place.at(given)) for more in after)
            yield Message(str(place), kind, name, ast.unparse(place.node), texts)


def _logged(program: Program, renderer: Renderer) -> Iterator[Message]:
    for place in program.all_calls():
        assert isinstance(place.node, ast.Call)
        match place.node.func:
            case ast.Attribute(value=ast.Name(id="LOG"), attr=name) if name in LEVELS and not _is_passed_on(place):
                text, *values = place.node.args[1:] if name == "log" else place.node.args
                rendered = fill(renderer.render(place.at(text)), [renderer.render(place.at(each)) for each in values])
                yield Message(str(place), "log", name, ast.unparse(place.node), tuple(rendered))


def _is_passed_on(place: Place) -> bool:
    return (place.module.name, place.function.name if place.function else "") in PASSED_ON


REFUSING = ("entrasync.api", "entrasync.process.settings", "entrasync.graph.wire.clouds", "entrasync.process.cli")
"""Where specs, flags, variables and files are read: what is raised there is printed, or shown as InvalidSpec."""


def _refused(program: Program, renderer: Renderer) -> Iterator[Message]:
    """Yield what is raised for a person who starts the operator or wrote a spec."""
    for place in program.all_calls():
        assert isinstance(place.node, ast.Call)
        name = name_called(place.node)
        at_start = name == "ValueError" and place.module.name.startswith(REFUSING)
        if place.node.args and not _is_passed_on(place) and (at_start or name in SPOKEN):
            yield Message(
                str(place), "refusal", name, ast.unparse(place.node), renderer.render(place.at(place.node.args[0]))
            )


def _named(program: Program, renderer: Renderer) -> Iterator[Message]:
    """Yield what is named a message where it is written, whatever becomes of it."""
    for module in program.modules.values():
        for place in module.messages:
            yield Message(str(place), "error", "message", ast.unparse(place.node), renderer.render(place))
