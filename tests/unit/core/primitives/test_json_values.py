"""JSON that is never trusted to be well-formed."""

import json

import pytest

from entrasync.core.primitives.json_values import MAX_SHARED_LENGTH, read_entries, share_texts


def test_equal_names_and_short_texts_of_documents_are_one_object() -> None:
    long = "x" * (MAX_SHARED_LENGTH + 1)
    text = json.dumps({"conditions": [{"type": "Ready", "message": long, "observedGeneration": 3, "odd": None}]})
    first, second = share_texts(json.loads(text)), share_texts(json.loads(text))
    assert first == second == json.loads(text)
    [one], [other] = first["conditions"], second["conditions"]
    assert one["type"] is other["type"]
    assert [name is same for name, same in zip(one, other, strict=True)] == [True] * 4
    assert one["message"] is not other["message"]


class TestReadEntries:
    def test_returns_the_objects_of_a_list_in_their_order(self) -> None:
        assert read_entries([{"a": 1}, "text", None, {}, [{}]]) == [{"a": 1}, {}]

    @pytest.mark.parametrize("odd", [None, "text", 5, {"a": {}}])
    def test_returns_none_of_what_is_no_list(self, odd: object) -> None:
        assert read_entries(odd) == []
