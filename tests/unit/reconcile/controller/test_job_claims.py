"""One job has one resource over all namespaces and connections, and only one with access to the tenant claims it."""

from datetime import timedelta

import pytest

from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.connection.registry import Connection, ConnectionFault
from entrasync.reconcile.state.listings import Listings
from tests.support.facts import JOB, NOW, desired, holder, minutes, remote_job, resource
from tests.support.fake_graph import FakeGraph
from tests.support.reconciler_harness import ReconcilerHarness

ELSEWHERE = "ffffffff-0c1d-4f7e-8a53-3b1f0f6a9d11"


def connect(
    harness: ReconcilerHarness,
    namespace: str,
    tenant_id: str | None = None,
    *,
    cloud: str | None = None,
    has_logged_in: bool = True,
) -> None:
    """Give a namespace a connection of its own: to the same jobs, or to another tenant or cloud."""
    graph = harness.graph
    if tenant_id is not None or cloud is not None:
        graph = FakeGraph(harness.clock)
        graph.tenant_id = tenant_id or graph.tenant_id
        graph.graph_url = cloud or graph.graph_url
    key = ObjectKey(namespace, "default")
    listings = Listings(graph, on_read=lambda *_: None)
    harness.connections.put(key, Connection(key, graph, listings, has_logged_in=has_logged_in))


def annotated(namespace: str, age: timedelta, *, finalizers: tuple[str, ...] = (FINALIZER,)) -> Resource:
    """A resource without status whose annotations give it the job, as from a backup or a copied manifest."""
    return resource(
        desired(),
        key=ObjectKey(namespace, "annotated"),
        uid=f"annotated-{namespace}",
        annotations={JOB_ID_ANNOTATION: JOB, JOB_ORIGIN_ANNOTATION: "Created"},
        finalizers=finalizers,
        created_at=NOW - age,
    )


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


class TestWithoutLogin:
    """Whoever has no credential for a tenant stands in nobody's way there."""

    async def test_a_forged_job_id_behind_a_connection_that_never_logged_in_blocks_no_create(self) -> None:
        harness = ReconcilerHarness()
        connect(harness, "elsewhere", has_logged_in=False)
        harness.apply(annotated("elsewhere", OLD))

        mine = await apply(harness, "identity", NEW)

        assert harness.condition(mine, "Ready")[0] == "True"
        assert harness.graph.writes.count("create_job") == 1

    async def test_a_forged_job_id_behind_a_connection_that_was_not_tried_blocks_no_create(self) -> None:
        harness = ReconcilerHarness()
        harness.connections.expect(ObjectKey("elsewhere", "default"))
        harness.apply(annotated("elsewhere", OLD))

        mine = await apply(harness, "identity", NEW)

        assert harness.condition(mine, "Ready")[0] == "True"

    async def test_a_tenant_of_the_same_id_in_another_cloud_is_another_one(self) -> None:
        harness = ReconcilerHarness()
        harness.graph.add(remote_job())
        connect(harness, "elsewhere", cloud="https://graph.elsewhere")
        harness.apply(annotated("elsewhere", OLD))

        mine = await apply(harness, "identity", NEW)

        assert harness.condition(mine, "Ready")[0] == "True"


class TestAnnotationWithoutStatus:
    """A job id in an annotation is only a hint: it may come from a backup, or from a manifest that was copied."""

    @pytest.mark.parametrize("state", ["not tried", "never logged in", "broken", "works"])
    async def test_a_copy_that_is_deleted_deletes_no_job_of_a_restored_holder(self, state: str) -> None:
        harness, connection = ReconcilerHarness(), ObjectKey("elsewhere", "default")
        harness.graph.add(remote_job())
        if state == "not tried":
            harness.connections.expect(connection)
        elif state == "broken":
            harness.connections.put(connection, ConnectionFault("SecretUnreadable", "No."))
        else:
            connect(harness, "elsewhere", has_logged_in=state == "works")
        harness.apply(annotated("elsewhere", OLD))
        copy = harness.apply(annotated("identity", NEW))
        await harness.run(copy)
        assert "job" not in harness.status(copy)

        harness.delete(copy)
        await harness.run(copy)

        assert harness.graph.writes == []
        if state == "works":
            assert copy not in harness.server.stored
        else:
            assert harness.condition(copy, "Stalled") == ("True", "DeletionBlocked")
            assert "may belong to SynchronizationJob elsewhere/annotated" in harness.message(copy, "Stalled")

    async def test_a_holder_by_status_is_not_blocked_by_an_older_annotation(self) -> None:
        harness = ReconcilerHarness()
        connect(harness, "elsewhere")
        harness.apply(annotated("elsewhere", timedelta(days=9)))
        key = harness.apply_holder()

        harness.delete(key)
        await harness.run(key)

        assert harness.graph.writes == ["delete_job"]

    async def test_a_deletion_looks_first_whether_graph_shows_such_a_job(self) -> None:
        harness = ReconcilerHarness()
        harness.graph.add(remote_job(template="another"))
        key = harness.apply(annotated("identity", OLD))

        harness.delete(key)
        await harness.run(key)

        assert key not in harness.server.stored
        assert harness.graph.writes == []
        [event] = harness.recorded.events
        assert "only an annotation says that it held job" in event.message

    async def test_a_restored_resource_still_deletes_the_job_that_graph_shows(self) -> None:
        harness = ReconcilerHarness()
        harness.graph.add(remote_job())
        key = harness.apply(annotated("identity", OLD))

        harness.delete(key)
        await harness.run(key)

        assert harness.graph.calls == ["list_jobs", "delete_job"]

    async def test_a_job_that_graph_does_not_show_is_not_asked_for_by_a_hint(self) -> None:
        harness = ReconcilerHarness()
        key = harness.apply(annotated("identity", OLD))

        harness.delete(key)
        await harness.run_until(key, minutes(4))

        assert harness.graph.writes == []
