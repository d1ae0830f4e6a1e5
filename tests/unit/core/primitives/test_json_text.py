"""Large JSON is written in pieces, to the same text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrasync.core.primitives.json_text import write_large_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


class TestLargeJson:
    @given(VALUES)
    def test_is_what_the_standard_library_writes_without_spaces(self, value: Any) -> None:
        assert write_large_json(value) == json.dumps(value, separators=(",", ":"))

    @pytest.mark.parametrize("depth", [0, 1, 2])
    def test_is_the_same_however_deep_it_is_taken_apart(self, depth: int) -> None:
        value = {"a": [{"b": {"ü": [1, None]}}], "c": []}
        written = write_large_json(value, ensure_ascii=False, depth=depth)
        assert written == '{"a":[{"b":{"ü":[1,null]}}],"c":[]}'
