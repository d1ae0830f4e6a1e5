"""Finds the synchronization rule by which an object is provisioned, in the schema of its job."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.primitives.json_values import read_entries, read_text
from entrasync.core.primitives.quotes import shorten
from entrasync.core.remote.schema import RULES, Schema

MAX_NAMED = 10
"""How many rules or types a message lists."""

ON_DEMAND = "supportsProvisionOnDemand"
"""The metadata of a rule that says whether Graph provisions by it on demand (graph-facts 4.9)."""


@dataclass(frozen=True)
class SchemaRule:
    """A synchronization rule, by Graph's id and name."""

    id: str
    name: str


def choose_rule(schema: Schema, object_type: str, *, wanted: str | None) -> SchemaRule:
    """Return the rule named `wanted`, or without a name the only one that maps objects of the type.

    Raises `Halted` (RULE_UNKNOWN, RULE_AMBIGUOUS) with what there is instead.
    """
    rules = read_entries(schema.get(RULES))
    named = rules if wanted is None else [rule for rule in rules if rule.get("name") == wanted]
    if not named:
        raise _refuse_name(wanted, rules)
    fitting = [rule for rule in named if object_type in _types_of(rule) and _is_on_demand(rule)]
    if not fitting:
        raise _refuse_type(object_type, named, wanted)
    if len(fitting) > 1:
        raise _refuse_choice(object_type, fitting, wanted)
    return SchemaRule(read_text(fitting[0].get("id")) or "", _name_of(fitting[0]))


def _types_of(rule: Mapping[str, Any]) -> list[str]:
    mappings = read_entries(rule.get("objectMappings"))
    return [name for mapping in mappings if (name := read_text(mapping.get("sourceObjectName"))) is not None]


def _is_on_demand(rule: Mapping[str, Any]) -> bool:
    pairs = {read_text(pair.get("key")): read_text(pair.get("value")) for pair in read_entries(rule.get("metadata"))}
    return (pairs.get(ON_DEMAND) or "true").lower() != "false"


def _refuse_name(wanted: str | None, rules: Iterable[Mapping[str, Any]]) -> Halted:
    names = _list(map(_name_of, rules))
    message = (
        f'The schema of the job has no rule "{shorten(wanted or "")}", which spec.rule names; it has {names}. Create '
        "another ProvisioningRequest with one of these, or without spec.rule."
    )
    return Halted(Stall(Reason.RULE_UNKNOWN, message))


def _refuse_type(object_type: str, rules: Sequence[Mapping[str, Any]], wanted: str | None) -> Halted:
    types = _list(sorted({each for rule in rules if _is_on_demand(rule) for each in _types_of(rule)}))
    which = "No rule of the job" if wanted is None else f'Rule "{shorten(wanted)}" of the job'
    verb = "provisions" if wanted is None else "does not provision"
    message = (
        f"{which} {verb} objects of type {shorten(object_type)} on demand, but it does so for {types}. Create another "
        "ProvisioningRequest with the type as the schema writes it: its case matters."
    )
    return Halted(Stall(Reason.RULE_UNKNOWN, message))


def _refuse_choice(object_type: str, rules: Sequence[Mapping[str, Any]], wanted: str | None) -> Halted:
    names = _list(map(_name_of, rules))
    remedy = (
        "Create another ProvisioningRequest that names one of them in spec.rule."
        if wanted is None
        else "They have the same name, so spec.rule cannot tell them apart: rename one of them in the portal."
    )
    message = f"Several rules of the job provision objects of type {shorten(object_type)}: {names}. {remedy}"
    return Halted(Stall(Reason.RULE_AMBIGUOUS, message))


def _name_of(rule: Mapping[str, Any]) -> str:
    return read_text(rule.get("name")) or read_text(rule.get("id")) or "a rule without a name"


def _list(names: Iterable[str]) -> str:
    known = [shorten(name, 100) for name in names]
    more = len(known) - MAX_NAMED
    return (", ".join(known[:MAX_NAMED]) or "none") + (f" and {more} more" if more > 0 else "")
