"""Merges the attributes of `spec.schema.directories` into the objects of a schema's directories (graph-facts 2)."""

from collections.abc import Sequence
from typing import Any

from entrasync.api.schema.directories import AttributeSpec, DirectoryObjectSpec, DirectorySpec
from entrasync.core.primitives.json_values import read_entries, read_text
from entrasync.core.schema.findings import Entry, Findings

ATTRIBUTES = "attributes"

NEW_ATTRIBUTE: Entry = {
    "anchor": False,
    "apiExpressions": [],
    "caseExact": False,
    "defaultValue": None,
    "flowNullValues": False,
    "metadata": [],
    "multivalued": False,
    "mutability": "ReadWrite",
    "name": None,
    "referencedObjects": [],
    "required": False,
    "type": "String",
}
"""The members of an attribute that spec adds, all that the description of the API has (graph-facts 2)."""


def merge_directories(stored: object, specs: Sequence[DirectorySpec], findings: Findings) -> object:
    """Merge specs into the directories of a schema. Returns them as they came if there is nothing to merge."""
    if not specs:
        return stored
    return findings.merge_named(stored, specs, "spec.schema.directories", _Merge(findings).merge_directory)


class _Merge:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings

    def merge_directory(self, stored: Entry, spec: DirectorySpec, path: str) -> Entry:
        """Merge one directory. One that Graph marks as read-only must stay as it is (graph-facts 2)."""
        known = len(self._findings.differences)
        merged = self._findings.merge_named(stored.get("objects"), spec.objects, f"{path}.objects", self.merge_object)
        if stored.get("readOnly") is True and len(self._findings.differences) > known:
            self._findings.read_only.append(path)
        return {**stored, "objects": merged}

    def merge_object(self, stored: Entry, spec: DirectoryObjectSpec, path: str) -> Entry:
        """Merge the attributes of one object."""
        known = stored.get(ATTRIBUTES)
        entries = list(known) if isinstance(known, list) else []
        for attribute in spec.attributes:
            entries = self._merge_attribute(entries, attribute, f"{path}.attributes[{attribute.name}]")
        return {**stored, ATTRIBUTES: entries}

    def _merge_attribute(self, entries: list[Any], spec: AttributeSpec, path: str) -> list[Any]:
        places = [
            place for place, entry in enumerate(entries) if isinstance(entry, dict) and entry.get("name") == spec.name
        ]
        if spec.is_absent:
            for place in places:
                self._findings.note(path, None, read_text(entries[place].get("type")) or "an attribute without a type")
            return [entry for place, entry in enumerate(entries) if place not in places]
        if not places:
            added = {**NEW_ATTRIBUTE, "name": spec.name, **({"type": spec.type.value} if spec.type else {})}
            self._findings.note(path, added["type"], None)
            return [*entries, self._set_members(added, spec, path, is_new=True)]
        merged = self._set_members(entries[places[0]], spec, path, is_new=False)
        return [*entries[: places[0]], merged, *entries[places[0] + 1 :]]

    def _set_members(self, stored: Entry, spec: AttributeSpec, path: str, *, is_new: bool) -> Entry:
        """Set what spec says of an attribute. What it leaves unset stays."""
        merged = dict(stored)
        members = {
            "type": spec.type and spec.type.value,
            "multivalued": spec.multivalued,
            "required": spec.required,
            "caseExact": spec.case_exact,
            "anchor": spec.anchor,
            "mutability": spec.mutability and spec.mutability.value,
        }
        for name, value in members.items():
            if value is not None:
                self._findings.set_member(merged, name, value, f"{path}.{name}", is_new=is_new)
        if spec.referenced_objects is not None:
            self._set_references(merged, spec.referenced_objects, f"{path}.referencedObjects")
        if spec.api_expressions is not None:
            self._set_expressions(merged, spec.api_expressions, f"{path}.apiExpressions")
        return merged

    def _set_references(self, merged: Entry, wanted: Sequence[str], path: str) -> None:
        """Set the kinds of objects that an attribute refers to. An entry of a kind that stays is kept as it is."""
        stored = {entry.get("referencedObjectName"): entry for entry in read_entries(merged.get("referencedObjects"))}
        if set(stored) != set(wanted):
            self._findings.note(path, ", ".join(wanted) or None, ", ".join(map(str, stored)) or None)
            new = {name: {"referencedObjectName": name, "referencedProperty": None} for name in wanted}
            merged["referencedObjects"] = [stored.get(name, entry) for name, entry in new.items()]

    def _set_expressions(self, merged: Entry, wanted: dict[str, str], path: str) -> None:
        stored = {entry.get("key"): entry.get("value") for entry in read_entries(merged.get("apiExpressions"))}
        if stored != wanted:
            self._findings.note(path, _write_pairs(wanted), _write_pairs(stored))
            merged["apiExpressions"] = [{"key": key, "value": value} for key, value in wanted.items()]


def _write_pairs(pairs: dict[Any, Any]) -> str | None:
    return ", ".join(f"{key}: {value}" for key, value in pairs.items()) or None
