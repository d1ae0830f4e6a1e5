"""Compares a schema that Graph shows with a whole one that spec wants: what differs, by the names of its parts."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.primitives.quotes import shorten
from entrasync.core.remote.schema import ENTRY_NAMES, RULES, is_same_source
from entrasync.core.remote.schema import write_source as describe_source
from entrasync.core.schema.scoping import read_scope, write_scope

MAX_DIFFERENCES = 500
"""More are told as one, which stands for them all: a directory may have thousands of attributes."""

MAX_TEXT_LENGTH = 256
"""A longer value is cut, and told apart by what stands for the whole."""

_SPOKEN = {RULES: "rules"}
"""What spec calls a list."""


def compare_schemas(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Compare two schemas. A member that is null is one that is not there, and so is an empty list."""
    found = _compare_members(shown, wanted, "spec.schema")
    differences = list(islice(found, MAX_DIFFERENCES))
    if rest := [[entry.field, entry.wanted, entry.found] for entry in found]:
        words = f"{len(rest)} more differences ({_digest(rest)})"
        differences.append(Difference("spec.schema", words, None))
    return tuple(differences)


def _compare_members(shown: Mapping[str, Any], wanted: Mapping[str, Any], path: str) -> Iterator[Difference]:
    for name in dict.fromkeys([*wanted, *shown]):
        yield from _compare(name, shown.get(name), wanted.get(name), f"{path}.{_SPOKEN.get(name, name)}")


def _compare(name: str, shown: object, wanted: object, path: str) -> Iterator[Difference]:
    if is_same_value(shown, wanted):
        return
    if name == "source" and is_same_source(shown, wanted):
        return
    if name in ENTRY_NAMES and _has_names(shown, ENTRY_NAMES[name]) and _has_names(wanted, ENTRY_NAMES[name]):
        yield from _compare_entries(shown or [], wanted or [], ENTRY_NAMES[name], path)
    elif isinstance(shown, dict) and isinstance(wanted, dict) and name not in {"source", "scope"}:
        yield from _compare_members(shown, wanted, path)
    else:
        yield _difference(name, shown, wanted, path)


def is_same_value(one: object, other: object) -> bool:
    """Whether two values of JSON are the same. Null, an empty list and a missing member are."""
    if isinstance(one, dict) and isinstance(other, dict):
        return all(is_same_value(one.get(name), other.get(name)) for name in {*one, *other})
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same_value, one, other))
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return one == other or (one in (None, []) and other in (None, []))


def _has_names(value: object, key: str) -> bool:
    """Whether each entry of a list has a name. A list that is not there has no entry."""
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(item, dict) and isinstance(item.get(key), str) for item in value)


def _compare_entries(shown: Any, wanted: Any, key: str, path: str) -> Iterator[Difference]:
    """Compare the entries of two lists by their names, and those of the same name by their order."""
    known, asked = _by_name(shown, key), _by_name(wanted, key)
    for name in dict.fromkeys([*asked, *known]):
        place = f"{path}[{name[0]}]"
        before, after = known.get(name), asked.get(name)
        if before is None or after is None:
            yield _difference("", before, after, place)
        else:
            yield from _compare_members(before, after, place)


def _by_name(entries: Any, key: str) -> dict[tuple[str, int], dict[str, Any]]:
    counts: Counter[str] = Counter()
    found = {}
    for entry in entries:
        counts[entry[key]] += 1
        found[entry[key], counts[entry[key]]] = entry
    return found


def _difference(name: str, shown: object, wanted: object, path: str) -> Difference:
    texts = _write(name, wanted), _write(name, shown)
    if texts[0] == texts[1]:
        texts = _write("", wanted), _write("", shown)
    return Difference(path, *texts)


def _write(name: str, value: object) -> str | None:
    """Write a value as people read it, or as JSON. One that is cut ends with what stands for the whole."""
    if value is None:
        return None
    text = _speak(name, value)
    return text if len(text) <= MAX_TEXT_LENGTH else f"{shorten(text, MAX_TEXT_LENGTH)} ({_digest(value)})"


def _speak(name: str, value: object) -> str:
    if name == "source" and (text := describe_source(value)):
        return text
    if name == "scope":
        return write_scope(read_scope(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _digest(value: object) -> str:
    return f"sha256:{hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]}"
