"""The deletion of a resource, and what becomes of its job."""

from typing import Any

import pytest

from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted
from entrasync.core.decision.verdicts import Stall
from entrasync.core.resource.desired import Desired
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged
from tests.support.facts import (
    JOB,
    desired,
    holder,
    minutes,
    remote_job,
    resource,
)
from tests.support.graph_answers import DOWN, LOST, replicating
from tests.support.reconciler_harness import ReconcilerHarness


class TestDeletion:
    async def test_a_deletion_deletes_a_created_job(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        assert (await harness.run(key)).requeue_after is None
        assert harness.graph.calls == ["delete_job"]
        assert key not in harness.server.stored

    async def test_a_deletion_with_pause_pauses_once_and_ends(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(deletion_policy=DeletionPolicy.PAUSE)
        harness.delete(key)
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "pause_job"]
        assert key not in harness.server.stored

    @pytest.mark.parametrize(("policy", "act"), [("Delete", "delete_job"), ("Pause", "pause_job")])
    async def test_a_deletion_leaves_no_job_running_that_was_hidden_for_four_minutes(
        self, harness: ReconcilerHarness, policy: str, act: str
    ) -> None:
        key = harness.apply_holder(deletion_policy=DeletionPolicy(policy))
        harness.graph.hidden = {JOB}
        harness.delete(key)
        await harness.run_until(key, minutes(4))
        assert harness.condition(key, "Reconciling") == ("True", "Deleting")
        assert harness.recorded.reasons == []
        harness.graph.hidden = set()
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.writes[-1] == act
        assert not any(job.is_active for job in harness.graph.jobs.values())

    @pytest.mark.parametrize("policy", [DeletionPolicy.DELETE, DeletionPolicy.PAUSE])
    async def test_a_deletion_of_a_job_that_has_gone_reports_it_after_three_misses(
        self, harness: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = harness.apply_holder(deletion_policy=policy)
        harness.graph.jobs.clear()
        harness.delete(key)
        began, outcome = harness.clock.now(), await harness.run(key)
        while outcome.requeue_after is not None:
            harness.clock.move(outcome.requeue_after)
            outcome = await harness.run(key)
        assert minutes(5) <= harness.clock.now() - began <= minutes(7)
        assert key not in harness.server.stored
        [reported] = harness.recorded.events
        assert reported.message == f"The resource may go: job {JOB} was not there any more."

    async def test_a_deletion_whose_answer_was_lost_waits_until_its_job_counts_as_gone(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        harness.graph.fail("delete_job", LOST, is_done=True)
        assert (await harness.run(key)).is_failure
        await harness.run_until(key, minutes(4))
        assert key in harness.server.stored
        harness.clock.move(minutes(2))
        await harness.run(key)
        assert key not in harness.server.stored

    @pytest.mark.parametrize("policy", [DeletionPolicy.DELETE, DeletionPolicy.PAUSE])
    async def test_a_deletion_ends_at_once_when_the_service_principal_has_gone(
        self, harness: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = harness.apply_holder(deletion_policy=policy)
        harness.graph.jobs.clear()
        harness.graph.has_principal = False
        harness.graph.fail("list_jobs", replicating(404))
        harness.delete(key)
        assert (await harness.run(key)).requeue_after is None
        assert key not in harness.server.stored

    async def test_a_deletion_of_a_young_job_that_graph_does_not_know_yet_is_sent_again(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        await harness.run(key)
        harness.graph.hidden = set(harness.graph.jobs)
        harness.delete(key)
        outcome = await harness.run(key)
        assert outcome.requeue_after is not None
        assert outcome.requeue_after < minutes(1)
        assert harness.condition(key, "Reconciling") == ("True", "Deleting")
        harness.graph.hidden = set()
        await harness.run(key)
        assert harness.graph.jobs == {}
        assert key not in harness.server.stored

    @pytest.mark.parametrize("late", [minutes(1), minutes(20)], ids=["within the bound", "after a long stop"])
    async def test_a_deletion_of_an_unfinished_create_waits_for_its_job_and_deletes_it(
        self, harness: ReconcilerHarness, late: Any
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST, is_done=True)
        await harness.run(key)
        harness.delete(key)
        harness.restart()
        harness.clock.move(late)
        await harness.run(key)
        assert harness.graph.jobs == {}
        assert key not in harness.server.stored

    async def test_a_deletion_of_an_unfinished_create_ends_with_the_bound(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST)
        await harness.run(key)
        harness.delete(key)
        await harness.run_until(key, minutes(14))
        assert harness.condition(key, "Reconciling") == ("True", "Deleting")
        harness.clock.move(minutes(2))
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.writes == ["create_job"]

    @pytest.mark.parametrize(
        "wish",
        [desired(is_suspended=True), desired(management_policy=ManagementPolicy.OBSERVE)],
        ids=["suspend", "Observe"],
    )
    async def test_a_deletion_of_an_unfinished_create_waits_also_where_nothing_may_be_written(
        self, harness: ReconcilerHarness, wish: Desired
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST, is_done=True)
        await harness.run(key)
        harness.graph.hidden = set(harness.graph.jobs)
        harness.edit(key, desired=wish)
        await harness.run(key)
        harness.delete(key)
        await harness.run_until(key, minutes(5))
        assert harness.condition(key, "Reconciling") == ("True", "Deleting")
        harness.graph.hidden = set()
        await harness.run(key)
        assert key not in harness.server.stored
        key = harness.apply(resource(finalizers=(), uid="applied-again"))
        await harness.run(key)
        assert harness.status(key)["origin"] == "Adopted"
        assert harness.graph.writes == ["create_job"]

    async def test_a_deletion_waits_for_a_missing_service_principal_shortly_after_a_create(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST)
        await harness.run(key)
        harness.delete(key)
        harness.graph.has_principal = False
        harness.graph.fail("list_jobs", replicating(404), times=2)
        await harness.run(key)
        assert key in harness.server.stored
        harness.clock.move(minutes(5))
        await harness.run(key)
        assert key not in harness.server.stored

    @pytest.mark.parametrize("error", [ResourceChanged("409"), ApiServerUnavailable("403")])
    @pytest.mark.parametrize("restarts", [False, True])
    async def test_a_job_that_was_deleted_is_remembered_until_its_resource_goes(
        self, harness: ReconcilerHarness, error: Exception, *, restarts: bool
    ) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        harness.server.failures.append(error)
        with pytest.raises(type(error)):
            await harness.run(key)
        if restarts:
            harness.restart()
        assert harness.status(key)["deletedJobId"] == JOB
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.calls == ["delete_job"]
        assert harness.recorded.reasons == ["JobDeleted"]

    async def test_a_job_that_was_deleted_is_remembered_also_while_nothing_can_be_written(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        harness.server.failures += [ApiServerUnavailable("403")] * 5
        for _ in range(4):
            with pytest.raises(ApiServerUnavailable):
                await harness.run(key)
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.calls == ["delete_job"]
        assert harness.recorded.reasons == ["JobDeleted"]

    async def test_a_job_that_was_deleted_says_nothing_of_a_resource_applied_again(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        harness.server.failures += [ApiServerUnavailable("403")] * 2
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        harness.server.stored.pop(key)
        harness.graph.add(remote_job())
        harness.apply(holder(uid="applied-again", is_deleting=True))
        await harness.run(key)
        assert harness.graph.calls == ["delete_job", "delete_job"]

    @pytest.mark.parametrize("policy", [DeletionPolicy.RETAIN, DeletionPolicy.PAUSE])
    async def test_a_release_that_is_tried_again_is_told_of_once(
        self, harness: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = harness.apply_holder(deletion_policy=policy)
        harness.delete(key)
        harness.server.failures.append(ApiServerUnavailable("503"))
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.recorded.reasons.count("JobReleased") == 1

    async def test_a_deletion_of_a_job_that_graph_does_not_know_is_sent_once(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.graph.jobs.clear()
        harness.delete(key)
        await harness.run_until(key, minutes(4))
        assert harness.graph.writes == ["delete_job"]

    async def test_a_blocked_deletion_says_how_to_let_go(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        harness.graph.fail("delete_job", Halted(Stall(Reason.CREDENTIAL_REFUSED, "Wrong secret.")))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert 'entrasync.io/abandon: "true"' in str(harness.status(key)["conditions"])

    @pytest.mark.parametrize("error", [DOWN, LOST])
    async def test_a_deletion_that_graph_delays_says_how_to_let_go_and_writes_it_once(
        self, harness: ReconcilerHarness, error: Exception
    ) -> None:
        key = harness.apply_holder()
        await harness.run(key)
        harness.delete(key)
        harness.graph.fail("delete_job", error, times=3)
        await harness.run(key)
        writes = list(harness.server.writes)
        for _ in range(2):
            assert (await harness.run(key)).is_failure
        assert harness.condition(key, "Reconciling") == ("True", "GraphUnreachable")
        assert 'entrasync.io/abandon: "true"' in str(harness.status(key)["conditions"])
        assert harness.server.writes == writes

    async def test_a_deletion_of_a_resource_without_our_finalizer_is_ignored(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(is_deleting=True, finalizers=("other",)))
        assert (await harness.run(key)).requeue_after is None
        assert harness.graph.calls == []
