"""Merges `spec.schema` into the schema that Graph shows: only what is named changes, all else stays as it came."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from entrasync.api.policies import FlowType
from entrasync.api.schema.rules import (
    AttributeMappingSpec,
    ObjectMappingSpec,
    SchemaRuleSpec,
    ScopingFilterSpec,
)
from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.decision.action import Difference
from entrasync.core.facts.schema_seen import RefusedExpression, SchemaFaults
from entrasync.core.remote.schema import (
    ATTRIBUTE_MAPPINGS,
    DIRECTORIES,
    OBJECT_MAPPINGS,
    RULES,
    ParsedExpression,
    Schema,
    Source,
    attribute_source,
    constant_source,
    is_same_source,
    write_source,
)
from entrasync.core.schema.attributes import find_unknown_attributes
from entrasync.core.schema.directories import merge_directories
from entrasync.core.schema.findings import Entry, Findings
from entrasync.core.schema.scoping import read_scope, wanted_scope, with_scope, write_scope

Expressions = Mapping[str, ParsedExpression]
"""How Graph read the expressions of spec, by their text."""

NEW_MAPPING: Entry = {
    "defaultValue": "",
    "exportMissingReferences": False,
    "flowBehavior": "FlowWhenChanged",
    "flowType": "Always",
    "matchingPriority": 0,
}
"""The members of a mapping that spec adds, as the portal makes one (graph-facts 3.1)."""


@dataclass(frozen=True)
class Merged:
    """The schema as spec wants it, what differs from the one that Graph shows, and what stands in the way."""

    schema: Schema
    differences: tuple[Difference, ...] = ()
    faults: SchemaFaults = field(default_factory=SchemaFaults)


def merge_schema(schema: Schema, spec: SchemaSpec, expressions: Expressions) -> Merged:
    """Merge spec into a schema. A list that is absent or null in Graph counts as empty."""
    found = Findings()
    directories = merge_directories(schema.get(DIRECTORIES), spec.directories or (), found)
    merge = _Merge(expressions, found)
    rules: object = schema.get(RULES)
    if spec.rules:
        rules = found.merge_named(rules, spec.rules, "spec.schema.rules", merge.merge_rule)
    changed = {**schema, RULES: rules, DIRECTORIES: directories} if found.differences else schema
    faults = SchemaFaults(
        tuple(found.unknown),
        tuple(found.refused),
        tuple(found.not_editable),
        read_only=tuple(found.read_only),
        unknown_attributes=find_unknown_attributes(schema, changed) if found.differences else (),
    )
    return Merged(changed, tuple(found.differences), faults)


def list_expressions(spec: SchemaSpec) -> tuple[str, ...]:
    """Return the expressions of a spec, each once."""
    texts = (mapping.expression for mapping in _list_mappings(spec) if mapping.expression is not None)
    return tuple(dict.fromkeys(texts))


def _list_mappings(spec: SchemaSpec) -> Iterator[AttributeMappingSpec]:
    for rule in spec.rules or ():
        for entry in rule.object_mappings:
            yield from entry.attribute_mappings or ()


class _Merge:
    """One merge. It collects what it finds while it goes down the schema."""

    def __init__(self, expressions: Expressions, findings: Findings) -> None:
        self.findings = findings
        self._expressions = expressions

    def merge_rule(self, stored: Entry, spec: SchemaRuleSpec, path: str) -> Entry:
        """Merge one rule. One that Graph marks as not editable must stay as it is (graph-facts 2)."""
        known = len(self.findings.differences)
        merged = self.findings.merge_named(
            stored.get(OBJECT_MAPPINGS), spec.object_mappings, f"{path}.objectMappings", self.merge_object_mapping
        )
        if stored.get("editable") is False and len(self.findings.differences) > known:
            self.findings.not_editable.append(path)
        return {**stored, OBJECT_MAPPINGS: merged}

    def merge_object_mapping(self, stored: Entry, spec: ObjectMappingSpec, path: str) -> Entry:
        """Merge one object mapping."""
        merged = dict(stored)
        if spec.enabled is not None:
            self.findings.set_member(merged, "enabled", spec.enabled, f"{path}.enabled")
        if spec.flow_types is not None and _read_flags(stored.get("flowTypes")) != frozenset(spec.flow_types):
            flags = ",".join(flag for flag in FlowType if flag in spec.flow_types)
            self.findings.set_member(merged, "flowTypes", flags, f"{path}.flowTypes")
        if spec.scoping_filter is not None:
            self._set_scope(merged, spec.scoping_filter, f"{path}.scopingFilter")
        if spec.attribute_mappings is not None:
            mappings = stored.get(ATTRIBUTE_MAPPINGS)
            entries = list(mappings) if isinstance(mappings, list) else []
            for mapping in spec.attribute_mappings:
                place = f"{path}.attributeMappings[{mapping.target}]"
                entries = self._merge_mapping(entries, mapping, place)
            merged[ATTRIBUTE_MAPPINGS] = entries
        return merged

    def _set_scope(self, merged: Entry, spec: ScopingFilterSpec, path: str) -> None:
        wanted, found = wanted_scope(spec), read_scope(merged.get("scope"))
        if wanted != found:
            self.findings.note(path, write_scope(wanted), write_scope(found))
            merged["scope"] = with_scope(merged.get("scope"), wanted)

    def _merge_mapping(self, entries: list[Any], spec: AttributeMappingSpec, path: str) -> list[Any]:
        if spec.is_absent:
            return self._remove(entries, _find_target(entries, spec.target), path)
        entries = self._remove_repetitions(entries, spec.target, path)
        index = next(iter(_find_target(entries, spec.target)), None)
        source = self._find_source(spec, path)
        if source is None:
            return entries
        stored = {} if index is None else entries[index]
        merged = dict(stored) if stored else {**NEW_MAPPING, "source": None, "targetAttributeName": spec.target}
        if not is_same_source(stored.get("source"), source):
            self.findings.note(path, write_source(source), write_source(stored.get("source")))
            merged["source"] = source
        self._set_members(merged, spec, path, is_new=index is None)
        return [*entries, merged] if index is None else [*entries[:index], merged, *entries[index + 1 :]]

    def _remove_repetitions(self, entries: list[Any], target: str, path: str) -> list[Any]:
        """Leave one mapping of a target: with several, which of them counts would be left to Graph."""
        return self._remove(entries, _find_target(entries, target)[1:], path)

    def _remove(self, entries: list[Any], places: Sequence[int], path: str) -> list[Any]:
        for place in places:
            self.findings.note(path, None, write_source(entries[place].get("source")) or "a mapping without a source")
        return [entry for place, entry in enumerate(entries) if place not in places]

    def _set_members(self, merged: Entry, spec: AttributeMappingSpec, path: str, *, is_new: bool) -> None:
        members = {
            "defaultValue": spec.default_value,
            "flowType": spec.flow and spec.flow.value,
            "matchingPriority": spec.matching_priority,
        }
        for name, value in members.items():
            is_none_either_way = value == "" and not merged.get(name)  # Graph shows no default value as null or as ""
            if value is not None and not is_none_either_way:
                self.findings.set_member(merged, name, value, f"{path}.{_FIELDS[name]}", is_new=is_new)

    def _find_source(self, spec: AttributeMappingSpec, path: str) -> Source | None:
        if spec.attribute is not None:
            return attribute_source(spec.attribute)
        if spec.constant is not None:
            return constant_source(spec.constant)
        parsed = self._expressions.get(spec.expression or "", ParsedExpression(None, "Graph did not read it."))
        if parsed.source is None:
            self.findings.refused.append(RefusedExpression(f"{path}.expression", parsed.error or "no reason given"))
        return parsed.source


_FIELDS = {"defaultValue": "defaultValue", "flowType": "flow", "matchingPriority": "matchingPriority"}
"""What spec calls the members of a mapping."""


def _find_target(entries: Sequence[Any], target: str) -> list[int]:
    """Return the places of the mappings of a target."""
    return [
        place
        for place, entry in enumerate(entries)
        if isinstance(entry, dict) and entry.get("targetAttributeName") == target
    ]


def _read_flags(stored: object) -> frozenset[str]:
    return frozenset(part.strip() for part in stored.split(",")) if isinstance(stored, str) else frozenset()
