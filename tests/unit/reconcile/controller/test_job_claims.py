"""One job, one resource, over namespaces and connections; but only who has a way into the tenant can claim there."""

from datetime import timedelta

from entrasync.api.names import JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import Connection, Fault
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import JOB, desired, holder, remote_job, resource
from tests.support.fake_graph import FakeGraph
from tests.support.reconciler_harness import ReconcilerHarness

ELSEWHERE = "ffffffff-0c1d-4f7e-8a53-3b1f0f6a9d11"


def connect(story: ReconcilerHarness, namespace: str, tenant_id: str | None = None) -> None:
    """Give a namespace a connection of its own: to the same jobs, or to another tenant."""
    graph = story.graph
    if tenant_id is not None:
        graph = FakeGraph(story.clock)
        graph.tenant_id = tenant_id
    key = ObjectKey(namespace, "default")
    story.connections.put(key, Connection(key, graph, Listings(graph, on_fetched=lambda *_: None)))


async def apply(story: ReconcilerHarness, namespace: str, age: timedelta, job_id: str | None = None) -> ObjectKey:
    made = resource(
        desired(job_id=job_id),
        key=ObjectKey(namespace, "job"),
        uid=namespace,
        created_at=story.clock.now() - age,
        finalizers=(),
    )
    key = story.apply(made)
    await story.run(key)
    return key


OLD, NEW = timedelta(days=2), timedelta(days=1)


async def test_the_holder_in_another_namespace_is_named() -> None:
    story = ReconcilerHarness()
    story.graph.add(remote_job())
    await apply(story, "identity", OLD)

    newer = await apply(story, "elsewhere", NEW)

    assert story.condition(newer, "Stalled") == ("True", "Conflict")
    assert "identity/job" in story.message(newer, "Stalled")


async def test_so_it_is_through_two_connections_to_one_tenant() -> None:
    story = ReconcilerHarness()
    story.graph.add(remote_job())
    connect(story, "elsewhere")
    await apply(story, "identity", OLD)

    newer = await apply(story, "elsewhere", NEW)

    assert story.condition(newer, "Stalled") == ("True", "Conflict")


async def test_who_can_only_reach_another_tenant_blocks_nobody() -> None:
    story = ReconcilerHarness()
    story.graph.add(remote_job())
    connect(story, "elsewhere", ELSEWHERE)
    await apply(story, "elsewhere", OLD, job_id=JOB)

    mine = await apply(story, "identity", NEW, job_id=JOB)

    assert story.condition(mine, "Ready")[0] == "True"


async def test_who_has_no_connection_that_works_blocks_nobody() -> None:
    story = ReconcilerHarness()
    story.graph.add(remote_job())
    story.connections.put(ObjectKey("elsewhere", "default"), Fault("CredentialRefused", "No."))
    await apply(story, "elsewhere", OLD, job_id=JOB)

    mine = await apply(story, "identity", NEW, job_id=JOB)

    assert story.condition(mine, "Ready")[0] == "True"


async def test_who_came_back_from_a_backup_keeps_its_job_until_its_connection_was_tried() -> None:
    story = ReconcilerHarness()
    story.graph.add(remote_job())
    story.connections.expect(ObjectKey("elsewhere", "default"))
    restored = resource(
        desired(),
        key=ObjectKey("elsewhere", "job"),
        uid="restored",
        annotations={JOB_ID_ANNOTATION: JOB, JOB_ORIGIN_ANNOTATION: "Created"},
        finalizers=(),
        created_at=story.clock.now() - NEW,
    )
    story.apply(restored)

    other = await apply(story, "identity", OLD)
    assert story.condition(other, "Reconciling") == ("True", "ConnectionNotReady")
    connect(story, "elsewhere")
    await story.run(restored.key)
    await story.run(other)

    assert story.status(restored.key)["origin"] == "Created"
    assert story.condition(other, "Stalled") == ("True", "Conflict")


async def test_what_is_to_be_retained_goes_before_its_connection_was_tried() -> None:
    story = ReconcilerHarness()
    story.connections.expect(ObjectKey("identity", "default"))
    key = story.apply(holder(origin="Adopted"))
    story.edit(key, is_deleting=True)
    await story.run(key)
    assert key not in story.server.stored
    assert story.graph.calls == []


async def test_a_holder_whose_connection_broke_still_holds() -> None:
    story = ReconcilerHarness()
    story.graph.add(remote_job())
    connect(story, "elsewhere")
    older = await apply(story, "elsewhere", OLD)
    await story.run(older)
    story.connections.put(ObjectKey("elsewhere", "default"), Fault("CredentialRefused", "No."))

    newer = await apply(story, "identity", NEW)

    assert story.condition(newer, "Stalled") == ("True", "Conflict")
