"""Resources of one service principal share one list of its jobs."""

from tests.support.facts import (
    NOW,
    PRINCIPAL,
    desired,
    holder,
    remote_job,
)
from tests.support.reconciler_harness import ReconcilerHarness


async def test_resources_of_one_service_principal_share_one_list(harness: ReconcilerHarness) -> None:
    harness.graph.add(remote_job())
    harness.graph.add(remote_job("b", template="other"))
    first = harness.apply(holder())
    second = harness.apply(holder("b", desired(template_id="other"), name="neighbour"))
    await harness.reconciler.reconcile(first, since=NOW)
    await harness.reconciler.reconcile(second, since=NOW)
    assert harness.graph.calls == ["list_jobs"]
    assert harness.fetched == [PRINCIPAL]
