"""One constraint of a CRD, with what it accepts, what it refuses, and the message of the refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Overlay = dict[str, Any]
Put = Callable[[Any], Overlay]
"""Puts a value at the place that a constraint guards."""

GUID = "c41f0a7d-2e95-4d38-b1c6-8e5d7f4a9b03"


@dataclass(frozen=True)
class Constraint:
    """One constraint. Overlays are merged into the smallest valid object; None removes a member."""

    guard: str
    """Path in the schema and keyword, as `constraints_of` names them."""
    accepted: tuple[Overlay, ...]
    refused: tuple[Overlay, ...]
    message: str
    """Part of the message of the refusal. For a rule, part of the rule's own message."""
    before: Overlay | None = None
    """The overlay that is stored first, for constraints on a change."""


def spec(**members: Any) -> Overlay:
    return {"spec": members}


def status(**members: Any) -> Overlay:
    return {"status": members}


def required(place: str, member: str, whole: Overlay, without: Overlay) -> Constraint:
    """Constrain an object to have a member."""
    return Constraint(f"{place} required {member}", (whole,), (without,), f"{_shown(place)}.{member}: Required value")


def one_of(place: str, put: Put, *values: str) -> Constraint:
    """Constrain a field to a closed list of values. Unset is one of the accepted cases."""
    return Constraint(
        guard=f"{place} enum",
        accepted=({}, *map(put, values)),
        refused=tuple(put(odd) for odd in ("", values[0].swapcase(), "Unheard")),
        message=f"{_shown(place)}: Unsupported value",
    )


def pattern(place: str, put: Put, *, accepted: tuple[str, ...], refused: tuple[str, ...]) -> Constraint:
    """Constrain a text to a pattern."""
    message = f"{_shown(place)} in body should match"
    return Constraint(f"{place} pattern", tuple(map(put, accepted)), tuple(map(put, refused)), message)


def max_length(place: str, put: Put, length: int, *, fill: str = "x") -> Constraint:
    """Constrain the length of a text."""
    message = f"{_shown(place)}: Too long: may not be more than {length}"
    return Constraint(f"{place} maxLength", (put(fill * length),), (put(fill * length + fill),), message)


def max_items(place: str, put: Put, count: int, item: Callable[[int], Any]) -> Constraint:
    """Constrain the number of items of a list."""
    message = f"{_shown(place)}: Too many: {count + 1}: must have at most {count} items"
    full, over = ([item(n) for n in range(size)] for size in (count, count + 1))
    return Constraint(f"{place} maxItems", (put(full),), (put(over),), message)


def unique_items(place: str, keyword: str, put: Put, one: Any, other: Any) -> Constraint:
    """Constrain a list to hold each item or each key only once."""
    message = f"{_shown(place)}[1]: Duplicate value"
    return Constraint(f"{place} {keyword}", (put([one, other]),), (put([one, one]),), message)


def guid(place: str, put: Put) -> tuple[Constraint, ...]:
    """Constrain a field to GUIDs."""
    malformed = ("", "salesforce", GUID.replace("-", ""), GUID[:-1], GUID[:-1] + "g", GUID[:-1] + "\n", " " + GUID[1:])
    return (
        pattern(place, put, accepted=(GUID, GUID.upper()), refused=malformed),
        Constraint(
            guard=f"{place} maxLength",
            accepted=(put(GUID),),
            refused=tuple(put(text) for text in (f"{{{GUID}}}", f"{GUID}\n")),
            message=f"{_shown(place)}: Too long: may not be more than 36",
        ),
    )


def object_name(place: str, put: Put) -> tuple[Constraint, ...]:
    """Constrain a field to names of Kubernetes objects."""
    malformed = ("", "Capital", "under_score", "-x", "x-", "a..b", ".", "a/b", "a b", "x\n")
    return (
        pattern(place, put, accepted=("x", "contoso-2", "a.b-c.d"), refused=malformed),
        max_length(place, put, 253),
    )


def data_key(place: str, put: Put) -> tuple[Constraint, ...]:
    """Constrain a field to keys of a Secret's data."""
    return (
        pattern(place, put, accepted=("token", "tls.crt", "A_b-1"), refused=("", "a/b", "a b", "é", "x\n")),
        max_length(place, put, 253),
    )


def _shown(place: str) -> str:
    return place.removeprefix(".").replace("[]", "[0]")
