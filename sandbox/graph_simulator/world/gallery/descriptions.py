"""Defines how a schema of the gallery is described, and reads the tables of its mappings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SEPARATOR = " | "
"""What stands between the columns of a line."""
_COLUMN = re.compile(r" \|(?= |$)")


@dataclass(frozen=True, slots=True)
class Mapping:
    """An attribute mapping. An empty expression stands for a mapping that has a default value only."""

    target: str
    expression: str
    default: str | None = None
    matching_priority: int = 0
    flow_type: str = "Always"
    flow_behavior: str = "FlowWhenChanged"


@dataclass(frozen=True, slots=True)
class ObjectMap:
    """The mappings from one kind of object to another; `scope` has a group of clauses by name."""

    source: str
    target: str
    mappings: str
    """A line for each mapping: target, expression, and options: `match 1`, `default x`, `add` or `always`."""
    scope: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """A clause is attribute, operator and value, as in `department | EQUALS | Sales`."""
    flow_types: str = "Add,Update,Delete"
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A synchronization rule between two directories."""

    name: str
    source: str
    target: str
    maps: tuple[ObjectMap, ...]
    is_editable: bool = True
    containers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """The description of a schema. `more` has further attributes of objects, by directory and object."""

    rules: tuple[Rule, ...]
    more: dict[tuple[str, str], str] = field(default_factory=dict)
    """Names of attributes, separated by spaces. A mark after a name is its type, as in `attributes.TYPES`."""


def list_mappings(table: str) -> Iterator[Mapping]:
    """Yield the mappings of a table.

    Raises:
        ValueError: A line has an option that is not known.
    """
    for line in table.splitlines():
        target, *rest = (part.strip() for part in _COLUMN.split(line))
        if target:
            expression, *options = rest
            yield Mapping(target, expression, **dict(_read_option(option) for option in options))  # type: ignore[arg-type] # each option has its own type


def _read_option(text: str) -> tuple[str, object]:
    match text.split(" ", 1):
        case ["match", number]:
            return "matching_priority", int(number)
        case ["default", value]:
            return "default", value
        case ["add"]:
            return "flow_type", "ObjectAddOnly"
        case ["always"]:
            return "flow_behavior", "FlowAlways"
    raise ValueError(f"{text} is no option of a mapping")
