"""A pass between two tenants: the install's own connection leads to one, a default connection to another."""

from collections.abc import Callable

import pytest

from entrasync.api.policies import DeletionPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.schedule.actions import StartJob
from entrasync.reconcile.connection.registry import Connection, ConnectionFault
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import JOB, PRINCIPAL, TENANT, desired, holder, minutes, remote_job, resource
from tests.support.fake_graph import FakeGraph
from tests.support.reconciler_harness import ReconcilerHarness

OTHER = "bbbbbbbb-1111-4111-8111-111111111111"
DEFAULT = ObjectKey("identity", "default")
CONTOSO = ObjectKey("identity", "contoso")
FORBIDDEN = GraphAnswer(403, "Forbidden", "No.", "")
APP = "cccccccc-1111-4111-8111-111111111111"


class Tenants(ReconcilerHarness):
    """A harness with a second tenant: `other`, and `default`, a connection into it that is not known yet."""

    def __init__(self, tenant_id: str = OTHER) -> None:
        super().__init__()
        self.other = FakeGraph(self.clock)
        self.other.tenant_id = tenant_id
        self.default = Connection(DEFAULT, self.other, Listings(self.other, on_read=lambda *_: None))

    def hold(self) -> ObjectKey:
        """Apply a resource of the install's own tenant with a job there."""
        self.graph.add(remote_job(JOB))
        return self.apply(holder(status={"tenantId": TENANT}))

    def connect_default(self) -> None:
        self.connections.put(DEFAULT, self.default)

    def during(self, call: str, act: Callable[[], None]) -> None:
        """Have something happen during the next call of a kind."""
        self.graph.during[call] = act


@pytest.fixture
def harness() -> Tenants:
    return Tenants()


class TestPassWithReplacedConnection:
    async def test_a_pass_records_the_tenant_that_its_list_came_from(self, harness: Tenants) -> None:
        harness.graph.add(remote_job(JOB))
        key = harness.apply(resource(finalizers=()))
        harness.during("list_jobs", harness.connect_default)
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        assert "tenantId" not in harness.status(key)
        assert (harness.graph.writes, harness.other.calls) == ([], [])
        await harness.run(key)
        assert harness.status(key)["tenantId"] == OTHER
        assert JOB not in harness.server.stored[key].annotations.values(), "it is a job of the other tenant"

    async def test_a_pass_writes_nothing_to_graph_once_its_connection_was_replaced(self, harness: Tenants) -> None:
        harness.graph.add(remote_job(JOB, state="Disabled", code="Paused"))
        key = harness.apply(holder(status={"tenantId": TENANT}))
        harness.during("list_jobs", harness.connect_default)
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        assert (harness.graph.writes, harness.other.calls) == ([], [])

    async def test_a_pass_writes_nothing_to_graph_once_its_connection_is_known_to_be_broken(
        self, harness: Tenants
    ) -> None:
        harness.graph.add(remote_job(JOB, state="Disabled", code="Paused"))
        key = harness.apply(holder(status={"tenantId": TENANT}))
        harness.during(
            "list_jobs", lambda: harness.connections.put(DEFAULT, ConnectionFault("CredentialRefused", "No."))
        )
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        assert harness.graph.writes == []
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("Unknown", "ConnectionNotReady")

    async def test_a_pass_reads_by_its_first_connection_to_the_end(self, harness: Tenants) -> None:
        key = harness.hold()
        harness.graph.hidden = {JOB}
        harness.during("list_jobs", harness.connect_default)
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "get_job"]
        assert harness.other.calls == []

    async def test_a_pass_does_not_report_a_connection_that_has_only_been_noticed(self, harness: Tenants) -> None:
        key = harness.hold()
        harness.during("list_jobs", lambda: harness.connections.expect(DEFAULT))
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        assert (await harness.run(key)).requeue_after is None, "it is requeued once the other has logged in"
        assert harness.condition(key, "Ready") == ("True", "Healthy")

    async def test_a_pass_asks_the_tenant_that_refused_the_list_about_the_service_principal(
        self, harness: Tenants
    ) -> None:
        harness.other.has_principal = False
        key = harness.hold()
        harness.during("list_jobs", harness.connect_default)
        harness.graph.fail("list_jobs", forbidden())
        await harness.run(key)
        assert harness.other.calls == []
        assert harness.condition(key, "Stalled")[1] != "ServicePrincipalNotFound"

    async def test_a_pass_learns_no_name_of_another_tenant(self, harness: Tenants) -> None:
        harness.graph.principals[APP] = PRINCIPAL
        key = harness.apply(resource(desired(service_principal_id="", app_id=APP), finalizers=()))
        harness.during("find_service_principal", harness.connect_default)
        with pytest.raises(ResourceChanged):
            await harness.run(key)
        await harness.run(key)
        assert harness.other.calls == ["find_service_principal"]

    async def test_a_pass_performs_nothing_by_a_connection_that_the_resource_no_longer_uses(
        self, harness: Tenants
    ) -> None:
        key = harness.hold()
        began_by = harness.connections.find(harness.server.stored[key])
        harness.connect_default()
        with pytest.raises(ResourceChanged, match="uses another connection"):
            await harness.perform(StartJob(PRINCIPAL, JOB), harness.server.stored[key], connection=began_by)


