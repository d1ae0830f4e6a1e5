"""One constraint of a CRD, with what it accepts, what it refuses, and the message of the refusal."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Overlay = dict[str, Any]
Put = Callable[[Any], Overlay]
"""Puts a value at the place that a constraint guards."""

PASTED = 2000
"""Characters of something that was pasted into the wrong field."""

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


def text(
    place: str, put: Put, words: str, *, accepted: tuple[str, ...], refused: tuple[str, ...] = (), longest: int
) -> Constraint:
    """Constrain a text by a rule. A text that is far too long is refused in the same words."""
    too_long = (longest + 1, max(PASTED, 3 * longest))
    return Constraint(
        guard=f"{place} rule",
        accepted=tuple(map(put, (*accepted, filled(accepted[0], longest)))),
        refused=tuple(map(put, (*refused, *(filled(accepted[0], length) for length in too_long)))),
        message=f"{_named(place)}: {words}",
    )


def filled(text: str, length: int) -> str:
    """Make a text longer by its last character."""
    return text + text[-1] * (length - len(text))


def max_length(place: str, put: Put, length: int) -> Constraint:
    """Constrain the length of a text of a status."""
    message = f"{_shown(place)}: Too long: may not be more than {length}"
    return Constraint(f"{place} maxLength", (put("x" * length),), (put("x" * (length + 1)),), message)


def max_items(place: str, put: Put, count: int, item: Callable[[int], Any]) -> Constraint:
    """Constrain the number of items of a list of a status."""
    message = f"{_shown(place)}: Too many: {count + 1}: must have at most {count} items"
    full, over = ([item(n) for n in range(size)] for size in (count, count + 1))
    return Constraint(f"{place} maxItems", (put(full),), (put(over),), message)


def number(place: str, put: Put, least: int, most: int, words: str) -> Constraint:
    """Constrain a number by a rule."""
    accepted, refused = (least, most), (least - 1, -1, most + 1)
    return Constraint(f"{place} rule", tuple(map(put, accepted)), tuple(map(put, refused)), f"{_named(place)}: {words}")


def size(place: str, put: Put, least: int, most: int, item: Callable[[int], Any], words: str) -> Constraint:
    """Constrain the number of items of a list by a rule."""
    sizes = (least, most), (*range(least), most + 1)
    accepted, refused = (tuple(put([item(n) for n in range(count)]) for count in counts) for counts in sizes)
    return Constraint(f"{place} rule", accepted, refused, f"{_named(place)}: {words}")


def unique_items(place: str, keyword: str, put: Put, one: Any, other: Any) -> Constraint:
    """Constrain a list to hold each item or each key only once."""
    message = f"{_shown(place)}[1]: Duplicate value"
    return Constraint(f"{place} {keyword}", (put([one, other]),), (put([one, one]),), message)


def guid(place: str, put: Put, called: str) -> Constraint:
    """Constrain a field to GUIDs."""
    malformed = ("", "salesforce", GUID.replace("-", ""), GUID[:-1], GUID[:-1] + "g", GUID[:-1] + "\n", " " + GUID[1:])
    pasted = (f"{{{GUID}}}", f"{GUID}\n", f"https://graph.microsoft.com/v1.0/servicePrincipals/{GUID}")
    return Constraint(
        guard=f"{place} rule",
        accepted=(put(GUID), put(GUID.upper())),
        refused=tuple(map(put, (*malformed, *pasted, "0" * PASTED))),
        message=f"{_named(place)}: The {called} is a GUID such as 0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01, without braces,"
        " spaces or a path.",
    )


def object_name(place: str, put: Put) -> Constraint:
    """Constrain a field to names of Kubernetes objects."""
    return text(
        place,
        put,
        "The name of a Kubernetes object is written like contoso-2.",
        accepted=("x", "contoso-2", "a.b-c.d"),
        refused=("", "Capital", "under_score", "-x", "x-", "a..b", ".", "a/b", "a b", "x\n"),
        longest=253,
    )


def data_key(place: str, put: Put) -> Constraint:
    """Constrain a field to keys of a Secret's data."""
    return text(
        place,
        put,
        "A key of a Secret is written like client-secret or tls.crt.",
        accepted=("token", "tls.crt", "A_b-1"),
        refused=("", "a/b", "a b", "é", "x\n"),
        longest=253,
    )


def _named(place: str) -> str:
    return place.removeprefix(".").replace("[]", "")


def _shown(place: str) -> str:
    return place.removeprefix(".").replace("[]", "[0]")
