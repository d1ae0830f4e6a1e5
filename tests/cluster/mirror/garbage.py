"""The malformed values that Graph might send for a property, and what the mirror must show for each."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.cluster.mirror.properties import PROPERTIES, Path, Property, look_up, mirrored, replaced, without

KEPT = 4 * 1024
"""The number of bytes of a string that the mirror keeps."""

MEGABYTE = "x" * 2**20
ABSENT = object()
"""Stands for a value that Graph leaves out, or that the mirror must leave out."""

Spoil = Callable[[Property, Any], tuple[Any, Any]]
"""Takes a property and its valid value. Returns what Graph sends instead and what the mirror must show."""

WRONG = {"string": 17, "integer": "17", "boolean": "true", "object": [17], "list": {"items": 17}}
NOT_QUITE = {"string": True, "integer": 5.5, "boolean": 1, "object": "{}", "list": "[]"}


def as_text(text: str, shown: str | None = None) -> Spoil:
    """Send a text: valid where a text belongs, of the wrong type elsewhere."""
    return lambda wanted, _: (text, (shown or text) if wanted.json_type == "string" else ABSENT)


def _null_item(wanted: Property, good: Any) -> tuple[Any, Any]:
    return ([None, *good, None], good) if wanted.json_type == "list" else ([None], ABSENT)


def _extra_member(wanted: Property, good: Any) -> tuple[Any, Any]:
    added, shown = {"addedLater": {"deep": [1, None, "x"]}}, {"addedLater": {"deep": [1, "x"]}}
    match wanted.json_type:
        case "object":
            return good | added, good | shown
        case "list":
            return [item | added for item in good], [item | shown for item in good]
        case _:
            return added, ABSENT


class DuplicateKeys(dict[str, Any]):
    """An object that is written with each of its keys twice, the valid value last."""

    def items(self) -> Any:
        """Yield the pairs that json.dumps writes."""
        return [pair for key, value in super().items() for pair in ((key, {"not": ["this"]}), (key, value))]


KINDS: dict[str, Spoil] = {
    "null": lambda _, __: (None, ABSENT),
    "a null item": _null_item,
    "a wrong type": lambda wanted, _: (WRONG[wanted.json_type], ABSENT),
    "nearly the right type": lambda wanted, _: (NOT_QUITE[wanted.json_type], ABSENT),
    "an unknown word": as_text("Unheard-of \u2603"),
    "absent": lambda _, __: (ABSENT, ABSENT),
    "an extra member": _extra_member,
    "a duplicate key": lambda _, good: (good, good),
    "a lone surrogate": as_text("\ud800x", "\ufffdx"),
    "an integer above 64 bits": lambda _, __: (2**63, ABSENT),
    "an integer below 64 bits": lambda _, __: (-(2**63) - 1, ABSENT),
    "the year 1": lambda _, __: ("0001-01-01T00:00:00Z", ABSENT),
    "the year 9999": as_text("9999-12-31T23:59:59.9999999Z"),
    "a fraction of seven digits": as_text("2026-03-04T05:06:07.1234567Z"),
    "a string of 1 MB": as_text(MEGABYTE, MEGABYTE[:KEPT]),  # last, because it slows down the kinds after it
}


MAX_PROPERTIES_OF_OBJECT = 4
MAX_PROPERTIES_OF_JOB = 12  # at 1 MB each, this stays below the longest answer that the operator reads


def _groups() -> list[list[Property]]:
    """Divide all properties so that none is nested in another of its group, and most of each object stays valid."""
    groups: list[list[Property]] = []
    for wanted in PROPERTIES:
        for group in groups:
            siblings = [other for other in group if other.path[:-1] == wanted.path[:-1]]
            has_room = len(siblings) < MAX_PROPERTIES_OF_OBJECT and len(group) < MAX_PROPERTIES_OF_JOB
            if has_room and not any(_is_within(wanted.path, other.path) for other in group):
                group.append(wanted)
                break
        else:
            groups.append([wanted])
    return groups


def _is_within(one: Path, other: Path) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return longer[: len(shorter)] == shorter


GROUPS = _groups()


@dataclass(frozen=True)
class Spoiled:
    """A job with some malformed properties, as Graph sends it, and the mirror that the resource must show."""

    raw: bytes
    shown: dict[str, Any]


def spoil(kind: str, properties: Iterable[Property], good: dict[str, Any]) -> Spoiled:
    """Replace properties of a valid job by malformed values of one kind."""
    sent, shown = good, {"synchronizationStatus": {}} | _mirror(good)
    for wanted in properties:
        instead, expected = KINDS[kind](wanted, look_up(good, wanted.path))
        sent = without(sent, wanted.path) if instead is ABSENT else replaced(sent, wanted.path, instead)
        place = mirrored(wanted.path)
        if expected is not ABSENT:
            shown = replaced(shown, place, expected)
        elif place == ("synchronizationStatus",):
            shown = {**shown, "synchronizationStatus": {}}
        else:
            shown = without(shown, place)
    if kind == "a duplicate key":
        sent = _with_duplicates(sent, [wanted.path for wanted in properties])
    return Spoiled(json.dumps(sent).encode(), shown)


def _mirror(job: dict[str, Any]) -> dict[str, Any]:
    return {
        "job": {name: value for name, value in job.items() if name != "status"},
        "synchronizationStatus": job["status"],
    }


def _with_duplicates(job: dict[str, Any], paths: list[Path]) -> dict[str, Any]:
    for path in paths:
        parent = look_up(job, path[:-1])
        if path[:-1]:
            job = replaced(job, path[:-1], DuplicateKeys(parent))
    return job
