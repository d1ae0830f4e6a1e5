"""Resources of one service principal share one list of its jobs."""

from tests.support.facts import (
    NOW,
    PRINCIPAL,
    desired,
    holder,
    remote_job,
)
from tests.support.reconciler_harness import ReconcilerHarness


async def test_neighbours_share_one_list(story: ReconcilerHarness) -> None:
    story.graph.add(remote_job())
    story.graph.add(remote_job("b", template="other"))
    first = story.apply(holder())
    second = story.apply(holder("b", desired(template_id="other"), name="neighbour"))
    await story.reconciler.reconcile(first, since=NOW)
    await story.reconciler.reconcile(second, since=NOW)
    assert story.graph.calls == ["list_jobs"]
    assert story.fetched == [PRINCIPAL]
