"""A resource whose connection now leads into another tenant."""

import pytest

from entrasync.api.policies import DeletionPolicy
from tests.support.reconciler_harness import ReconcilerHarness


class TestAnotherTenant:
    async def test_is_not_even_read(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.graph.tenant_id = "elsewhere"
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "TenantChanged")
        assert story.graph.calls == []

    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_is_never_deleted_in(self, story: ReconcilerHarness, policy: DeletionPolicy) -> None:
        key = story.apply_holder(deletion_policy=policy)
        story.graph.tenant_id, story.graph.has_principal = "elsewhere", False
        story.delete(key)
        await story.run(key)
        assert story.graph.writes == []
        assert (key in story.server.stored) == (policy is not DeletionPolicy.RETAIN)
