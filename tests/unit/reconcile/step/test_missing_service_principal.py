"""A missing service principal: how it differs from an unreadable one, and what a deletion does then."""

from typing import Any

import pytest

from entrasync.api.policies import DeletionPolicy, OnMissing
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.connection.registry import ConnectionFault
from tests.support.facts import JOB, PRINCIPAL, desired, holder, minutes, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")
FORBIDDEN = "Graph refused to read the service principal (403). Grant Application.Read.All"


def refusal(status: int, message: str = "No") -> PossiblyReplicating:
    answer = GraphAnswer(status, "", "", "req")
    reason = Reason.REQUEST_REFUSED if status == 404 else Reason.PERMISSION_MISSING
    return PossiblyReplicating(Refused(reason, message, answer=answer), answer=answer)


async def held(harness: ReconcilerHarness, **spec: Any) -> ObjectKey:
    """Apply a resource that has held a job for so long that nothing counts as young."""
    harness.graph.add(remote_job())
    key = harness.apply(holder(wish=desired(**spec)))
    await harness.run(key)
    harness.clock.move(minutes(6))
    return key


def delete(harness: ReconcilerHarness, key: ObjectKey) -> None:
    harness.edit(key, is_deleting=True)


def remove_service_principal(harness: ReconcilerHarness, status: int = 404) -> None:
    """Remove the service principal with all of its jobs."""
    harness.graph.jobs.clear()
    harness.graph.has_principal = False
    for call in ("list_jobs", "pause_job"):
        harness.graph.fail(call, refusal(status), times=9)
    if status != 404:
        harness.graph.fail("delete_job", refusal(status), times=9)


class TestMissingServicePrincipal:
    @pytest.mark.parametrize("status", [404, 401, 403])
    @pytest.mark.parametrize("on_missing", list(OnMissing))
    async def test_a_missing_service_principal_means_its_job_is_gone_and_nothing_is_created(
        self, harness: ReconcilerHarness, status: int, on_missing: OnMissing
    ) -> None:
        key = await held(harness, on_missing=on_missing)
        remove_service_principal(harness, status)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
        message = harness.message(key, "Stalled")
        assert f"no service principal with object id {PRINCIPAL} any more, and job {JOB} went with it" in message
        assert "whatever spec.onMissing says" in message
        assert "delete this resource" in message
        assert harness.graph.writes == []

    @pytest.mark.parametrize("status", [404, 401, 403])
    async def test_a_missing_service_principal_is_reported_differently_where_no_job_was_held(
        self, harness: ReconcilerHarness, status: int
    ) -> None:
        key = harness.apply(resource(finalizers=()))
        remove_service_principal(harness, status)
        await harness.run(key)
        harness.clock.move(minutes(6))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
        assert "to the Object ID of the enterprise application" in harness.message(key, "Stalled")

    @pytest.mark.parametrize("status", [404, 401, 403])
    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_a_missing_service_principal_lets_a_deletion_end(
        self, harness: ReconcilerHarness, status: int, policy: DeletionPolicy
    ) -> None:
        key = await held(harness, deletion_policy=policy)
        remove_service_principal(harness, status)
        delete(harness, key)
        await harness.run(key)
        assert key not in harness.server.stored


class TestUnreadableServicePrincipal:
    async def test_an_unreadable_service_principal_is_not_reported_as_gone_and_the_permission_is_named(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await held(harness)
        remove_service_principal(harness)
        harness.graph.fail("has_service_principal", refusal(403, FORBIDDEN), times=9)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "RequestRefused")
        assert "Whether the service principal has gone cannot be told" in harness.message(key, "Stalled")
        assert "Grant Application.Read.All" in harness.message(key, "Stalled")

    @pytest.mark.parametrize("policy", [DeletionPolicy.DELETE, DeletionPolicy.PAUSE])
    async def test_an_unreadable_service_principal_blocks_a_deletion_until_a_person_lets_go(
        self, harness: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = await held(harness, deletion_policy=policy)
        remove_service_principal(harness)
        harness.graph.fail("has_service_principal", refusal(403, FORBIDDEN), times=9)
        delete(harness, key)
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        harness.clock.move(minutes(6))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        message = harness.message(key, "Stalled")
        assert "Grant Application.Read.All" in message
        assert 'entrasync.io/abandon: "true"' in message
        harness.edit(key, annotations={"entrasync.io/abandon": "true"})
        await harness.run(key)
        assert key not in harness.server.stored

    async def test_an_unreadable_service_principal_keeps_graphs_message_where_jobs_are_unreadable_too(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await held(harness)
        harness.graph.fail("list_jobs", refusal(403, "Grant Synchronization.ReadWrite.All"))
        harness.graph.fail("has_service_principal", refusal(403, FORBIDDEN))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "PermissionMissing")
        assert harness.message(key, "Stalled") == "Grant Synchronization.ReadWrite.All"


class TestExistingServicePrincipal:
    @pytest.mark.parametrize(("status", "reason"), [(404, "RequestRefused"), (403, "PermissionMissing")])
    async def test_an_existing_service_principal_leaves_the_refusal_as_it_is(
        self, harness: ReconcilerHarness, status: int, reason: str
    ) -> None:
        key = await held(harness)
        harness.graph.fail("list_jobs", refusal(status))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", reason)

    async def test_a_service_principal_is_not_judged_while_the_directory_does_not_answer(
        self, harness: ReconcilerHarness
    ) -> None:
        key = await held(harness)
        harness.graph.fail("list_jobs", refusal(404))
        harness.graph.fail("has_service_principal", DOWN)
        before = harness.status(key)
        assert (await harness.run(key)).is_failure
        assert harness.status(key) == before


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_deletion_without_a_connection_says_how_to_let_go(
    harness: ReconcilerHarness, *, is_there: bool
) -> None:
    key = await held(harness, connection_name="contoso")
    if is_there:
        harness.connections.put(
            ObjectKey("identity", "contoso"), ConnectionFault("SecretUnreadable", "Secret entra is missing.")
        )
    delete(harness, key)
    await harness.run(key)
    assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
    message = harness.message(key, "Stalled")
    assert ("Secret entra is missing." if is_there else "There is no GraphConnection identity/contoso") in message
    assert 'entrasync.io/abandon: "true"' in message
    assert harness.graph.calls == []
