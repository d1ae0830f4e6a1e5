"""JSON that is never trusted to be well-formed."""

import json

from entrasync.core.primitives.json_values import MAX_SHARED_LENGTH, share_texts


def test_equal_names_and_short_texts_of_documents_are_one_object() -> None:
    long = "x" * (MAX_SHARED_LENGTH + 1)
    text = json.dumps({"conditions": [{"type": "Ready", "message": long, "observedGeneration": 3, "odd": None}]})
    first, second = share_texts(json.loads(text)), share_texts(json.loads(text))
    assert first == second == json.loads(text)
    [one], [other] = first["conditions"], second["conditions"]
    assert one["type"] is other["type"]
    assert [name is same for name, same in zip(one, other, strict=True)] == [True] * 4
    assert one["message"] is not other["message"]
