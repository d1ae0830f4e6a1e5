"""Every action has a handler and describes itself."""

from dataclasses import fields

import pytest

from entrasync.core.decision.action import Action
from tests.support.actions import action_classes
from tests.support.reconciler_harness import ReconcilerHarness

ACTIONS = sorted(action_classes(), key=lambda kind: kind.__name__)


def test_each_action_class_has_a_handler_and_each_handler_an_action_class() -> None:
    assert set(ReconcilerHarness().handlers()) == set(ACTIONS)


@pytest.mark.parametrize("kind", ACTIONS, ids=lambda kind: kind.__name__)
def test_each_action_class_lives_with_its_feature_and_describes_itself(kind: type[Action]) -> None:
    assert kind.__module__.startswith("entrasync.core.")
    assert kind.__module__.endswith(".actions")
    assert "describe" in vars(kind)
    assert hasattr(kind, "target"), "set `target` to Graph, Kubernetes or None: what the action writes to"
    assert {field.name for field in fields(kind)}.isdisjoint({"target", "drift"})
