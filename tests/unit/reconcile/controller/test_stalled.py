"""How soon a stalled resource is reconciled again."""

from datetime import timedelta

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.reconcile.engine.outcome import Outcome
from tests.support.facts import (
    minutes,
)
from tests.support.reconciler_harness import ReconcilerHarness


def rounded(outcome: Outcome) -> int:
    assert outcome.requeue_after is not None
    return round(outcome.requeue_after.total_seconds())


class TestStalled:
    async def test_a_stalled_resource_is_reconciled_after_five_minutes_however_rare_the_polls(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder(poll_interval=timedelta(hours=24), template_id="other")
        assert rounded(await harness.run(key)) == 300
        assert harness.condition(key, "Stalled") == ("True", "TemplateChanged")

    async def test_a_stalled_resource_whose_job_cannot_be_read_is_reconciled_as_soon(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder(poll_interval=timedelta(hours=24))
        harness.graph.fail("list_jobs", Halted(Stall(Reason.CREDENTIAL_REFUSED, "Wrong secret.")))
        assert rounded(await harness.run(key)) == 300

    async def test_a_stalled_resource_keeps_a_shorter_poll_interval(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(poll_interval=minutes(1), template_id="other")
        assert rounded(await harness.run(key)) == 60
