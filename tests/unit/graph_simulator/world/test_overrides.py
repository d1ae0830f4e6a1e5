"""Checks how overrides change what Graph answers about a job."""

import pytest

from graph_simulator.world.overrides import Override, apply_override


@pytest.mark.parametrize(
    ("override", "result"),
    [
        (Override(set={"status.code": 5}), {"id": "1", "status": {"code": 5, "quarantine": None}}),
        (
            Override(set={"status.quarantine.reason": "New"}),
            {"id": "1", "status": {"code": "A", "quarantine": {"reason": "New"}}},
        ),
        (
            Override(merge={"status": {"future": {"a": 1}}}),
            {"id": "1", "status": {"code": "A", "quarantine": None, "future": {"a": 1}}},
        ),
        (Override(remove=("status.code", "nothing.there")), {"id": "1", "status": {"quarantine": None}, "nothing": {}}),
    ],
    ids=["set", "set below null", "merge", "remove"],
)
def test_an_override_changes_the_answer_and_not_the_job(override: Override, result: object) -> None:
    original = {"id": "1", "status": {"code": "A", "quarantine": None}}
    assert apply_override(original, override) == result
    assert original == {"id": "1", "status": {"code": "A", "quarantine": None}}
