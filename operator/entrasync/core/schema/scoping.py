"""Scoping filters: which objects a mapping provisions (graph-facts 2, `filter`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from entrasync.api.job.schema import ScopingFilterSpec
from entrasync.core.primitives.json_values import read_text

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
    return tuple(tuple(map(_read_clause, _list(group, "clauses"))) for group in _list(stored, "groups"))


def _read_clause(stored: Mapping[str, Any]) -> Clause:
    operand = stored.get("targetOperand")
    values = operand.get("values") if isinstance(operand, dict) else None
    return Clause(
        read_text(stored.get("sourceOperandName")) or "",
        read_text(stored.get("operatorName")) or "",
        tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else (),
    )


def with_scope(stored: object, scope: Scope) -> dict[str, Any] | None:
    """Return a filter with these groups. Its other members stay, and so do the names of the groups by their places.

    None is no filter at all: there is nothing else in it.
    """
    known = stored if isinstance(stored, dict) else {}
    others = {name: value for name, value in known.items() if name != "groups"}
    if not scope and not any(others.values()):
        return None
    names = [group.get("name") for group in _list(stored, "groups")]
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


def _list(holder: object, member: str) -> list[Mapping[str, Any]]:
    stored = holder.get(member) if isinstance(holder, dict) else None
    return [entry for entry in stored if isinstance(entry, dict)] if isinstance(stored, list) else []
