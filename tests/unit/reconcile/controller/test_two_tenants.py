"""A pass between two tenants: the install's own connection leads to one, a default that comes and goes to another."""

from collections.abc import Callable

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.policies import DeletionPolicy
from entrasync.core.decision.action import StartJob
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import Connection, Fault
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import JOB, PRINCIPAL, TENANT, desired, holder, minutes, remote_job, resource
from tests.support.fake_graph import FakeGraph
from tests.support.reconciler_harness import ReconcilerHarness

OTHER = "bbbbbbbb-1111-4111-8111-111111111111"
DEFAULT = ObjectKey("identity", "default")
FORBIDDEN = GraphAnswer(403, "Forbidden", "No.", "")
APP = "cccccccc-1111-4111-8111-111111111111"


class Tenants(ReconcilerHarness):
    """A story with a second tenant: `other`, and `default`, a connection that leads there and nobody knows yet."""

    def __init__(self, tenant_id: str = OTHER) -> None:
        super().__init__()
        self.other = FakeGraph(self.clock)
        self.other.tenant_id = tenant_id
        self.default = Connection(DEFAULT, self.other, Listings(self.other, on_fetched=lambda *_: None))

    def hold(self) -> ObjectKey:
        """A resource of the install's own tenant with a job there."""
        self.graph.add(remote_job(JOB))
        return self.apply(holder(status={"tenantId": TENANT}))

    def bring_default(self) -> None:
        self.connections.put(DEFAULT, self.default)

    def during(self, call: str, act: Callable[[], None]) -> None:
        """Have something happen while the next call of a kind is on its way."""
        self.graph.during[call] = act


@pytest.fixture
def story() -> Tenants:
    return Tenants()


class TestAPassThatBeganByOneConnection:
    async def test_records_the_tenant_that_its_list_is_of(self, story: Tenants) -> None:
        story.graph.add(remote_job(JOB))
        key = story.apply(resource(finalizers=()))
        story.during("list_jobs", story.bring_default)
        with pytest.raises(ResourceChanged):
            await story.run(key)
        assert "tenantId" not in story.status(key)
        assert (story.graph.writes, story.other.calls) == ([], [])
        await story.run(key)
        assert story.status(key)["tenantId"] == OTHER
        assert JOB not in story.server.stored[key].annotations.values(), "it is a job of the other tenant"

    async def test_writes_nothing_to_graph_once_another_took_its_place(self, story: Tenants) -> None:
        story.graph.add(remote_job(JOB, state="Disabled", code="Paused"))
        key = story.apply(holder(status={"tenantId": TENANT}))
        story.during("list_jobs", story.bring_default)
        with pytest.raises(ResourceChanged):
            await story.run(key)
        assert (story.graph.writes, story.other.calls) == ([], [])

    async def test_writes_nothing_to_graph_once_it_is_known_to_be_broken(self, story: Tenants) -> None:
        story.graph.add(remote_job(JOB, state="Disabled", code="Paused"))
        key = story.apply(holder(status={"tenantId": TENANT}))
        story.during("list_jobs", lambda: story.connections.put(DEFAULT, Fault("CredentialRefused", "No.")))
        with pytest.raises(ResourceChanged):
            await story.run(key)
        assert story.graph.writes == []
        await story.run(key)
        assert story.condition(key, "Ready") == ("Unknown", "ConnectionNotReady")

    async def test_looks_by_it_to_its_end(self, story: Tenants) -> None:
        key = story.hold()
        story.graph.hidden = {JOB}
        story.during("list_jobs", story.bring_default)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "get_job"]
        assert story.other.calls == []

    async def test_says_nothing_of_another_that_has_only_been_noticed(self, story: Tenants) -> None:
        key = story.hold()
        story.during("list_jobs", lambda: story.connections.expect(DEFAULT))
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        assert (await story.run(key)).look_again is None, "it is woken once the other was tried"
        assert story.condition(key, "Ready") == ("True", "Healthy")

    async def test_asks_the_tenant_that_refused_a_list_whether_the_service_principal_has_gone(
        self, story: Tenants
    ) -> None:
        story.other.has_principal = False
        key = story.hold()
        story.during("list_jobs", story.bring_default)
        story.graph.fail("list_jobs", forbidden())
        await story.run(key)
        assert story.other.calls == []
        assert story.condition(key, "Stalled")[1] != "ServicePrincipalNotFound"

    async def test_learns_no_name_of_another_tenant(self, story: Tenants) -> None:
        story.graph.principals[APP] = PRINCIPAL
        key = story.apply(resource(desired(service_principal_id="", app_id=APP), finalizers=()))
        story.during("find_service_principal", story.bring_default)
        with pytest.raises(ResourceChanged):
            await story.run(key)
        await story.run(key)
        assert story.other.calls == ["find_service_principal"]

    async def test_performs_nothing_by_one_that_is_no_longer_the_resources(self, story: Tenants) -> None:
        key = story.hold()
        began_by = story.connections.find(story.server.stored[key])
        story.bring_default()
        performer = Performer(
            story.connections, story.server, story.resources, story.memory, events=story.told, clock=story.clock
        )
        with pytest.raises(ResourceChanged, match="goes by another connection"):
            await performer.perform(StartJob(PRINCIPAL, JOB), story.server.stored[key], connection=began_by)


