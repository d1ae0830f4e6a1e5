"""Two resources with spec.application on one service principal."""

from dataclasses import replace

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Stall
from entrasync.core.plan import plan
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.application_facts import application_facts, sent_values
from tests.support.facts import (
    NOW,
    ago,
    claim,
    minutes,
)


class TestSecondResource:
    CLAIM = claim("older", has_application=True, created_at=ago(minutes(10_000)))

    def test_a_younger_second_resource_reports_a_conflict_and_sends_nothing(self) -> None:
        verdict = plan(application_facts(stored={}, others={"claims": (self.CLAIM,)}))
        assert isinstance(verdict, Stall)
        assert verdict.reason is Reason.CONFLICT
        assert "SynchronizationJob identity/older carries spec.application" in verdict.message

    def test_an_older_second_resource_goes_on(self) -> None:
        younger = replace(self.CLAIM, created_at=NOW)
        assert sent_values(plan(application_facts(stored={}, others={"claims": (younger,)})))

    def test_a_second_resource_without_an_application_is_no_conflict(self) -> None:
        known = application_facts(stored={}, others={"claims": (replace(self.CLAIM, has_application=False),)})
        assert sent_values(plan(known))

    def test_a_second_resource_of_the_same_age_is_decided_by_its_name(self) -> None:
        twin = replace(self.CLAIM, key=ObjectKey("a", "first"), created_at=application_facts().resource.created_at)
        assert isinstance(plan(application_facts(stored={}, others={"claims": (twin,)})), Stall)
