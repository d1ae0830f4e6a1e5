"""A merge patch says exactly what differs."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.primitives.merge_patch import merge_patch

SCALARS = st.booleans() | st.integers(-5, 5) | st.floats(-2, 2, allow_nan=False) | st.text(max_size=3)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=1), inner, max_size=3)
)
OBJECTS = st.dictionaries(st.text("abc", max_size=1), VALUES, max_size=3)


def apply(target: Any, patch: Any) -> Any:
    """RFC 7386, as the API server does it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = apply(result.get(name), value)
    return result


@given(OBJECTS, OBJECTS)
def test_a_merge_patch_turns_the_stored_object_into_the_wanted_one(
    stored: dict[str, Any], wanted: dict[str, Any]
) -> None:
    reached = apply(stored, merge_patch(stored, wanted))
    assert reached == wanted
    assert merge_patch(reached, wanted) == {}


@given(OBJECTS)
def test_a_merge_patch_is_empty_where_nothing_differs(stored: dict[str, Any]) -> None:
    assert merge_patch(stored, stored) == {}


@pytest.mark.parametrize(
    ("why", "stored", "wanted", "patch"),
    [
        ("a member that vanished is removed", {"a": 1, "b": 2}, {"b": 2}, {"a": None}),
        ("a nested member that vanished is removed", {"a": {"b": 1, "c": 2}}, {"a": {"c": 2}}, {"a": {"b": None}}),
        ("true is not 1", {"a": 1}, {"a": True}, {"a": True}),
        ("true is not 1 in a list", {"a": [{"b": 0}]}, {"a": [{"b": False}]}, {"a": [{"b": False}]}),
        ("1.0 is 1, as the API server stores it", {"a": 1}, {"a": 1.0}, {}),
        ("lists are replaced whole", {"a": [1, 2]}, {"a": [1]}, {"a": [1]}),
        ("an empty object is something", {}, {"a": {}}, {"a": {}}),
    ],
)
def test_a_merge_patch_has_only_what_differs(
    why: str, stored: dict[str, Any], wanted: dict[str, Any], patch: dict[str, Any]
) -> None:
    found = merge_patch(stored, wanted)
    assert repr(found) == repr(patch), why
