"""Scoping filters: which objects a mapping provisions (graph-facts 2, `filter`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.api.schema.rules import ScopingFilterSpec
from entrasync.core.primitives.json_values import read_entries, read_object, read_text

EVERYTHING = "all objects"


@dataclass(frozen=True)
class Clause:
    """One condition on an object. `values` is empty for an operator that takes none."""

    attribute: str
    operator: str
    values: tuple[str, ...] = ()


Scope = tuple[tuple[Clause, ...], ...]
"""Groups of clauses. An object is in scope if all clauses of one group hold, or if there is no group."""


def wanted_scope(spec: ScopingFilterSpec) -> Scope:
    """Return the scope that spec asks for."""
    return tuple(
        tuple(
            Clause(clause.attribute, clause.operator, () if clause.value is None else (clause.value,))
            for clause in group.clauses
        )
        for group in spec.groups or ()
    )


def read_scope(stored: object) -> Scope:
    """Read the groups of a filter as Graph shows it; none if there is no filter."""
    groups = read_entries(read_object(stored).get("groups"))
    return tuple(tuple(map(_read_clause, read_entries(group.get("clauses")))) for group in groups)


def _read_clause(stored: Mapping[str, Any]) -> Clause:
    values = read_object(stored.get("targetOperand")).get("values")
    return Clause(
        read_text(stored.get("sourceOperandName")) or "",
        read_text(stored.get("operatorName")) or "",
        tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else (),
    )


def with_scope(stored: object, scope: Scope) -> dict[str, Any] | None:
    """Return a filter with these groups. Its other members stay, and so do the names of the groups by their places.

    None is no filter at all: there is nothing else in it.
    """
    known = read_object(stored)
    others = {name: value for name, value in known.items() if name != "groups"}
    if not scope and not any(others.values()):
        return None
    names = [group.get("name") for group in read_entries(known.get("groups"))]
    names += [None] * (len(scope) - len(names))
    named = zip(scope, names, strict=False)  # there may have been more groups
    groups = [{"clauses": list(map(_write_clause, group)), "name": name} for group, name in named]
    return {"categoryFilterGroups": [], "inputFilterGroups": [], **known, "groups": groups}


def _write_clause(clause: Clause) -> dict[str, Any]:
    return {
        "operatorName": clause.operator,
        "sourceOperandName": clause.attribute,
        "targetOperand": {"values": list(clause.values)},
    }


def write_scope(scope: Scope) -> str:
    """Say which objects are in scope."""
    groups = (" and ".join(map(_describe_clause, group)) for group in scope)
    return " or ".join(f"({group})" for group in groups) or EVERYTHING


def _describe_clause(clause: Clause) -> str:
    return " ".join([clause.attribute, clause.operator, *(f'"{value}"' for value in clause.values)])
