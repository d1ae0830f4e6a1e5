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
def test_an_override_changes_what_is_told_and_not_what_is(override: Override, result: object) -> None:
    truth = {"id": "1", "status": {"code": "A", "quarantine": None}}
    assert apply_override(truth, override) == result
    assert truth == {"id": "1", "status": {"code": "A", "quarantine": None}}
