"""What holds for every rule of the plan."""

import importlib
import inspect
from types import ModuleType

import pytest

from entrasync.core.deletion import DELETION_RULES
from entrasync.core.plan import OBSERVE_ONLY_RULES, RULES, Rule, plan
from tests.support.facts import (
    facts,
    holder,
    remote_job,
)
from tests.support.rule_cases import DECIDED_BY, DECIDED_FOR_OBSERVERS_BY


class TestRules:
    @pytest.mark.parametrize("rule", [*RULES, *OBSERVE_ONLY_RULES, *DELETION_RULES], ids=lambda rule: rule.__name__)
    def test_each_rule_says_what_it_finds(self, rule: object) -> None:
        doc = rule.__doc__ or ""
        assert doc.startswith(("Find ", "Delete ")), "a rule is named by the fault it finds"
        assert getattr(rule, "__module__", "").startswith("entrasync.core.")

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
    def test_each_rule_decides_a_case_of_its_own(self, rule: Rule) -> None:
        """A rule that is hidden behind earlier ones would be dead, and one without a case untested."""
        assert rule in DECIDED_BY, "add a row to tests/support/rule_cases.py"
        assert next(asked for asked in RULES if asked(DECIDED_BY[rule]) is not None) is rule

    @pytest.mark.parametrize("rule", OBSERVE_ONLY_RULES, ids=lambda rule: rule.__name__)
    def test_each_rule_for_observers_decides_a_case_of_its_own(self, rule: Rule) -> None:
        case = DECIDED_FOR_OBSERVERS_BY[rule]
        assert next(asked for asked in OBSERVE_ONLY_RULES if asked(case) is not None) is rule

    def test_no_rule_finds_anything_where_all_is_as_wanted(self) -> None:
        assert plan(facts(holder(), remote_job())) is None

    def test_no_rule_is_listed_twice(self) -> None:
        assert len(set(RULES)) == len(RULES)
        assert len(set(OBSERVE_ONLY_RULES)) == len(OBSERVE_ONLY_RULES)
        assert len(set(DELETION_RULES)) == len(DELETION_RULES)

    def test_every_rule_of_a_feature_is_in_an_order(self) -> None:
        """A rule that no order lists would never be asked."""
        listed = {*RULES, *OBSERVE_ONLY_RULES, *DELETION_RULES}
        modules = [importlib.import_module(name) for name in sorted({rule.__module__ for rule in listed})]
        written = {found for module in modules for found in vars(module).values() if is_rule(found, module)}
        assert {rule.__name__ for rule in written - listed} == set(), "add the rule's line in core/plan.py"


def is_rule(found: object, module: ModuleType) -> bool:
    """Whether something is a public function of this module, of facts alone, that says which fault it finds."""
    if not inspect.isfunction(found) or found.__module__ != module.__name__ or found.__name__.startswith("_"):
        return False
    return list(inspect.signature(found).parameters) == ["facts"] and (found.__doc__ or "").startswith("Find ")
