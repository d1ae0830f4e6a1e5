"""Replaces the schema that Graph shows by a whole one: an exported schema, or that of the template."""

from collections.abc import Callable, Sequence
from typing import Any

from entrasync.core.facts.schema_seen import SchemaFaults
from entrasync.core.primitives.json_values import read_entries, read_text
from entrasync.core.remote.schema import DIRECTORIES, RULES, Schema, writable
from entrasync.core.schema.attributes import find_unknown_attributes
from entrasync.core.schema.comparison import compare_schemas
from entrasync.core.schema.merge import Merged

SERVER_OWNED = ("id", "version")
"""Members of a schema that only Graph decides (graph-facts 5.2)."""

RULE_OWNED = ("id",)
"""Members of a rule that its template decides (graph-facts 2)."""

DISCOVERED = ("id", "version", "discoveryDateTime")
"""Members of a directory that say when its attributes were discovered, and that only Graph decides (graph-facts 2)."""


def replace_schema(shown: Schema, document: Schema, *, is_of_template: bool = False) -> Merged:
    """Return the schema of a document as it can be written to a job, and what differs.

    Attributes that no directory has are a fault as in a merge, but for the schema of a template, which is Graph's own.
    What only Graph decides stays as Graph shows it, and so do its rules that are marked as not editable and its
    directories that are read-only: a document may be older than they are.
    """
    written = writable(document)
    owned = {name: shown[name] for name in SERVER_OWNED if name in shown}
    parts = {
        RULES: _replace_entries(shown.get(RULES), written.get(RULES), _is_locked_rule),
        DIRECTORIES: _replace_entries(shown.get(DIRECTORIES), written.get(DIRECTORIES), _is_read_only),
    }
    parts[RULES] = _with_members(shown.get(RULES), parts[RULES], RULE_OWNED)
    parts[DIRECTORIES] = _with_members(shown.get(DIRECTORIES), parts[DIRECTORIES], DISCOVERED)
    wanted = {**owned, **written, **owned, **parts}
    differences = compare_schemas(writable(shown), wanted)
    unknown = find_unknown_attributes(shown, wanted) if differences and not is_of_template else ()
    return Merged(wanted, differences, SchemaFaults(unknown_attributes=unknown))


def _is_locked_rule(rule: dict[str, Any]) -> bool:
    return rule.get("editable") is False


def _is_read_only(directory: dict[str, Any]) -> bool:
    return directory.get("readOnly") is True


def _replace_entries(shown: object, wanted: object, is_locked: Callable[[dict[str, Any]], bool]) -> list[Any]:
    """Return the wanted entries, but those of Graph that are locked in place of theirs and after them."""
    locked = {_read_name(entry): entry for entry in read_entries(shown) if is_locked(entry)}
    entries = [locked.pop(_read_name(entry), entry) for entry in read_entries(wanted)]
    return [*entries, *locked.values()]


def _read_name(entry: dict[str, Any]) -> str | None:
    return read_text(entry.get("name"))


def _with_members(shown: object, entries: list[Any], owned: Sequence[str]) -> list[Any]:
    """Return the entries with those members of Graph's entries of the same names that only Graph decides."""
    known = {_read_name(entry): entry for entry in read_entries(shown)}
    kept = [known.get(_read_name(entry), {}) for entry in entries]
    return [
        {**entry, **{name: stored[name] for name in owned if name in stored}}
        for entry, stored in zip(entries, kept, strict=True)
    ]
