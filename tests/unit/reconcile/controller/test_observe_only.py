"""managementPolicy Observe as a story: what is said, what is never written, and the way to Manage and back."""

from dataclasses import replace
from typing import Any, get_args

import pytest

from entrasync.api.conditions import Reason
from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.policies import AdoptionPolicy, DeletionPolicy, ManagementPolicy, ScheduleState
from entrasync.core.decision.action import (
    Action,
    AddFinalizer,
    AskInterval,
    CreateJob,
    DeleteJob,
    ForgetAcknowledgement,
    ForgetCreate,
    GraphWrite,
    HoldJob,
    KubernetesWrite,
    PatchSettings,
    PauseJob,
    ReleaseResource,
    RemoveSecrets,
    RestartJob,
    SaveSecrets,
    StartJob,
)
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.reconcile.controller.perform import ObservedOnly, Performer
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.step.action_result import ActionResult
from tests.support.facts import JOB, NOW, PRINCIPAL, desired, holder, minutes, quarantined_job, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness

OBSERVE = ManagementPolicy.OBSERVE
NOT_FOUND = GraphAnswer(404, "", "", "request")
UNKNOWN = PossiblyReplicating(Refused(Reason.REQUEST_REFUSED, "No.", answer=NOT_FOUND), answer=NOT_FOUND)
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")

GRAPH_WRITES: list[GraphWrite] = [
    CreateJob(PRINCIPAL, "scim", frozenset()),
    StartJob(PRINCIPAL, JOB),
    PauseJob(PRINCIPAL, JOB),
    PatchSettings(PRINCIPAL, remote_job(), (("a", "b"),), ()),
    AskInterval(PRINCIPAL, JOB, "PT1H"),
    DeleteJob(PRINCIPAL, JOB),
    SaveSecrets(PRINCIPAL, JOB, SecretValues({"BaseAddress": "https://scim.example.com"})),
    RemoveSecrets(PRINCIPAL, frozenset({"BaseAddress"})),
    RestartJob(PRINCIPAL, JOB),
]
KUBERNETES_WRITES: list[KubernetesWrite] = [
    AddFinalizer(),
    ForgetCreate(),
    HoldJob(JOB, "Adopted"),
    ReleaseResource("it only observed"),
    ForgetAcknowledgement(),
]


def observing(**spec: Any) -> Desired:
    return desired(management_policy=OBSERVE, **spec)


def observer(story: ReconcilerHarness, *, name: str = "salesforce", **spec: Any) -> ObjectKey:
    return story.apply(resource(observing(**spec), finalizers=(), name=name))


def drifted(story: ReconcilerHarness, key: ObjectKey) -> str:
    [found] = [entry for entry in story.status(key)["conditions"] if entry["type"] == "Drifted"]
    assert found["status"] == "True"
    return str(found["message"])


