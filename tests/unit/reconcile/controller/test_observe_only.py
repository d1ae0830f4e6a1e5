"""managementPolicy Observe: what status says, what is never written, and the way to Manage and back."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.api.job.restart import DEFAULT_SCOPES
from entrasync.api.names import FINALIZER, JOB_ID_ANNOTATION, JOB_ORIGIN_ANNOTATION
from entrasync.api.policies import AdoptionPolicy, DeletionPolicy, ManagementPolicy, ScheduleState
from entrasync.api.reasons import Reason
from entrasync.core.application.actions import ForgetAcknowledgement, RemoveSecrets, SaveSecrets
from entrasync.core.decision.action import Action
from entrasync.core.decision.errors import GraphAnswer, PossiblyReplicating, Refused, Transient
from entrasync.core.job.actions import AddFinalizer, CreateJob, DeleteJob, ForgetCreate, HoldJob, ReleaseResource
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.record.restart_record import Channel
from entrasync.core.remote.stored_secrets import SecretValues
from entrasync.core.resource.desired import Desired
from entrasync.core.restart.actions import RecoverJob, RestartJob, RestartOnRequest
from entrasync.core.restart.basis import read_basis
from entrasync.core.restart.requests import RestartRequest
from entrasync.core.schedule.actions import AskInterval, PauseJob, StartJob
from entrasync.core.schema.actions import PutSchema
from entrasync.core.settings.actions import PatchSettings
from entrasync.reconcile.ports.kubernetes import ResourceChanged
from entrasync.reconcile.step.write_guard import ObservedOnly
from tests.support.actions import action_classes
from tests.support.facts import JOB, NOW, PRINCIPAL, desired, holder, minutes, quarantined_job, remote_job, resource
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schemas import graph_schema

OBSERVE = ManagementPolicy.OBSERVE
NOT_FOUND = GraphAnswer(404, "", "", "request")
UNKNOWN = PossiblyReplicating(Refused(Reason.REQUEST_REFUSED, "No.", answer=NOT_FOUND), answer=NOT_FOUND)
DOWN = Transient(Reason.GRAPH_UNREACHABLE, "Graph is down.")

GRAPH_WRITES: list[Action] = [
    CreateJob(PRINCIPAL, "scim", frozenset()),
    StartJob(PRINCIPAL, JOB),
    PauseJob(PRINCIPAL, JOB),
    PatchSettings(PRINCIPAL, remote_job(), (("a", "b"),), ()),
    PutSchema(PRINCIPAL, JOB, document=graph_schema(), replaced=graph_schema(), differences=(), wish=""),
    AskInterval(PRINCIPAL, JOB, "PT1H"),
    DeleteJob(PRINCIPAL, JOB),
    SaveSecrets(PRINCIPAL, JOB, SecretValues({"BaseAddress": "https://scim.example.com"})),
    RemoveSecrets(PRINCIPAL, frozenset({"BaseAddress"})),
    RestartJob(PRINCIPAL, JOB),
    RecoverJob(PRINCIPAL, JOB, "as spec.recovery asks", read_basis(remote_job())),
    RestartOnRequest(
        PRINCIPAL,
        JOB,
        RestartRequest(Channel.SPEC, "token", DEFAULT_SCOPES, "spec.restart.token"),
        read_basis(remote_job()),
    ),
]
KUBERNETES_WRITES: list[Action] = [
    AddFinalizer(),
    ForgetCreate(),
    HoldJob(JOB, "Adopted"),
    ReleaseResource("it only observed"),
    ForgetAcknowledgement(),
]


def observing(**spec: Any) -> Desired:
    return desired(management_policy=OBSERVE, **spec)


def observer(harness: ReconcilerHarness, *, name: str = "salesforce", **spec: Any) -> ObjectKey:
    return harness.apply(resource(observing(**spec), finalizers=(), name=name))


def drifted(harness: ReconcilerHarness, key: ObjectKey) -> str:
    [found] = [entry for entry in harness.status(key)["conditions"] if entry["type"] == "Drifted"]
    assert found["status"] == "True"
    return str(found["message"])


class TestObservedJob:
    async def test_an_observed_job_is_mirrored_and_costs_two_writes_to_kubernetes_and_none_to_graph(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = observer(harness)
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs"]
        assert harness.server.writes == ["metadata", "status"]
        assert harness.server.stored[key].annotations == {JOB_ID_ANNOTATION: JOB, JOB_ORIGIN_ANNOTATION: "Adopted"}
        assert harness.server.stored[key].finalizers == ()
        assert harness.status(key)["synchronizationStatus"]["code"] == "Active"
        assert harness.status(key)["effective"]["managementPolicy"] == "Observe"

    async def test_an_observed_job_that_is_healthy_makes_its_resource_ready(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = observer(harness)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Observed")
        assert harness.condition(key, "Applied") == ("True", "Applied")
        assert harness.condition(key, "Drifted") == ("False", "Applied")

    async def test_an_observed_job_in_quarantine_does_not_make_its_resource_ready(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(quarantined_job())
        key = observer(harness)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("False", "Quarantined")
        assert harness.condition(key, "Stalled") == ("True", "Quarantined")

    async def test_an_observed_job_that_differs_is_reported_once_and_stays_ready(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(harness, schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        assert (
            drifted(harness, key) == f"The operator would start job {JOB}; managementPolicy Observe keeps it from that."
        )
        assert harness.condition(key, "Applied") == ("False", "Drifted")
        assert harness.condition(key, "Ready") == ("True", "Observed")
        assert harness.condition(key, "Stalled") == harness.condition(key, "Reconciling") == ("", "")
        writes = list(harness.server.writes)
        await harness.run_until(key, minutes(60))
        assert harness.server.writes == writes
        assert harness.recorded.reasons == ["JobAdopted", "Drifted"]
        assert harness.graph.writes == []

    async def test_an_observed_job_that_differs_writes_nothing_when_a_poll_fails(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(harness, schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        before = harness.status(key)
        harness.graph.fail("list_jobs", DOWN)
        await harness.run(key)
        assert harness.status(key) == before

    async def test_an_observed_job_that_differs_stays_reported_while_graph_cannot_be_read(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(harness, schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        harness.clock.move(minutes(20))
        harness.graph.fail("list_jobs", DOWN)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("Unknown", "GraphUnreachable")
        assert harness.condition(key, "Drifted") == ("True", "Drifted")

    async def test_an_observed_job_no_longer_matches_when_its_service_principal_has_gone(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        key = observer(harness)
        await harness.run(key)
        harness.clock.move(minutes(6))
        harness.graph.has_principal = False
        harness.graph.fail("list_jobs", UNKNOWN)
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "ServicePrincipalNotFound")
        assert harness.condition(key, "Drifted") == ("", "")
        assert harness.condition(key, "Applied")[0] == "False"

    async def test_an_observed_job_that_matches_again_is_reported(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(harness, schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        harness.graph.add(remote_job())
        await harness.run(key)
        assert harness.condition(key, "Drifted") == ("False", "Applied")


class TestNoJob:
    async def test_an_observer_without_a_job_lists_at_each_poll_and_says_what_would_be_created(
        self, harness: ReconcilerHarness
    ) -> None:
        key = observer(harness)
        outcome = await harness.run(key)
        assert outcome.requeue_after == minutes(5)
        assert harness.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert harness.condition(key, "Stalled") == ("", "")
        assert "would create a job from template scim" in drifted(harness, key)
        assert harness.server.writes == ["status"]
        harness.graph.add(remote_job())
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Observed")
        assert harness.graph.writes == []

    async def test_an_observer_without_a_job_has_no_drift_where_none_would_be_created(
        self, harness: ReconcilerHarness
    ) -> None:
        key = observer(harness, adoption_policy=AdoptionPolicy.ADOPT_ONLY)
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert harness.condition(key, "Drifted") == ("", "")

    async def test_an_observer_creates_no_job_after_its_job_has_gone(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        key = observer(harness)
        await harness.run(key)
        harness.graph.jobs.clear()
        await harness.run_until(key, minutes(30))
        assert harness.condition(key, "Ready") == ("False", "NoJobToObserve")
        assert harness.graph.writes == []


class TestBesideManager:
    async def test_an_observer_and_a_manager_of_one_job_are_no_conflict(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(finalizers=()))
        twin = observer(harness, name="twin")
        await harness.run(key)
        await harness.run(twin)
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == harness.condition(twin, "Ready")[0] == "True"
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_several_observers_may_observe_one_job(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        keys = [observer(harness, name=name) for name in ("a", "b", "c")]
        for key in keys:
            await harness.run(key)
        assert [harness.condition(key, "Ready") for key in keys] == [("True", "Observed")] * 3


class TestPolicyChange:
    async def test_an_observed_job_is_managed_as_adopted_after_the_change(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job(state="Disabled", code="Paused"))
        key = observer(harness, schedule_state=ScheduleState.ACTIVE)
        await harness.run(key)
        harness.edit(key, desired=desired(schedule_state=ScheduleState.ACTIVE))
        await harness.run(key)
        assert harness.graph.writes == ["start_job"]
        assert harness.server.stored[key].finalizers == (FINALIZER,)
        assert harness.status(key)["origin"] == "Adopted"
        assert harness.status(key)["effective"]["deletionPolicy"] == "Retain"
        assert harness.condition(key, "Drifted") == ("", "")

    async def test_an_older_observer_does_not_take_the_job_from_its_manager(self, harness: ReconcilerHarness) -> None:
        harness.graph.add(remote_job())
        watching = observer(harness, name="watching")
        key = harness.apply(resource(finalizers=(), created_at=NOW))
        for each in (watching, key):
            await harness.run(each)
        harness.edit(watching, desired=desired(deletion_policy=DeletionPolicy.DELETE))
        await harness.run(watching)
        await harness.run(key)
        assert harness.condition(watching, "Stalled") == ("True", "Conflict")
        assert harness.condition(key, "Ready") == ("True", "Healthy")
        harness.edit(watching, is_deleting=True)
        await harness.run(watching)
        assert harness.graph.writes == []

    async def test_a_former_manager_leaves_the_job_to_the_resource_that_adopted_it_meanwhile(
        self, harness: ReconcilerHarness
    ) -> None:
        harness.graph.add(remote_job())
        former = harness.apply(holder())
        harness.edit(former, desired=observing())
        await harness.run(former)
        assert harness.server.stored[former].finalizers == ()
        key = harness.apply(resource(finalizers=(), name="later", created_at=NOW))
        await harness.run(key)
        harness.edit(former, desired=desired())
        await harness.run(former)
        await harness.run(key)
        assert harness.condition(former, "Stalled") == ("True", "Conflict")
        assert harness.condition(key, "Ready") == ("True", "Healthy")

    async def test_a_created_job_stays_created_after_the_change(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(finalizers=()))
        await harness.run(key)
        harness.edit(key, desired=observing())
        await harness.run(key)
        assert harness.condition(key, "Ready") == ("True", "Observed")
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.status(key)["origin"] == "Created"
        assert harness.graph.writes == ["create_job", "start_job"]

    async def test_a_job_that_an_observer_would_create_is_created_after_the_change(
        self, harness: ReconcilerHarness
    ) -> None:
        key = observer(harness)
        await harness.run(key)
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "start_job"]
        assert harness.status(key)["origin"] == "Created"


class TestDeletion:
    @pytest.mark.parametrize("policy", list(DeletionPolicy))
    async def test_the_deletion_of_an_observer_leaves_the_job_whatever_the_policy(
        self, harness: ReconcilerHarness, policy: DeletionPolicy
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=observing(deletion_policy=policy), finalizers=(FINALIZER,)))
        harness.edit(key, is_deleting=True)
        await harness.run(key)
        assert key not in harness.server.stored
        assert harness.graph.calls == []


class TestWriteGuard:
    """Whatever a rule plans, every write to Graph passes the one guard."""

    def test_the_guard_is_tested_with_every_action(self) -> None:
        assert {type(action) for action in GRAPH_WRITES} == action_classes("Graph")
        assert {type(action) for action in KUBERNETES_WRITES} == action_classes("Kubernetes")

    @pytest.mark.parametrize("action", GRAPH_WRITES, ids=lambda action: type(action).__name__)
    async def test_the_guard_refuses_an_action_that_was_planned_for_an_observer(
        self, harness: ReconcilerHarness, action: Action
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder(wish=observing()))
        with pytest.raises(ObservedOnly, match="only observes"):
            await harness.perform(action, harness.server.stored[key])
        assert harness.graph.calls == []
        assert harness.server.writes == []

    @pytest.mark.parametrize("action", KUBERNETES_WRITES, ids=lambda action: type(action).__name__)
    async def test_the_guard_allows_actions_that_write_nothing_to_graph(
        self, harness: ReconcilerHarness, action: Action
    ) -> None:
        key = harness.apply(holder(wish=observing()))
        await harness.perform(action, harness.server.stored[key])
        assert harness.graph.calls == []

    @pytest.mark.parametrize("wish", [observing(), desired(is_suspended=True)], ids=["Observe", "suspend"])
    async def test_the_guard_stops_a_pass_whose_resource_was_changed_meanwhile(
        self, harness: ReconcilerHarness, wish: Desired
    ) -> None:
        harness.graph.add(remote_job())
        key = harness.apply(holder())
        before = harness.server.stored[key]
        harness.server.apply(replace(before, generation=2, desired=wish))
        with pytest.raises(ResourceChanged):
            await harness.perform(StartJob(PRINCIPAL, JOB), before)
        assert harness.graph.calls == []
