"""The deletion of a resource, and what becomes of its job."""

from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.policies import DeletionPolicy, ManagementPolicy
from entrasync.core.decision.errors import Stalled
from entrasync.core.resource.desired import Desired
from tests.support.facts import (
    JOB,
    desired,
    minutes,
    resource,
)
from tests.support.graph_answers import DOWN, LOST, replicating
from tests.support.reconciler_harness import ReconcilerHarness


class TestDeletion:
    async def test_of_a_job_we_made_deletes_it(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.delete(key)
        assert (await story.run(key)).look_again is None
        assert story.graph.calls == ["delete_job"]
        assert key not in story.server.stored

    async def test_with_pause_pauses_once_and_goes(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder(deletion_policy=DeletionPolicy.PAUSE)
        story.delete(key)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "pause_job"]
        assert key not in story.server.stored

    @pytest.mark.parametrize(("policy", "act"), [("Delete", "delete_job"), ("Pause", "pause_job")])
    async def test_of_a_job_out_of_sight_for_four_minutes_leaves_none_running(
        self, story: ReconcilerHarness, policy: str, act: str
    ) -> None:
        key = story.apply_holder(deletion_policy=DeletionPolicy(policy))
        story.graph.hidden = {JOB}
        story.delete(key)
        await story.run_until(key, minutes(4))
        assert story.condition(key, "Reconciling") == ("True", "Deleting")
        assert story.told.reasons == []
        story.graph.hidden = set()
        await story.run(key)
        assert key not in story.server.stored
        assert story.graph.writes[-1] == act
        assert not any(job.is_active for job in story.graph.jobs.values())

    @pytest.mark.parametrize("policy", [DeletionPolicy.DELETE, DeletionPolicy.PAUSE])
    async def test_of_a_job_that_has_gone_says_so_after_three_misses(
        self, story: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = story.apply_holder(deletion_policy=policy)
        story.graph.jobs.clear()
        story.delete(key)
        began, outcome = story.clock.now(), await story.run(key)
        while outcome.look_again is not None:
            story.clock.move(outcome.look_again)
            outcome = await story.run(key)
        assert minutes(5) <= story.clock.now() - began <= minutes(7)
        assert key not in story.server.stored
        [told] = story.told.events
        assert told.message == f"The resource may go: job {JOB} was not there any more."

    async def test_whose_answer_was_lost_waits_until_its_job_counts_as_gone(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.delete(key)
        story.graph.fail("delete_job", LOST, is_done=True)
        assert (await story.run(key)).is_failure
        await story.run_until(key, minutes(4))
        assert key in story.server.stored
        story.clock.move(minutes(2))
        await story.run(key)
        assert key not in story.server.stored

    @pytest.mark.parametrize("policy", [DeletionPolicy.DELETE, DeletionPolicy.PAUSE])
    async def test_goes_at_once_when_the_service_principal_has_gone(
        self, story: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        key = story.apply_holder(deletion_policy=policy)
        story.graph.jobs.clear()
        story.graph.has_principal = False
        story.graph.fail("list_jobs", replicating(404))
        story.delete(key)
        assert (await story.run(key)).look_again is None
        assert key not in story.server.stored

    async def test_of_a_young_job_that_graph_does_not_know_yet_is_tried_again(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        await story.run(key)
        story.graph.hidden = set(story.graph.jobs)
        story.delete(key)
        outcome = await story.run(key)
        assert outcome.look_again is not None
        assert outcome.look_again < minutes(1)
        assert story.condition(key, "Reconciling") == ("True", "Deleting")
        story.graph.hidden = set()
        await story.run(key)
        assert story.graph.jobs == {}
        assert key not in story.server.stored

    @pytest.mark.parametrize("late", [minutes(1), minutes(20)], ids=["within the bound", "after a long stop"])
    async def test_of_an_unfinished_create_waits_for_its_job_and_deletes_it(
        self, story: ReconcilerHarness, late: Any
    ) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST, is_done=True)
        await story.run(key)
        story.delete(key)
        story.restart()
        story.clock.move(late)
        await story.run(key)
        assert story.graph.jobs == {}
        assert key not in story.server.stored

    async def test_of_an_unfinished_create_ends_with_the_bound(self, story: ReconcilerHarness) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST)
        await story.run(key)
        story.delete(key)
        await story.run_until(key, minutes(14))
        assert story.condition(key, "Reconciling") == ("True", "Deleting")
        story.clock.move(minutes(2))
        await story.run(key)
        assert key not in story.server.stored
        assert story.graph.writes == ["create_job"]

    @pytest.mark.parametrize(
        "wish",
        [desired(is_suspended=True), desired(management_policy=ManagementPolicy.OBSERVE)],
        ids=["suspend", "Observe"],
    )
    async def test_of_an_unfinished_create_waits_also_where_nothing_may_be_written(
        self, story: ReconcilerHarness, wish: Desired
    ) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST, is_done=True)
        await story.run(key)
        story.graph.hidden = set(story.graph.jobs)
        story.edit(key, desired=wish)
        await story.run(key)
        story.delete(key)
        await story.run_until(key, minutes(5))
        assert story.condition(key, "Reconciling") == ("True", "Deleting")
        story.graph.hidden = set()
        await story.run(key)
        assert key not in story.server.stored
        key = story.apply(resource(finalizers=(), uid="applied-again"))
        await story.run(key)
        assert story.status(key)["origin"] == "Adopted"
        assert story.graph.writes == ["create_job"]

    async def test_ends_when_the_service_principal_is_gone_but_not_shortly_after_a_create(
        self, story: ReconcilerHarness
    ) -> None:
        key = story.apply_new()
        story.graph.fail("create_job", LOST)
        await story.run(key)
        story.delete(key)
        story.graph.has_principal = False
        story.graph.fail("list_jobs", replicating(404), times=2)
        await story.run(key)
        assert key in story.server.stored
        story.clock.move(minutes(5))
        await story.run(key)
        assert key not in story.server.stored

    async def test_that_a_person_must_unblock_says_how(self, story: ReconcilerHarness) -> None:
        key = story.apply_holder()
        story.delete(key)
        story.graph.fail("delete_job", Stalled(Reason.CREDENTIAL_REFUSED, "Wrong secret."))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert 'entrasync.io/abandon: "true"' in str(story.status(key)["conditions"])

    @pytest.mark.parametrize("error", [DOWN, LOST])
    async def test_that_graph_holds_up_says_how_to_let_go_and_writes_it_once(
        self, story: ReconcilerHarness, error: Exception
    ) -> None:
        key = story.apply_holder()
        await story.run(key)
        story.delete(key)
        story.graph.fail("delete_job", error, times=3)
        await story.run(key)
        writes = list(story.server.writes)
        for _ in range(2):
            assert (await story.run(key)).is_failure
        assert story.condition(key, "Reconciling") == ("True", "GraphUnreachable")
        assert 'entrasync.io/abandon: "true"' in str(story.status(key)["conditions"])
        assert story.server.writes == writes

    async def test_of_a_resource_that_lost_its_finalizer_is_not_ours(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource(is_deleting=True, finalizers=("other",)))
        assert (await story.run(key)).look_again is None
        assert story.graph.calls == []
