"""One job has one resource over all namespaces and connections, and only one with access to the tenant claims it."""

from datetime import timedelta

from entrasync.api.names import JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import Connection, ConnectionFault
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import JOB, desired, holder, remote_job, resource
from tests.support.fake_graph import FakeGraph
from tests.support.reconciler_harness import ReconcilerHarness

ELSEWHERE = "ffffffff-0c1d-4f7e-8a53-3b1f0f6a9d11"


def connect(harness: ReconcilerHarness, namespace: str, tenant_id: str | None = None) -> None:
    """Give a namespace a connection of its own: to the same jobs, or to another tenant."""
    graph = harness.graph
    if tenant_id is not None:
        graph = FakeGraph(harness.clock)
        graph.tenant_id = tenant_id
    key = ObjectKey(namespace, "default")
    harness.connections.put(key, Connection(key, graph, Listings(graph, on_read=lambda *_: None)))


async def apply(harness: ReconcilerHarness, namespace: str, age: timedelta, job_id: str | None = None) -> ObjectKey:
    made = resource(
        desired(job_id=job_id),
        key=ObjectKey(namespace, "job"),
        uid=namespace,
        created_at=harness.clock.now() - age,
        finalizers=(),
    )
    key = harness.apply(made)
    await harness.run(key)
    return key


OLD, NEW = timedelta(days=2), timedelta(days=1)


async def test_a_conflict_names_the_holder_in_another_namespace() -> None:
    harness = ReconcilerHarness()
    harness.graph.add(remote_job())
    await apply(harness, "identity", OLD)

    newer = await apply(harness, "elsewhere", NEW)

    assert harness.condition(newer, "Stalled") == ("True", "Conflict")
    assert "identity/job" in harness.message(newer, "Stalled")


async def test_a_job_is_claimed_once_through_two_connections_to_one_tenant() -> None:
    harness = ReconcilerHarness()
    harness.graph.add(remote_job())
    connect(harness, "elsewhere")
    await apply(harness, "identity", OLD)

    newer = await apply(harness, "elsewhere", NEW)

    assert harness.condition(newer, "Stalled") == ("True", "Conflict")


async def test_a_resource_that_only_reaches_another_tenant_blocks_no_other() -> None:
    harness = ReconcilerHarness()
    harness.graph.add(remote_job())
    connect(harness, "elsewhere", ELSEWHERE)
    await apply(harness, "elsewhere", OLD, job_id=JOB)

    mine = await apply(harness, "identity", NEW, job_id=JOB)

    assert harness.condition(mine, "Ready")[0] == "True"


async def test_a_resource_without_a_working_connection_blocks_no_other() -> None:
    harness = ReconcilerHarness()
    harness.graph.add(remote_job())
    harness.connections.put(ObjectKey("elsewhere", "default"), ConnectionFault("CredentialRefused", "No."))
    await apply(harness, "elsewhere", OLD, job_id=JOB)

    mine = await apply(harness, "identity", NEW, job_id=JOB)

    assert harness.condition(mine, "Ready")[0] == "True"


async def test_a_restored_resource_keeps_its_job_until_its_connection_has_logged_in() -> None:
    harness = ReconcilerHarness()
    harness.graph.add(remote_job())
    harness.connections.expect(ObjectKey("elsewhere", "default"))
    restored = resource(
        desired(),
        key=ObjectKey("elsewhere", "job"),
        uid="restored",
        annotations={JOB_ID_ANNOTATION: JOB, JOB_ORIGIN_ANNOTATION: "Created"},
        finalizers=(),
        created_at=harness.clock.now() - NEW,
    )
    harness.apply(restored)

    other = await apply(harness, "identity", OLD)
    assert harness.condition(other, "Reconciling") == ("True", "ConnectionNotReady")
    connect(harness, "elsewhere")
    await harness.run(restored.key)
    await harness.run(other)

    assert harness.status(restored.key)["origin"] == "Created"
    assert harness.condition(other, "Stalled") == ("True", "Conflict")


async def test_a_resource_that_retains_its_job_is_deleted_before_its_connection_has_logged_in() -> None:
    harness = ReconcilerHarness()
    harness.connections.expect(ObjectKey("identity", "default"))
    key = harness.apply(holder(origin="Adopted"))
    harness.edit(key, is_deleting=True)
    await harness.run(key)
    assert key not in harness.server.stored
    assert harness.graph.calls == []


async def test_a_resource_whose_connection_broke_still_claims_its_job() -> None:
    harness = ReconcilerHarness()
    harness.graph.add(remote_job())
    connect(harness, "elsewhere")
    older = await apply(harness, "elsewhere", OLD)
    await harness.run(older)
    harness.connections.put(ObjectKey("elsewhere", "default"), ConnectionFault("CredentialRefused", "No."))

    newer = await apply(harness, "identity", NEW)

    assert harness.condition(newer, "Stalled") == ("True", "Conflict")