class TestADeletion:
    async def test_is_not_ended_by_what_another_tenant_says_of_the_service_principal(self, story: Tenants) -> None:
        story.other.has_principal = False
        key = story.hold()
        story.edit(key, is_deleting=True)
        story.during("delete_job", story.bring_default)
        story.graph.fail("delete_job", forbidden())
        await story.run(key)
        assert key in story.server.stored, "the job lives"
        assert JOB in story.graph.jobs
        assert story.other.calls == []

    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_goes_by_the_installs_own_after_a_default_came_and_went(
        self, story: Tenants, policy: DeletionPolicy
    ) -> None:
        story.graph.add(remote_job(JOB))
        key = story.apply(holder(wish=desired(deletion_policy=policy), status={"tenantId": TENANT}))
        await story.run(key)
        story.bring_default()
        await story.run(key)
        story.connections.remove(DEFAULT)
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored
        assert (JOB in story.graph.jobs) == (policy is not DeletionPolicy.DELETE)
        assert story.other.calls == []

    async def test_ends_by_a_default_that_went_where_its_job_lives_in_that_tenant(self, story: Tenants) -> None:
        story.bring_default()
        story.other.add(remote_job(JOB))
        key = story.apply(holder(status={"tenantId": OTHER}))
        await story.run(key)
        story.connections.remove(DEFAULT)
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored
        assert JOB not in story.other.jobs
        assert story.graph.calls == []


class TestAPinnedTenant:
    async def test_is_told_before_graph_is_asked_what_a_name_stands_for(self, story: Tenants) -> None:
        key = story.apply(holder(wish=desired(service_principal_id="", app_id=APP), status={"tenantId": OTHER}))
        for _ in range(2):
            await story.run(key)
            story.clock.move(minutes(6))
        assert story.graph.calls == []
        assert story.condition(key, "Stalled") == ("True", "TenantChanged")

    async def test_is_told_before_a_deletion_asks_for_names(self, story: Tenants) -> None:
        wish = desired(service_principal_id="", app_id=APP)
        key = story.apply(holder(wish=wish, status={"tenantId": OTHER, "servicePrincipalId": None}, is_deleting=True))
        await story.run(key)
        assert story.graph.calls == []
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert "Point the connection back" in story.message(key, "Stalled")


def forbidden() -> PossiblyReplicating:
    return PossiblyReplicating(Refused(Reason.PERMISSION_MISSING, "403", answer=FORBIDDEN), answer=FORBIDDEN)
