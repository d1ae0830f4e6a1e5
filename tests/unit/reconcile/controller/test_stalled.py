"""How soon a stalled resource is reconciled again."""

from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Stalled
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.facts import (
    minutes,
)
from tests.support.reconciler_harness import ReconcilerHarness


def rounded(outcome: Outcome) -> int:
    assert outcome.look_again is not None
    return round(outcome.look_again.total_seconds())


class TestAPersonsTurn:
    async def test_is_looked_at_again_after_five_minutes_however_rare_the_polls(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder(poll_interval=timedelta(hours=24), template_id="other")
        assert rounded(await harness.run(key)) == 300
        assert harness.condition(key, "Stalled") == ("True", "TemplateChanged")

    async def test_that_cannot_be_seen_is_looked_at_as_soon(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(poll_interval=timedelta(hours=24))
        harness.graph.fail("list_jobs", Stalled(Reason.CREDENTIAL_REFUSED, "Wrong secret."))
        assert rounded(await harness.run(key)) == 300

    async def test_keeps_a_poll_interval_that_is_shorter(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(poll_interval=minutes(1), template_id="other")
        assert rounded(await harness.run(key)) == 60
