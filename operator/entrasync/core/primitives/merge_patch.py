"""JSON merge patches (RFC 7386): the difference between what is stored and what is wanted.

Members to be removed are explicit nulls. Both sides are parsed JSON, so each object in them is a dict.
"""

from collections.abc import Mapping
from typing import Any


def merge_patch(stored: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Build the merge patch that turns `stored` into `wanted`; empty when they are equal. Lists are replaced whole."""
    patch: dict[str, Any] = {name: None for name in stored if name not in wanted}
    for name, value in wanted.items():
        before = stored.get(name)
        if isinstance(before, dict) and isinstance(value, dict):
            if inner := merge_patch(before, value):
                patch[name] = inner
        elif name not in stored or not is_same_json(before, value):
            patch[name] = value
    return patch


def is_same_json(one: object, other: object) -> bool:
    """Compare as JSON does: `true` is not `1`."""
    if one is other:
        return True
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same_json, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same_json(one[name], other[name]) for name in one)
    return one == other and isinstance(one, bool) == isinstance(other, bool)
