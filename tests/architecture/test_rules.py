"""What holds for every rule of the plan."""

import importlib
import inspect
import pkgutil
import typing
from types import FunctionType

import pytest

import entrasync.core
from entrasync.core.decision.verdicts import Do, Retry, Stall, Wait
from entrasync.core.deletion import DELETION_RULES, plan_deletion
from entrasync.core.plan import OBSERVE_ONLY_RULES, RULES, Rule, plan, plan_job, plan_work
from entrasync.core.provisioning.rules import RULES as REQUEST_RULES
from entrasync.core.provisioning.rules import find_obstacle
from tests.support.facts import (
    facts,
    holder,
    remote_job,
)
from tests.support.rule_cases import DECIDED_BY, DECIDED_FOR_OBSERVERS_BY


class TestRules:
    @pytest.mark.parametrize(
        "rule", [*RULES, *OBSERVE_ONLY_RULES, *DELETION_RULES, *REQUEST_RULES], ids=lambda rule: rule.__name__
    )
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
        assert rule in DECIDED_FOR_OBSERVERS_BY, "add a row to tests/support/rule_cases.py"
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
        listed: set[object] = {*RULES, *OBSERVE_ONLY_RULES, *DELETION_RULES, *REQUEST_RULES}
        written = {found for found in public_functions_of_core() if may_find_a_fault(found)}
        asking = {plan, plan_job, plan_work, plan_deletion, find_obstacle}
        assert written - asking == listed, "add the rule's line to the order of its kind, such as core/plan.py"


def public_functions_of_core() -> list[FunctionType]:
    names = [found.name for found in pkgutil.walk_packages(entrasync.core.__path__, "entrasync.core.")]
    modules = [importlib.import_module(name) for name in names]
    return [
        found
        for module in modules
        for found in vars(module).values()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and not found.__name__.startswith("_")
    ]


def may_find_a_fault(function: FunctionType) -> bool:
    """Whether a function of facts alone returns a verdict, or None if all is well."""
    if list(inspect.signature(function).parameters) != ["facts"]:
        return False
    returned = set(typing.get_args(typing.get_type_hints(function)["return"]))
    return type(None) in returned and not returned.isdisjoint({Do, Stall, Wait, Retry})
