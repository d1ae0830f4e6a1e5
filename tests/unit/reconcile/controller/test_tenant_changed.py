"""A resource whose connection now leads into another tenant."""

import pytest

from entrasync.api.policies import DeletionPolicy
from tests.support.reconciler_harness import ReconcilerHarness


class TestAnotherTenant:
    async def test_another_tenant_is_not_read(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.tenant_id = "elsewhere"
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "TenantChanged")
        assert harness.graph.calls == []

    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_no_job_is_deleted_in_another_tenant(
        self, harness: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = harness.apply_holder(deletion_policy=policy)
        harness.graph.tenant_id, harness.graph.has_principal = "elsewhere", False
        harness.delete(key)
        await harness.run(key)
        assert harness.graph.writes == []
        assert (key in harness.server.stored) == (policy is not DeletionPolicy.RETAIN)
