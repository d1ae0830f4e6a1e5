"""A resource whose connection now leads into another tenant."""

import pytest

from entrasync.api.policies import DeletionPolicy
from tests.support.reconciler_harness import ReconcilerHarness


class TestAnotherTenant:
    async def test_is_not_even_read(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.tenant_id = "elsewhere"
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "TenantChanged")
        assert harness.graph.calls == []

    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_is_never_deleted_in(self, harness: ReconcilerHarness, policy: DeletionPolicy) -> None:
        key = harness.apply_holder(deletion_policy=policy)
        harness.graph.tenant_id, harness.graph.has_principal = "elsewhere", False
        harness.delete(key)
        await harness.run(key)
        assert harness.graph.writes == []
        assert (key in harness.server.stored) == (policy is not DeletionPolicy.RETAIN)
