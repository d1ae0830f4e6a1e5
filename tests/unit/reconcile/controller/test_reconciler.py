"""The story of a pass: what is written where, in which order, and what a failure at each point leaves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.policies import DeletionPolicy, ManagementPolicy, OnMissing, ScheduleState
from entrasync.core.decision.errors import GraphAnswer, OutcomeUnknown, PossiblyReplicating, Refused, Stalled, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.desired import Desired
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged
from tests.support.facts import (
    JOB,
    NOW,
    OTHER_PRINCIPAL,
    PRINCIPAL,
    desired,
    holder,
    minutes,
    quarantined_job,
    remote_job,
    resource,
    seconds,
)
from tests.support.reconciler_harness import ReconcilerHarness

LOST = OutcomeUnknown(Reason.GRAPH_UNREACHABLE, "No answer.")
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")


def refused(status: int) -> Refused:
    return Refused(Reason.REQUEST_REFUSED, "No.", answer=GraphAnswer(status, "BadRequest", "No.", "req"))


def replicating(status: int) -> PossiblyReplicating:
    return PossiblyReplicating(refused(status), answer=GraphAnswer(status, "", "", "req"))


def rounded(outcome: Outcome) -> int:
    assert outcome.look_again is not None
    return round(outcome.look_again.total_seconds())


@pytest.fixture
def story() -> ReconcilerHarness:
    return ReconcilerHarness()


def fresh(story: ReconcilerHarness, **spec: Any) -> ObjectKey:
    return story.apply(resource(desired(**spec), finalizers=()))


def held(story: ReconcilerHarness, **spec: Any) -> ObjectKey:
    story.graph.add(remote_job())
    return story.apply(holder(wish=desired(**spec)))


def delete(story: ReconcilerHarness, key: ObjectKey) -> None:
    story.edit(key, is_deleting=True)


class TestCreate:
    async def test_is_list_create_start_list_and_four_writes(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "create_job", "start_job", "list_jobs"]
        assert story.server.writes == ["metadata", "status", "metadata", "status"]
        finalizer, intent, annotation, status = story.server.patches
        assert finalizer["finalizers"] == [FINALIZER]
        assert intent["operation"]["jobIdsBefore"] == []
        assert set(annotation["annotations"]) == {JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION}
        assert "resourceVersion" not in annotation
        assert status["operation"] is None
        assert story.condition(key, "Ready") == ("True", "NotRunYet")
        assert story.told.reasons == ["JobCreated", "JobStarted"]

    async def test_a_second_pass_writes_nothing(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        await story.run(key)
        before = list(story.server.writes)
        for _ in range(10):
            story.clock.move(minutes(1))
            await story.run(key)
        assert story.server.writes == before
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_a_changed_resource_stops_the_pass_before_the_post(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.server.meanwhile = lambda: story.server.change(replace(story.server.stored[key], generation=2))
        with pytest.raises(ResourceChanged):
            await story.run(key)
        assert story.graph.writes == []

    @pytest.mark.parametrize("error", [refused(400), refused(403), replicating(404), replicating(409), DOWN])
    async def test_refused_clears_the_intent_and_lets_the_resource_go_elsewhere(
        self, story: ReconcilerHarness, error: Exception
    ) -> None:
        key = story.apply(resource())
        story.graph.fail("create_job", error)
        await story.run(key)
        assert not {"operation", "servicePrincipalId", "tenantId"} & set(story.status(key))
        story.edit(key, desired=desired(service_principal_id=OTHER_PRINCIPAL))
        await story.run(key)
        assert story.status(key)["servicePrincipalId"] == OTHER_PRINCIPAL

    async def test_refused_for_its_template_says_which_are_offered(self, story: ReconcilerHarness) -> None:
        key = fresh(story, template_id="typo")
        story.graph.fail("create_job", refused(400))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "TemplateNotOffered")
        assert "It offers: scim." in str(story.status(key)["conditions"])

    async def test_refused_for_its_template_is_not_sent_again_and_nothing_is_written(
        self, story: ReconcilerHarness
    ) -> None:
        key = fresh(story, template_id="typo")
        story.graph.fail("create_job", refused(400))
        await story.run(key)
        writes = list(story.server.writes)
        await story.run_until(key, minutes(30))
        assert story.graph.writes == ["create_job"]
        assert story.server.writes == writes
        story.graph.templates = ("scim", "typo")
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "True"

    async def test_a_refusal_is_told_though_the_templates_cannot_be_read(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("create_job", refused(400))
        story.graph.fail("list_templates", DOWN)
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "RequestRefused")

    async def test_two_resources_make_one_job(self, story: ReconcilerHarness) -> None:
        first, second = fresh(story), story.apply(resource(name="twin"))
        await story.run(first)
        await story.run(second)
        assert len(story.graph.jobs) == 1
        assert story.condition(second, "Stalled") == ("True", "Conflict")


class TestALostAnswer:
    @pytest.mark.parametrize("looks", range(6))
    async def test_makes_one_job_however_late_it_shows(self, story: ReconcilerHarness, looks: int) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST, is_done=True)
        outcome = await story.run(key)
        assert rounded(outcome) == 1
        assert story.condition(key, "Reconciling") == ("True", "CreateUnconfirmed")
        story.graph.hidden = set(story.graph.jobs)
        for _ in range(looks):
            assert outcome.look_again is not None
            story.clock.move(outcome.look_again)
            outcome = await story.run(key)
        story.graph.hidden = set()
        story.clock.move(seconds(1))
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_a_create_that_never_arrived_posts_again_after_the_bound(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST)
        await story.run_until(key, minutes(14.9))
        assert story.graph.writes == ["create_job"]
        writes = list(story.server.writes)
        assert len(writes) <= 4, "the looks in between write nothing"
        await story.run_until(key, minutes(0.2))
        assert story.graph.writes == ["create_job", "create_job", "start_job"]

    async def test_is_settled_over_a_restart(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST, is_done=True)
        await story.run(key)
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_of_a_start_is_looked_at_before_it_is_repeated(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("start_job", LOST, is_done=True)
        assert (await story.run(key)).is_failure
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_of_a_start_that_did_not_arrive_repeats_it(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("start_job", LOST)
        await story.run(key)
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job", "start_job"]


class TestACrash:
    async def test_before_the_annotation_keeps_the_intent(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.server.failures.extend([None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_before_the_status_keeps_the_job(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.server.failures.extend([None, None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        story.restart()
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert "operation" not in story.status(key)

    async def test_before_the_status_of_a_job_that_stays_invisible_posts_no_second(
        self, story: ReconcilerHarness
    ) -> None:
        """The bound counts from the intent, the only witness of the creation then."""
        key = story.apply(resource())
        story.graph.fail("start_job", DOWN)
        story.server.failures.extend([None, None, ApiServerUnavailable("gone")])
        with pytest.raises(ApiServerUnavailable):
            await story.run(key)
        story.restart()
        story.graph.hidden = set(story.graph.jobs)
        await story.run_until(key, minutes(14))
        story.graph.hidden = set()
        await story.run_until(key, minutes(1))
        assert story.graph.writes.count("create_job") == 1
        assert story.condition(key, "Ready")[0] == "True"


class TestAJobOutOfSight:
    async def test_that_we_just_made_is_waited_for_and_ready_soon_after(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        await story.run(key)
        story.graph.hidden = set(story.graph.jobs)
        await story.run_until(key, minutes(14))
        assert story.condition(key, "Ready") == ("Unknown", "JobMissing")
        story.graph.hidden = set()
        await story.run_until(key, seconds(21))
        assert story.condition(key, "Ready")[0] == "True"
        assert story.graph.writes.count("create_job") == 1

    async def test_for_four_minutes_is_not_gone(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.graph.hidden = {JOB}
        await story.run_until(key, minutes(4))
        story.graph.hidden = set()
        await story.run_until(key, minutes(10))
        assert story.graph.writes == []

    async def test_for_good_is_made_again_and_its_id_is_no_candidate(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.graph.jobs.clear()
        await story.run_until(key, minutes(8))
        assert story.graph.writes == ["create_job", "start_job"]
        assert JOB in story.server.patches[-3]["operation"]["jobIdsBefore"]
        assert story.status(key)["job"]["id"] != JOB

    async def test_made_again_under_the_same_id_is_held(self, story: ReconcilerHarness) -> None:
        """Tenant-wide jobs have ids without a random part (graph-facts 4.1)."""
        key = held(story)
        story.graph.jobs.clear()
        story.graph.next_id = JOB
        await story.run_until(key, minutes(8))
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.condition(key, "Ready")[0] == "True"

    async def test_counts_neither_refused_looks_nor_incomplete_lists(self, story: ReconcilerHarness) -> None:
        key = held(story, on_missing=OnMissing.REPORT)
        story.graph.jobs.clear()
        story.graph.is_complete = False
        await story.run_until(key, minutes(10))
        assert story.condition(key, "Ready") == ("Unknown", "JobMissing")
        story.graph.is_complete = True
        await story.run_until(key, minutes(10))
        assert story.condition(key, "Stalled") == ("True", "JobGone")


class TestStartAndPause:
    async def test_an_error_after_the_start_was_taken_keeps_its_time(
        self, story: ReconcilerHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = story.apply(resource())
        story.graph.fail("list_jobs", DOWN, times=0)
        story.graph.add(remote_job(state="Disabled"))
        story.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        original = story.graph.start_job

        async def start_then_fail(principal: str, job_id: str) -> None:
            await original(principal, job_id)
            story.graph.fail("list_jobs", DOWN)

        monkeypatch.setattr(story.graph, "start_job", start_then_fail)  # the look after it is what fails
        await story.run(key)
        assert story.graph.writes == ["start_job"]
        assert story.status(key)["lastStartTime"].startswith("2026-11-01T12:00:00")

    async def test_a_pause_is_not_repeated_while_reads_are_stale(self, story: ReconcilerHarness) -> None:
        key = held(story, schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        story.edit(key, desired=desired(schedule_state=ScheduleState.PAUSED))
        story.graph.is_stale = True
        await story.run_until(key, minutes(14))
        assert story.graph.writes == ["pause_job"]
        assert story.condition(key, "Reconciling") == ("True", "Pausing")
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        await story.run_until(key, minutes(20))
        assert story.graph.writes == ["pause_job"]
        assert story.told.reasons == ["JobPaused"]
        assert story.condition(key, "Ready") == ("True", "Paused")

    async def test_a_pause_that_came_to_nothing_is_repeated_after_the_bound(self, story: ReconcilerHarness) -> None:
        key = held(story, schedule_state=ScheduleState.PAUSED)
        story.graph.is_stale = True
        await story.run_until(key, minutes(16))
        assert story.graph.writes == ["pause_job", "pause_job"]
        assert story.told.reasons == ["JobPaused", "JobPaused"]

    async def test_a_start_that_was_seen_is_undone_at_once_and_once(self, story: ReconcilerHarness) -> None:
        key = held(story, schedule_state=ScheduleState.PAUSED)
        await story.run(key)
        story.graph.add(remote_job())
        story.graph.is_stale = True
        await story.run_until(key, minutes(10))
        assert story.graph.writes == ["pause_job", "pause_job"]
        assert story.told.reasons == ["JobPaused", "DriftCorrected"]
        [drift] = story.status(key)["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Paused", "found": "Active"}

    async def test_a_pause_after_our_own_start_is_not_held_up(self, story: ReconcilerHarness) -> None:
        key = held(story, schedule_state=ScheduleState.PAUSED)
        await story.run(key)
        for state in (ScheduleState.ACTIVE, ScheduleState.PAUSED):
            story.edit(key, desired=desired(schedule_state=state))
            await story.run(key)
        assert story.graph.writes == ["pause_job", "start_job", "pause_job"]
        assert story.told.reasons == ["JobPaused", "JobStarted", "JobPaused"]

    async def test_graphs_own_pause_is_known_over_a_restart(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await story.run(key)
        story.restart()
        await story.run_until(key, minutes(30))
        assert story.condition(key, "Stalled") == ("True", "PausedByGraph")
        assert story.graph.writes == []

    async def test_a_persons_pause_is_undone_also_after_a_restart(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.restart()
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        await story.run(key)
        assert story.graph.writes == ["start_job"]
        assert story.told.reasons == ["DriftCorrected"]
        [drift] = story.status(key)["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Active", "found": "Disabled"}

    async def test_suspended_is_left_alone_and_taken_up_again(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.edit(key, desired=desired(is_suspended=True))
        assert (await story.run(key)).look_again is None
        assert story.graph.calls == []
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")


class TestAnotherTenant:
    async def test_is_not_even_read(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.graph.tenant_id = "elsewhere"
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "TenantChanged")
        assert story.graph.calls == []

    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_is_never_deleted_in(self, story: ReconcilerHarness, policy: DeletionPolicy) -> None:
        key = held(story, deletion_policy=policy)
        story.graph.tenant_id, story.graph.has_principal = "elsewhere", False
        delete(story, key)
        await story.run(key)
        assert story.graph.writes == []
        assert (key in story.server.stored) == (policy is not DeletionPolicy.RETAIN)


class TestAPersonsTurn:
    async def test_is_looked_at_again_after_five_minutes_however_rare_the_polls(self, story: ReconcilerHarness) -> None:
        key = held(story, poll_interval=timedelta(hours=24), template_id="other")
        assert rounded(await story.run(key)) == 300
        assert story.condition(key, "Stalled") == ("True", "TemplateChanged")

    async def test_that_cannot_be_seen_is_looked_at_as_soon(self, story: ReconcilerHarness) -> None:
        key = held(story, poll_interval=timedelta(hours=24))
        story.graph.fail("list_jobs", Stalled(Reason.CREDENTIAL_REFUSED, "Wrong secret."))
        assert rounded(await story.run(key)) == 300

    async def test_keeps_a_poll_interval_that_is_shorter(self, story: ReconcilerHarness) -> None:
        key = held(story, poll_interval=minutes(1), template_id="other")
        assert rounded(await story.run(key)) == 60


class TestBlindness:
    async def test_one_lost_poll_writes_nothing_three_intervals_make_ready_unknown(
        self, story: ReconcilerHarness
    ) -> None:
        key = held(story)
        await story.run(key)
        writes = list(story.server.writes)
        story.graph.fail("list_jobs", DOWN, times=20)
        story.clock.move(minutes(14))
        assert (await story.run(key)).is_failure
        assert story.server.writes == writes
        story.clock.move(minutes(1))
        await story.run(key)
        assert story.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        after = list(story.server.writes)
        for _ in range(5):
            story.clock.move(minutes(5))
            await story.run(key)
        assert story.server.writes == after

    async def test_is_counted_from_the_process_start_at_the_earliest(self, story: ReconcilerHarness) -> None:
        key = held(story)
        await story.run(key)
        story.clock.move(minutes(60))
        story.restart()
        story.graph.fail("list_jobs", DOWN)
        await story.run(key)
        assert story.condition(key, "Ready")[0] == "True"

    async def test_a_missing_service_principal_stalls_when_nothing_is_young(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.has_principal = False
        story.graph.fail("list_jobs", replicating(404), times=2)
        await story.run(key)
        assert story.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        story.clock.move(minutes(5))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")


class TestDeletion:
    async def test_of_a_job_we_made_deletes_it(self, story: ReconcilerHarness) -> None:
        key = held(story)
        delete(story, key)
        assert (await story.run(key)).look_again is None
        assert story.graph.calls == ["delete_job"]
        assert key not in story.server.stored

    async def test_with_pause_pauses_once_and_goes(self, story: ReconcilerHarness) -> None:
        key = held(story, deletion_policy=DeletionPolicy.PAUSE)
        delete(story, key)
        await story.run(key)
        assert story.graph.calls == ["list_jobs", "pause_job"]
        assert key not in story.server.stored

    @pytest.mark.parametrize(("policy", "act"), [("Delete", "delete_job"), ("Pause", "pause_job")])
    async def test_of_a_job_out_of_sight_for_four_minutes_leaves_none_running(
        self, story: ReconcilerHarness, policy: str, act: str
    ) -> None:
        key = held(story, deletion_policy=DeletionPolicy(policy))
        story.graph.hidden = {JOB}
        delete(story, key)
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
        key = held(story, deletion_policy=policy)
        story.graph.jobs.clear()
        delete(story, key)
        began, outcome = story.clock.now(), await story.run(key)
        while outcome.look_again is not None:
            story.clock.move(outcome.look_again)
            outcome = await story.run(key)
        assert minutes(5) <= story.clock.now() - began <= minutes(7)
        assert key not in story.server.stored
        [told] = story.told.events
        assert told.message == f"The resource may go: job {JOB} was not there any more."

    async def test_whose_answer_was_lost_waits_until_its_job_counts_as_gone(self, story: ReconcilerHarness) -> None:
        key = held(story)
        delete(story, key)
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
        key = held(story, deletion_policy=policy)
        story.graph.jobs.clear()
        story.graph.has_principal = False
        story.graph.fail("list_jobs", replicating(404))
        delete(story, key)
        assert (await story.run(key)).look_again is None
        assert key not in story.server.stored

    async def test_of_a_young_job_that_graph_does_not_know_yet_is_tried_again(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        await story.run(key)
        story.graph.hidden = set(story.graph.jobs)
        delete(story, key)
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
        key = fresh(story)
        story.graph.fail("create_job", LOST, is_done=True)
        await story.run(key)
        delete(story, key)
        story.restart()
        story.clock.move(late)
        await story.run(key)
        assert story.graph.jobs == {}
        assert key not in story.server.stored

    async def test_of_an_unfinished_create_ends_with_the_bound(self, story: ReconcilerHarness) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST)
        await story.run(key)
        delete(story, key)
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
        key = fresh(story)
        story.graph.fail("create_job", LOST, is_done=True)
        await story.run(key)
        story.graph.hidden = set(story.graph.jobs)
        story.edit(key, desired=wish)
        await story.run(key)
        delete(story, key)
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
        key = fresh(story)
        story.graph.fail("create_job", LOST)
        await story.run(key)
        delete(story, key)
        story.graph.has_principal = False
        story.graph.fail("list_jobs", replicating(404), times=2)
        await story.run(key)
        assert key in story.server.stored
        story.clock.move(minutes(5))
        await story.run(key)
        assert key not in story.server.stored

    async def test_that_a_person_must_unblock_says_how(self, story: ReconcilerHarness) -> None:
        key = held(story)
        delete(story, key)
        story.graph.fail("delete_job", Stalled(Reason.CREDENTIAL_REFUSED, "Wrong secret."))
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "DeletionBlocked")
        assert 'entrasync.io/abandon: "true"' in str(story.status(key)["conditions"])

    @pytest.mark.parametrize("error", [DOWN, LOST])
    async def test_that_graph_holds_up_says_how_to_let_go_and_writes_it_once(
        self, story: ReconcilerHarness, error: Exception
    ) -> None:
        key = held(story)
        await story.run(key)
        delete(story, key)
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


class TestAnEditDuringAPass:
    async def test_first_shown_by_our_own_write_is_looked_at_at_once(self, story: ReconcilerHarness) -> None:
        key = held(story)

        def edit() -> None:
            paused = desired(schedule_state=ScheduleState.PAUSED)
            story.server.change(replace(story.server.stored[key], generation=2, desired=paused))

        story.server.meanwhile = edit
        assert (await story.run(key)).look_again == seconds(0)
        await story.run(key)
        assert story.graph.writes == ["pause_job"]

    async def test_is_not_called_observed_by_the_pass_before_it(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource())
        story.graph.fail("create_job", refused(400))
        original = story.server.patch_status
        count = 0

        async def edit_before_the_second(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == 2:
                changed = replace(story.server.stored[key], generation=2, desired=desired(template_id="other"))
                story.server.change(changed)
            return await original(*args, **more)

        story.server.patch_status = edit_before_the_second  # type: ignore[method-assign]  # a user is quicker than us
        outcome = await story.run(key)
        assert story.status(key)["observedGeneration"] == 1
        assert outcome.look_again == seconds(0)

    async def test_that_names_a_job_during_an_unfinished_create_ends_with_that_job(
        self, story: ReconcilerHarness
    ) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST)
        await story.run(key)
        story.graph.add(remote_job("named", template="scim"))
        story.graph.add(remote_job("other", template="scim"))
        story.edit(key, desired=desired(job_id="named"))
        await story.run(key)
        assert story.status(key)["job"]["id"] == "named"

    async def test_that_forbids_to_create_ends_an_unfinished_create_after_the_bound(
        self, story: ReconcilerHarness
    ) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST)
        await story.run(key)
        story.edit(key, desired=desired(job_id="nowhere"))
        await story.run_until(key, minutes(16))
        assert story.graph.writes == ["create_job"]
        assert "operation" not in story.status(key)
        assert story.condition(key, "Stalled") == ("True", "JobNotFound")

    async def test_to_another_service_principal_is_free_once_the_create_has_come_to_nothing(
        self, story: ReconcilerHarness
    ) -> None:
        key = fresh(story)
        story.graph.fail("create_job", LOST)
        await story.run(key)
        story.edit(key, desired=desired(service_principal_id=OTHER_PRINCIPAL))
        story.clock.move(minutes(15))
        with pytest.raises(ResourceChanged):
            await story.run(key)
        await story.run(key)
        assert story.status(key)["servicePrincipalId"] == OTHER_PRINCIPAL


class TestAForeignPast:
    async def test_a_backup_without_status_finds_its_job_and_starts_nothing(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        key = story.apply(holder(status=dict.fromkeys(holder().status)))
        await story.run(key)
        assert story.graph.writes == []
        assert story.status(key)["origin"] == "Created"

    async def test_the_pause_of_a_former_job_does_not_stall_the_next(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.graph.add(remote_job(state="Disabled", code="Paused", escrowsPruned=True))
        await story.run(key)
        story.graph.jobs = {"next": remote_job("next")}
        await story.run_until(key, minutes(10))
        assert story.status(key)["job"]["id"] == "next"
        assert "pause" not in story.status(key)
        assert story.condition(key, "Ready") == ("True", "Healthy")

    async def test_an_unreadable_spec_is_told_and_waits_for_an_edit(self, story: ReconcilerHarness) -> None:
        key = story.apply(replace(resource(), desired=None, invalid_spec="spec.template: give one"))
        assert (await story.run(key)).look_again is None
        assert story.condition(key, "Stalled") == ("True", "InvalidSpec")

    async def test_one_that_is_gone_is_forgotten(self, story: ReconcilerHarness) -> None:
        key = held(story)
        await story.run(key)
        story.resources.remove(key, story.server.stored[key].uid)
        assert (await story.run(key)).look_again is None
        assert story.memory.read_at(key) is None


class TestQuarantine:
    async def test_is_told_once_and_lifted_once(self, story: ReconcilerHarness) -> None:
        key = held(story)
        await story.run(key)
        story.graph.add(quarantined_job())
        for _ in range(3):
            story.clock.move(minutes(5))
            await story.run(key)
        story.graph.add(remote_job())
        await story.run(key)
        assert story.told.reasons == ["Quarantined", "QuarantineLifted"]
        assert story.graph.writes == []

    async def test_what_was_left_out_of_the_mirror_is_told_once(self, story: ReconcilerHarness) -> None:
        key = held(story)
        story.graph.add(remote_job(countSuccessiveCompleteFailures=5.5))
        for _ in range(3):
            story.clock.move(minutes(5))
            await story.run(key)
        assert story.told.reasons == ["MirrorCut"]


async def test_neighbours_share_one_list(story: ReconcilerHarness) -> None:
    story.graph.add(remote_job())
    story.graph.add(remote_job("b", template="other"))
    first = story.apply(holder())
    second = story.apply(holder("b", desired(template_id="other"), name="neighbour"))
    await story.reconciler.reconcile(first, since=NOW)
    await story.reconciler.reconcile(second, since=NOW)
    assert story.graph.calls == ["list_jobs"]
    assert story.fetched == [PRINCIPAL]