class TestAJobThatIsThere:
    async def test_is_mirrored_and_costs_two_writes_to_kubernetes_and_none_to_graph(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.add(remote_job())
        key = observer(story)
        await story.run(key)
        assert story.graph.calls == ["list_jobs"]
        assert story.server.writes == ["metadata", "status"]
        assert story.server.stored[key].annotations == {JOB_ID_ANNOTATION: JOB, JOB_ORIGIN_ANNOTATION: "Adopted"}
        assert story.server.stored[key].finalizers == ()
        assert story.status(key)["synchronizationStatus"]["code"] == "Active"
        assert story.status(key)["effective"]["managementPolicy"] == "Observe"

    async def test_makes_ready_when_it_is_fit(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        key = observer(story)
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Observed")
        assert story.condition(key, "Applied") == ("True", "Applied")
        assert story.condition(key, "Drifted") == ("False", "Applied")

    async def test_does_not_when_it_is_ill(self, story: ReconcilerHarness) -> None:
        story.graph.add(quarantined_job())
        key = observer(story)
        await story.run(key)
        assert story.condition(key, "Ready") == ("False", "Quarantined")
        assert story.condition(key, "Stalled") == ("True", "Quarantined")

    async def test_that_differs_is_told_once_and_stays_ready(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(story, schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        assert (
            drifted(story, key) == f"The operator would start job {JOB}; managementPolicy Observe keeps it from that."
        )
        assert story.condition(key, "Applied") == ("False", "Drifted")
        assert story.condition(key, "Ready") == ("True", "Observed")
        assert story.condition(key, "Stalled") == story.condition(key, "Reconciling") == ("", "")
        writes = list(story.server.writes)
        await story.run_until(key, minutes(60))
        assert story.server.writes == writes
        assert story.told.reasons == ["JobAdopted", "Drifted"]
        assert story.graph.writes == []

    async def test_that_differs_is_no_news_when_a_poll_is_lost(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(story, schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        before = story.status(key)
        story.graph.fail("list_jobs", DOWN)
        await story.run(key)
        assert story.status(key) == before

    async def test_that_differs_is_still_told_when_graph_cannot_be_read_for_long(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(story, schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        story.clock.move(minutes(20))
        story.graph.fail("list_jobs", DOWN)
        await story.run(key)
        assert story.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        assert story.condition(key, "Drifted") == ("True", "Drifted")

    async def test_is_no_more_said_to_match_when_its_service_principal_has_gone(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        key = observer(story)
        await story.run(key)
        story.clock.move(minutes(6))
        story.graph.has_principal = False
        story.graph.fail("list_jobs", UNKNOWN)
        await story.run(key)
        assert story.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
        assert story.condition(key, "Drifted") == ("", "")
        assert story.condition(key, "Applied")[0] == "False"

    async def test_says_so_when_it_differs_no_more(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(story, schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        story.graph.add(remote_job())
        await story.run(key)
        assert story.condition(key, "Drifted") == ("False", "Applied")


class TestNoJob:
    async def test_is_looked_for_at_each_poll_and_tells_what_would_be_created(self, story: ReconcilerHarness) -> None:
        key = observer(story)
        outcome = await story.run(key)
        assert outcome.look_again == minutes(5)
        assert story.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert story.condition(key, "Stalled") == ("", "")
        assert "would create a job from template scim" in drifted(story, key)
        assert story.server.writes == ["status"]
        story.graph.add(remote_job())
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Observed")
        assert story.graph.writes == []

    async def test_differs_from_nothing_where_none_would_be_created(self, story: ReconcilerHarness) -> None:
        key = observer(story, adoption_policy=AdoptionPolicy.ADOPT_ONLY)
        await story.run(key)
        assert story.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert story.condition(key, "Drifted") == ("", "")

    async def test_after_a_job_has_gone_creates_none(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        key = observer(story)
        await story.run(key)
        story.graph.jobs.clear()
        await story.run_until(key, minutes(30))
        assert story.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert story.graph.writes == []


class TestBesideOneThatManages:
    async def test_neither_is_a_conflict_for_the_other(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource(finalizers=()))
        twin = observer(story, name="twin")
        await story.run(key)
        await story.run(twin)
        await story.run(key)
        assert story.condition(key, "Ready")[0] == story.condition(twin, "Ready")[0] == "True"
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_several_may_watch_one_job(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        keys = [observer(story, name=name) for name in ("a", "b", "c")]
        for key in keys:
            await story.run(key)
        assert [story.condition(key, "Ready") for key in keys] == [("True", "Observed")] * 3


class TestFromOnePolicyToTheOther:
    async def test_what_was_observed_is_managed_as_adopted(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(story, schedule_state=ScheduleState.ACTIVE)
        await story.run(key)
        story.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        await story.run(key)
        assert story.graph.writes == ["start_job"]
        assert story.server.stored[key].finalizers == (FINALIZER,)
        assert story.status(key)["origin"] == "Adopted"
        assert story.status(key)["effective"]["deletionPolicy"] == "Retain"
        assert story.condition(key, "Drifted") == ("", "")

    async def test_an_older_observer_does_not_take_the_job_from_who_manages_it(self, story: ReconcilerHarness) -> None:
        story.graph.add(remote_job())
        watching = observer(story, name="watching")
        key = story.apply(resource(finalizers=(), created_at=NOW))
        for each in (watching, key):
            await story.run(each)
        story.edit(watching, desired=desired(deletion_policy=DeletionPolicy.DELETE))
        await story.run(watching)
        await story.run(key)
        assert story.condition(watching, "Stalled") == ("True", "Conflict")
        assert story.condition(key, "Ready") == ("True", "Healthy")
        story.edit(watching, is_deleting=True)
        await story.run(watching)
        assert story.graph.writes == []

    async def test_who_managed_before_and_observes_leaves_the_job_to_who_takes_it_meanwhile(
        self, story: ReconcilerHarness
    ) -> None:
        story.graph.add(remote_job())
        former = story.apply(holder())
        story.edit(former, desired=observing())
        await story.run(former)
        assert story.server.stored[former].finalizers == ()
        key = story.apply(resource(finalizers=(), name="later", created_at=NOW))
        await story.run(key)
        story.edit(former, desired=desired())
        await story.run(former)
        await story.run(key)
        assert story.condition(former, "Stalled") == ("True", "Conflict")
        assert story.condition(key, "Ready") == ("True", "Healthy")

    async def test_what_was_created_stays_created(self, story: ReconcilerHarness) -> None:
        key = story.apply(resource(finalizers=()))
        await story.run(key)
        story.edit(key, desired=observing())
        await story.run(key)
        assert story.condition(key, "Ready") == ("True", "Observed")
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.status(key)["origin"] == "Created"
        assert story.graph.writes == ["create_job", "start_job"]

    async def test_a_job_that_was_to_be_created_is_created(self, story: ReconcilerHarness) -> None:
        key = observer(story)
        await story.run(key)
        story.edit(key, desired=desired())
        await story.run(key)
        assert story.graph.writes == ["create_job", "start_job"]
        assert story.status(key)["origin"] == "Created"


class TestDeletion:
    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_only_lets_go_whatever_the_policy(self, story: ReconcilerHarness, policy: DeletionPolicy) -> None:
        story.graph.add(remote_job())
        key = story.apply(holder(wish=observing(deletion_policy=policy), finalizers=(FINALIZER,)))
        story.edit(key, is_deleting=True)
        await story.run(key)
        assert key not in story.server.stored
        assert story.graph.calls == []


class TestTheGuard:
    """Whatever a rule may plan, no write to Graph gets past the one place where all of them are made."""

    async def perform(self, story: ReconcilerHarness, action: Action, resource: Resource) -> ActionResult:
        performer = Performer(
            story.connections, story.server, story.resources, story.memory, events=story.told, clock=story.clock
        )
        return await performer.perform(action, resource, connection=story.connections.find(resource))

    def test_is_tried_with_every_action(self) -> None:
        assert {type(action) for action in GRAPH_WRITES} == set(get_args(GraphWrite))
        assert {type(action) for action in KUBERNETES_WRITES} == set(get_args(KubernetesWrite))

    @pytest.mark.parametrize("action", GRAPH_WRITES, ids=lambda action: type(action).__name__)
    async def test_refuses_what_was_planned_for_an_observer(self, story: ReconcilerHarness, action: GraphWrite) -> None:
        story.graph.add(remote_job())
        key = story.apply(holder(wish=observing()))
        with pytest.raises(ObservedOnly, match="only observes"):
            await self.perform(story, action, story.server.stored[key])
        assert story.graph.calls == []
        assert story.server.writes == []

    @pytest.mark.parametrize("action", KUBERNETES_WRITES, ids=lambda action: type(action).__name__)
    async def test_lets_through_what_asks_nothing_of_graph(
        self, story: ReconcilerHarness, action: KubernetesWrite
    ) -> None:
        key = story.apply(holder(wish=observing()))
        await self.perform(story, action, story.server.stored[key])
        assert story.graph.calls == []

    @pytest.mark.parametrize("wish", [observing(), desired(is_suspended=True)], ids=["Observe", "suspend"])
    async def test_stops_a_pass_whose_resource_was_changed_meanwhile(
        self, story: ReconcilerHarness, wish: Desired
    ) -> None:
        story.graph.add(remote_job())
        key = story.apply(holder())
        before = story.server.stored[key]
        story.server.apply(replace(before, generation=2, desired=wish))
        with pytest.raises(ResourceChanged):
            await self.perform(story, StartJob(PRINCIPAL, JOB), before)
        assert story.graph.calls == []