class TestDeletion:
    async def test_a_deletion_is_not_ended_by_what_another_tenant_says_of_the_service_principal(
        self, harness: Tenants
    ) -> None:
        harness.other.has_principal = False
        key = harness.hold()
        harness.edit(key, is_deleting=True)
        harness.during("delete_job", harness.connect_default)
        harness.graph.fail("delete_job", forbidden())
        await harness.run(key)
        assert key in harness.server.stored, "the job is still there"
        assert JOB in harness.graph.jobs
        assert harness.other.calls == []

    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_a_deletion_uses_the_installs_own_after_a_default_came_and_went(
        self, harness: Tenants, policy: DeletionPolicy
    ) -> None:
        harness.graph.add(remote_job(JOB))
        key = harness.apply(holder(wish=desired(deletion_policy=policy), status={"tenantId": TENANT}))
        await harness.run(key)
        harness.connect_default()
        await harness.run(key)
        harness.connections.remove(DEFAULT)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored
        assert (JOB in harness.graph.jobs) == (policy is not DeletionPolicy.DELETE)
        assert harness.other.calls == []

    async def test_a_deletion_uses_a_deleted_default_where_its_job_is_in_that_tenant(self, harness: Tenants) -> None:
        harness.connect_default()
        harness.other.add(remote_job(JOB))
        key = harness.apply(holder(status={"tenantId": OTHER}))
        await harness.run(key)
        harness.connections.remove(DEFAULT)
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored
        assert JOB not in harness.other.jobs
        assert harness.graph.calls == []


class TestPinnedTenant:
    async def test_a_changed_tenant_is_reported_before_names_are_looked_up(self, harness: Tenants) -> None:
        key = harness.apply(holder(wish=desired(service_principal_id="", app_id=APP), status={"tenantId": OTHER}))
        for _ in range(2):
            await harness.run(key)
            harness.clock.move(minutes(6))
        assert harness.graph.calls == []
        assert harness.condition(key, "Stalled") == ("True", "TenantChanged")

    async def test_a_changed_tenant_is_reported_before_a_deletion_looks_up_names(self, harness: Tenants) -> None:
        wish = desired(service_principal_id="", app_id=APP)
        key = harness.apply(holder(wish=wish, status={"tenantId": OTHER, "servicePrincipalId": None}, is_deleting=True))
        await harness.run(key)
        assert harness.graph.calls == []
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert f"leads to tenant {TENANT}. Point it back to the first tenant, or annotate" in harness.message(
            key, "Stalled"
        )

    async def test_a_connection_whose_tenant_cannot_change_is_to_be_created_again(self, harness: Tenants) -> None:
        key = harness.apply(holder(wish=desired(connection_name="contoso"), status={"tenantId": OTHER}))
        harness.connections.put(
            CONTOSO, Connection(CONTOSO, harness.graph, Listings(harness.graph, on_read=lambda *_: None))
        )
        await harness.run(key)
        assert (
            f"Name a connection to the first tenant in spec.connectionRef, or delete GraphConnection {CONTOSO} and "
            f"create it again with tenant {OTHER}, or delete the resource"
        ) in harness.message(key, "Stalled")


def forbidden() -> PossiblyReplicating:
    return PossiblyReplicating(Refused(Reason.PERMISSION_MISSING, "403", answer=FORBIDDEN), answer=FORBIDDEN)
