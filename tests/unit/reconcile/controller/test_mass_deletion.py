"""No mass deletion by accident: a CRD that is deleted with all its objects, and the install's limit of deletions."""

from datetime import timedelta

import pytest

from entrasync.api.names import ABANDON_ANNOTATION, DELETION_APPROVED_ANNOTATION
from entrasync.api.policies import DeletionPolicy
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable
from tests.support.facts import JOB, desired, holder, minutes, remote_job, seconds
from tests.support.graph_answers import LOST
from tests.support.reconciler_harness import ReconcilerHarness


class TestDeletedCrd:
    @pytest.mark.parametrize("policy", [None, DeletionPolicy.DELETE, DeletionPolicy.PAUSE])
    async def test_a_job_lives_on_whatever_the_policy_says(
        self, harness: ReconcilerHarness, policy: DeletionPolicy | None
    ) -> None:
        key = harness.apply_holder(deletion_policy=policy)
        harness.delete(key)
        harness.definitions.is_deleted = True
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.calls == []
        [event] = harness.recorded.events
        assert event.type == "Warning"
        assert event.message == (
            f"The resource may go: the CRD of SynchronizationJobs is being deleted, so job {JOB} lives on in Graph, "
            "whatever spec.deletionPolicy says."
        )

    async def test_an_unfinished_create_is_settled_first_and_its_job_lives_on(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_new()
        harness.graph.fail("create_job", LOST, is_done=True)
        await harness.run(key)
        harness.delete(key)
        harness.definitions.is_deleted = True
        harness.clock.move(minutes(1))
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.writes == ["create_job"]
        assert len(harness.graph.jobs) == 1

    async def test_a_deletion_waits_while_it_is_unknown_whether_the_crd_is_deleted(
        self, harness: ReconcilerHarness
    ) -> None:
        key = harness.apply_holder()
        harness.delete(key)
        harness.definitions.is_deleted = ApiServerUnavailable("503")
        with pytest.raises(ApiServerUnavailable):
            await harness.run(key)
        assert harness.graph.calls == []

    async def test_a_resource_without_a_working_connection_is_let_go_too(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder(connection_name="gone")
        harness.delete(key)
        harness.definitions.is_deleted = True
        await harness.run(key)
        assert key not in harness.server.stored


class Prune:
    """Several resources that are deleted at once, under a limit."""

    def __init__(self, limit: int | None, count: int = 4) -> None:
        self.harness = ReconcilerHarness()
        self.harness.deletion_limit = limit
        self.harness.restart()
        self.keys = [self.apply(number) for number in range(count)]

    def apply(self, number: int) -> ObjectKey:
        self.harness.graph.add(remote_job(f"job.{number}"))
        made = holder(f"job.{number}", desired(), name=f"resource-{number}", uid=f"uid-{number}")
        self.harness.server.apply(made)
        self.harness.delete(made.key)
        return made.key

    async def run(self) -> None:
        for key in self.keys:
            await self.harness.run(key)

    @property
    def left(self) -> list[ObjectKey]:
        return [key for key in self.keys if key in self.harness.server.stored]

    async def wait(self, delay: timedelta) -> None:
        self.harness.clock.move(delay)
        await self.run()


class TestLimit:
    @pytest.mark.parametrize(("limit", "left"), [(None, 0), (0, 4), (1, 3), (3, 1), (4, 0)])
    async def test_at_most_so_many_jobs_are_deleted_at_once(self, limit: int | None, left: int) -> None:
        prune = Prune(limit)
        await prune.run()
        assert len(prune.left) == left
        assert len(prune.harness.graph.jobs) == left

    async def test_a_job_that_is_held_back_says_how_it_goes_on(self) -> None:
        prune = Prune(3)
        await prune.run()
        [held] = prune.left
        assert prune.harness.condition(held, "Stalled") == ("True", "DeletionHeld")
        assert prune.harness.message(held, "Stalled") == (
            "Job job.3 is not deleted, because the install allows at most 3 deletions in tenant "
            "7e9c1b52-0c1d-4f7e-8a53-3b1f0f6a9d11 within ten minutes (--deletion-limit). To delete it all the same, "
            'annotate the resource with entrasync.io/deletion-approved: "true". To keep the job, annotate it with '
            'entrasync.io/abandon: "true".'
        )

    @pytest.mark.parametrize("restarts", [False, True])
    async def test_a_job_that_is_held_back_waits_for_a_person_however_long(self, *, restarts: bool) -> None:
        prune = Prune(3)
        await prune.run()
        held = prune.left
        if restarts:
            prune.harness.restart()
        await prune.wait(minutes(60))
        assert prune.left == held

    @pytest.mark.parametrize(("annotation", "jobs"), [(DELETION_APPROVED_ANNOTATION, 0), (ABANDON_ANNOTATION, 1)])
    async def test_a_person_lets_it_go_on(self, annotation: str, jobs: int) -> None:
        prune = Prune(3)
        await prune.run()
        [held] = prune.left
        prune.harness.edit(held, annotations={**prune.harness.server.stored[held].annotations, annotation: "true"})
        await prune.run()
        assert prune.left == []
        assert len(prune.harness.graph.jobs) == jobs

    async def test_later_deletions_are_free_again_after_ten_minutes(self) -> None:
        prune = Prune(2, count=2)
        await prune.run()
        prune.harness.clock.move(minutes(10) - seconds(1))
        prune.keys = [prune.apply(7)]
        await prune.run()
        assert len(prune.left) == 1
        prune.harness.clock.move(seconds(1))
        prune.keys = [prune.apply(8)]
        await prune.run()
        assert prune.left == []

    async def test_a_deletion_that_is_tried_again_counts_once(self) -> None:
        prune = Prune(1, count=1)
        prune.harness.graph.fail("delete_job", LOST, times=2)
        await prune.run()
        await prune.wait(minutes(9))
        await prune.wait(minutes(9))
        assert prune.left == []

    @pytest.mark.parametrize("policy", [DeletionPolicy.RETAIN, DeletionPolicy.PAUSE])
    async def test_a_job_that_is_not_deleted_does_not_count(self, policy: DeletionPolicy) -> None:
        prune = Prune(0, count=1)
        prune.harness.edit(prune.keys[0], desired=desired(deletion_policy=policy))
        await prune.run()
        assert prune.left == []

    async def test_a_limit_that_was_taken_away_holds_nothing_back(self) -> None:
        prune = Prune(0, count=1)
        await prune.run()
        prune.harness.deletion_limit = None
        prune.harness.restart()
        await prune.run()
        assert prune.left == []
