"""What holds for every rule of the plan."""

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
