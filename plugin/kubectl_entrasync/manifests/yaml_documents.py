"""Reads YAML and JSON as kubectl does, and remembers on which line each field stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

Step = str | int
"""The name of a member, or the place of an item."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""That in C, where PyYAML has it: a thousand manifests take seconds otherwise."""

_BOOLEAN = r"y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF"

_WORDS_OF_KUBERNETES = (
    ("null", r"~|null|Null|NULL|", ("~", "n", "N", "")),
    (
        "bool",
        r"y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON|n|N|no|No|NO|false|False|FALSE|off|Off|OFF",
        tuple("yYtToOnNfF"),
    ),
    ("int", r"[-+]?(0b[01_]+|0x[0-9a-fA-F_]+|0o?[0-7_]*|[1-9][0-9_]*)", tuple("-+0123456789")),
    ("float", r"[-+]?([.][0-9]+|[0-9]+([.][0-9]*)?)([eE][-+]?[0-9]+)?", tuple("-+.0123456789")),
    ("merge", "<<", ("<",)),
)
"""What a plain text means. Times are texts, and 12:30 is no number of base 60, other than in PyYAML."""


class _KubernetesLoader(_Loader):  # type: ignore[misc]  # which of the two it is, is known at run time only
    """Reads plain texts as Kubernetes does."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # PyYAML looks for it on the class


for _name, _pattern, _firsts in _WORDS_OF_KUBERNETES:
    _KubernetesLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_pattern})\\Z"), _firsts)

_BOOLEANS = {"y": True, "n": False}


def _read_boolean(loader: Any, node: yaml.ScalarNode) -> bool:
    word = node.value.lower()
    return _BOOLEANS[word] if word in _BOOLEANS else bool(loader.construct_yaml_bool(node))


_KubernetesLoader.add_constructor("tag:yaml.org,2002:bool", _read_boolean)


class YamlError(Exception):
    """A text that is no YAML, and the line where that shows."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True)
class YamlDocument:
    """One document of a text."""

    content: Any
    line: int
    repeated: tuple[tuple[str, int], ...] = ()
    """Keys that stand twice in one object, and the lines of their second place."""
    _root: yaml.Node | None = field(default=None, repr=False, compare=False)

    def find_line(self, path: tuple[Step, ...]) -> int:
        """Return the line of a field, or of the nearest thing around it that is there."""
        line, node = self.line, self._root
        for step in path:
            found = _find_member(node, step)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return line


def read_documents(text: bytes) -> Iterator[YamlDocument]:
    """Yield the documents of a text but empty ones. Raises `YamlError`."""
    loader = None
    try:
        loader = _KubernetesLoader(text)
        while loader.check_node():
            node = loader.get_node()
            repeated = tuple(_find_repeated(node))
            content = _as_json(loader.construct_document(node))
            if content is not None:
                yield YamlDocument(content, node.start_mark.line + 1, repeated, node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(error.problem or "it cannot be read", mark.line + 1 if mark else 1) from None
    except (yaml.YAMLError, ValueError) as error:
        raise YamlError(str(getattr(error, "reason", error)), 1) from None
    except RecursionError:
        raise YamlError("something in it contains itself, or is nested too deeply", 1) from None


def _find_member(node: yaml.Node | None, step: Step) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the node of a member's key with that of its value. For an item both are the item."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    return None


def _find_repeated(node: yaml.Node) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _find_repeated(item)
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            name = str(key.value)
            if name in seen:
                yield name, key.start_mark.line + 1
            seen.add(name)
            yield from _find_repeated(value)


def _as_json(content: Any) -> Any:
    """Return what kubectl sends as JSON: names of members are texts, and a number without a fraction is an integer."""
    if isinstance(content, dict):
        return {_write_key(name): _as_json(value) for name, value in content.items()}
    if isinstance(content, float) and content.is_integer():
        return int(content)
    return [_as_json(each) for each in content] if isinstance(content, list) else content


def _write_key(name: Any) -> str:
    return str(name).lower() if isinstance(name, bool) else str(name)
