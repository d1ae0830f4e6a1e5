"""Replaces the schema that Graph shows by a whole one: an exported schema, or that of the template."""

from collections.abc import Callable
from typing import Any

from entrasync.core.primitives.json_values import read_entries, read_text
from entrasync.core.remote.schema import DIRECTORIES, RULES, Schema, writable
from entrasync.core.schema.comparison import compare_schemas
from entrasync.core.schema.merge import Merged

SERVER_OWNED = ("id", "version")
"""Members of a schema that only Graph decides (graph-facts 5.2)."""

DISCOVERED = ("id", "version", "discoveryDateTime")
"""Members of a directory that say when its attributes were discovered, and that only Graph decides (graph-facts 2)."""


def replace_schema(shown: Schema, document: Schema) -> Merged:
    """Return the schema of a document as it can be written to a job, and what differs.

    What only Graph decides stays as Graph shows it, and so do its rules that are marked as not editable and its
    directories that are read-only: a document may be older than they are.
    """
    written = writable(document)
    owned = {name: shown[name] for name in SERVER_OWNED if name in shown}
    parts = {
        RULES: _replace_entries(shown.get(RULES), written.get(RULES), _is_locked_rule),
        DIRECTORIES: _replace_entries(shown.get(DIRECTORIES), written.get(DIRECTORIES), _is_read_only),
    }
    parts[DIRECTORIES] = _with_discovery(shown.get(DIRECTORIES), parts[DIRECTORIES])
    wanted = {**owned, **written, **owned, **parts}
    return Merged(wanted, compare_schemas(writable(shown), wanted))


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


def _with_discovery(shown: object, directories: list[Any]) -> list[Any]:
    known = {_read_name(directory): directory for directory in read_entries(shown)}
    return [_with_members_of(known.get(_read_name(directory), {}), directory) for directory in directories]


def _with_members_of(known: dict[str, Any], directory: dict[str, Any]) -> dict[str, Any]:
    return {**directory, **{name: known[name] for name in DISCOVERED if name in known}}
