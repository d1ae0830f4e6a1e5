"""What is wrong with a field, in the words of the API server."""

import json
from dataclasses import dataclass
from typing import Any

from kubectl_entrasync.manifests.yaml_documents import Step


@dataclass(frozen=True)
class Place:
    """The place of a field: its path, and the same as the API server writes it."""

    path: tuple[Step, ...] = ()
    text: str = ""

    def member(self, name: str) -> "Place":
        """Return the place of a member of an object."""
        return Place((*self.path, name), f"{self.text}.{name}" if self.text else name)

    def item(self, number: int) -> "Place":
        """Return the place of an item of a list."""
        return Place((*self.path, number), f"{self.text}[{number}]")


@dataclass(frozen=True)
class Fault:
    """One fault of an object."""

    place: Place
    detail: str
    """What the API server says after the name of the field."""
    words: str
    """The same for people: with the name of the field, and without its value."""
    hides_rules: bool = False
    """Whether the API server runs no CEL rule while there is such a fault."""

    @property
    def message(self) -> str:
        """The fault as the API server writes it."""
        return f"{self.place.text}: {self.detail}"


def invalid(place: Place, value: Any, words: str, *, hides_rules: bool = False) -> Fault:
    """Return the fault of a value that is not valid. Objects and lists are not shown."""
    shown = "" if isinstance(value, dict | list) else f"{quote(value)}: "
    own = place.text.partition("[")[0]  # our own rules begin with the field, without the places in lists
    told = words if words.startswith(own) else f"{place.text}: {words}"
    return Fault(place, f"Invalid value: {shown}{words}", told, hides_rules)


def plain(place: Place, detail: str, *, hides_rules: bool = False) -> Fault:
    """Return a fault whose words are the same for people."""
    return Fault(place, detail, f"{place.text}: {detail}", hides_rules)


def quote(value: Any) -> str:
    """Write a value as the API server does."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
