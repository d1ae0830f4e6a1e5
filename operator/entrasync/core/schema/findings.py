"""What a merge finds while it goes down a schema: what differs, and what stands in the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from entrasync.core.decision.action import Difference
from entrasync.core.facts.schema_seen import RefusedExpression, UnknownPart

Entry = dict[str, Any]
"""An object of a schema, such as a rule."""


@dataclass
class Findings:
    """The findings of one merge, and the two steps that every part of it takes."""

    differences: list[Difference] = field(default_factory=list)
    unknown: list[UnknownPart] = field(default_factory=list)
    refused: list[RefusedExpression] = field(default_factory=list)
    not_editable: list[str] = field(default_factory=list)
    read_only: list[str] = field(default_factory=list)

    def merge_named(
        self, stored: object, specs: Sequence[Any], path: str, merge: Callable[[Entry, Any, str], Entry]
    ) -> list[Any]:
        """Merge each spec into the entry of its name. An entry without a spec stays as it is."""
        entries = list(stored) if isinstance(stored, list) else []
        names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
        for spec in specs:
            place = f"{path}[{spec.name}]"
            if spec.name not in names:
                known = tuple(name for name in names if isinstance(name, str))
                self.unknown.append(UnknownPart(place, known))
                continue
            index = names.index(spec.name)
            entries[index] = merge(entries[index], spec, place)
        return entries

    def set_member(self, entry: Entry, name: str, value: object, path: str, *, is_new: bool = False) -> None:
        """Set a member of an entry, and note it where that changes something."""
        found = entry.get(name)
        if found != value or isinstance(found, bool) != isinstance(value, bool):
            self.note(path, _write(value), None if is_new else _write(found))
            entry[name] = value

    def note(self, path: str, wanted: str | None, found: str | None) -> None:
        """Note one difference."""
        self.differences.append(Difference(path, wanted, found))


def _write(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
