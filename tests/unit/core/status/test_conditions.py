"""How conditions are merged into those that are stored."""

from typing import Any

import pytest

from entrasync.api.conditions import ConditionType
from entrasync.core.decision.condition import Condition, merge_conditions


class TestTransitions:
    def entry(self, before: list[dict[str, Any]], status: Any, reason: str, now: str) -> dict[str, Any]:
        wanted = [Condition(ConditionType.READY, status, reason, "x")]
        return merge_conditions(before, wanted, generation=2, now=now)[0]

    def test_the_transition_time_changes_only_with_the_status(self) -> None:
        first = self.entry([], "False", "A", "t1")
        second = self.entry([first], "False", "B", "t2")
        third = self.entry([second], "True", "B", "t3")
        assert [entry["lastTransitionTime"] for entry in (first, second, third)] == ["t1", "t1", "t3"]
        assert (second["reason"], second["observedGeneration"]) == ("B", 2)

    @pytest.mark.parametrize("stored", [None, "x", [7], [{}], [{"type": ["Ready"]}], [{"type": "Ready", "status": []}]])
    def test_malformed_stored_conditions_are_ignored(self, stored: Any) -> None:
        assert merge_conditions(stored, [], generation=1, now="t") == []
        assert Condition.read_all({"conditions": stored}) == []

    def test_messages_are_cut_and_made_valid(self) -> None:
        wanted = [Condition(ConditionType.READY, "True", "A", "\ud800" + "x" * 5000)]
        message = merge_conditions([], wanted, generation=1, now="t")[0]["message"]
        assert len(message.encode()) < 3000
