"""What happens to the job when its resource is deleted."""

from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.names import API_VERSION, PLURAL
from tests.support.operator_environment import OperatorEnvironment, condition


def adopted(environment: OperatorEnvironment, **spec: Any) -> tuple[str, str, str]:
    """Have a running job of the portal adopted; return service principal, resource and job."""
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=True).id
    name = environment.apply_job(principal, **spec)
    environment.wait_ready(name)
    return principal, name, job


def created(environment: OperatorEnvironment, **spec: Any) -> tuple[str, str, str]:
    """Have a job created; return service principal, resource and job."""
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, **spec)
    return principal, name, environment.wait_ready(name)["status"]["job"]["id"]


def set_finalizers(environment: OperatorEnvironment, name: str, *finalizers: str) -> None:
    """Set all finalizers of a resource."""
    merge = {"metadata": {"finalizers": list(finalizers)}}
    environment.cluster.patch(API_VERSION, PLURAL, name, environment.namespace, merge=merge)


class TestDeletionWithoutPolicy:
    def test_a_created_job_is_deleted_with_its_resource(self, environment: OperatorEnvironment) -> None:
        principal, name, _ = created(environment)
        assert environment.job(name)["status"]["effective"]["deletionPolicy"] == "Delete"
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.jobs(principal) == []
        assert environment.writes(principal) == ["createJob", "startJob", "deleteJob"]
        environment.wait_event(name, "JobDeleted")

    def test_an_adopted_job_outlives_its_resource_as_it_is(self, environment: OperatorEnvironment) -> None:
        principal, name, job = adopted(environment)
        assert environment.job(name)["status"]["effective"]["deletionPolicy"] == "Retain"
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.job(job).schedule_state == "Active"
        assert environment.writes(principal) == []
        assert "lives on" in environment.wait_event(name, "JobReleased")["message"]

    def test_a_page_of_a_proxy_is_no_answer_to_a_deletion(self, environment: OperatorEnvironment) -> None:
        principal, name, _ = created(environment)
        page = environment.simulator.fault(
            "page", operation="deleteJob", service_principal=principal, point="before", times=2
        )
        environment.delete_job(name)
        page.wait_hits(1)
        assert environment.job(name)["metadata"]["finalizers"] == ["entrasync.io/job"]
        assert len(environment.simulator.jobs(principal)) == 1
        environment.wait_gone(name)
        assert environment.simulator.jobs(principal) == []
        assert environment.writes(principal) == ["createJob", "startJob", "deleteJob", "deleteJob", "deleteJob"]


class TestDeletionPolicy:
    def test_retain_leaves_a_created_job(self, environment: OperatorEnvironment) -> None:
        principal, name, job = created(environment, deletionPolicy="Retain")
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.job(job).schedule_state == "Active"
        assert environment.writes(principal) == ["createJob", "startJob"]

    def test_delete_deletes_an_adopted_job(self, environment: OperatorEnvironment) -> None:
        principal, name, _ = adopted(environment, deletionPolicy="Delete")
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.jobs(principal) == []

    def test_pause_pauses_the_job_and_leaves_it(self, environment: OperatorEnvironment) -> None:
        principal, name, job = created(environment, deletionPolicy="Pause")
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.job(job).schedule_state == "Disabled"
        assert environment.writes(principal) == ["createJob", "startJob", "pauseJob"]

    def test_the_deletion_policy_may_be_changed_until_the_deletion_has_ended(
        self, environment: OperatorEnvironment
    ) -> None:
        principal, name, job = created(environment)
        environment.change_job(name, deletionPolicy="Retain")
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.job(job).id == job
        assert "deleteJob" not in environment.writes(principal)


class TestBlockedDeletion:
    @pytest.mark.parametrize("policy", ["Delete", "Pause"])
    def test_the_deletion_of_a_job_that_has_gone_already_is_reported_as_such(
        self, fast_environment: OperatorEnvironment, policy: str
    ) -> None:
        _, name, job = adopted(fast_environment, deletionPolicy=policy)
        fast_environment.simulator.act(job, "delete")
        began = fast_environment.simulator.now()
        fast_environment.delete_job(name)
        fast_environment.wait_gone(name)
        assert fast_environment.simulator.now() - began >= timedelta(minutes=5)
        message = fast_environment.wait_event(name, "JobReleased")["message"]
        assert f"job {job} was not there any more" in message
        assert not {"JobDeleted", "JobPaused"} & set(fast_environment.reasons(name))

    @pytest.mark.parametrize("policy", ["Delete", "Pause"])
    def test_the_deletion_of_a_job_that_is_only_hidden_leaves_none_running(
        self, fast_environment: OperatorEnvironment, policy: str
    ) -> None:
        principal, name, job = adopted(fast_environment, deletionPolicy=policy)
        fast_environment.simulator.hide(job, seconds=4 * 60, hides=["list", "get", "act"])
        fast_environment.delete_job(name)
        fast_environment.wait_shown(name, "Reconciling", reason="Deleting")
        fast_environment.wait_gone(name)
        assert [left.schedule_state for left in fast_environment.simulator.jobs(principal)] == (
            [] if policy == "Delete" else ["Disabled"]
        )

    @pytest.mark.parametrize("policy", ["Delete", "Pause"])
    def test_a_service_principal_that_has_gone_does_not_block_a_deletion(
        self, fast_environment: OperatorEnvironment, policy: str
    ) -> None:
        principal, name, _ = created(fast_environment, deletionPolicy=policy)
        fast_environment.simulator.remove_service_principal(principal)
        fast_environment.delete_job(name)
        fast_environment.wait_gone(name)

    def test_a_service_principal_that_may_not_be_read_is_not_reported_as_gone(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, _ = created(fast_environment)
        fast_environment.simulator.fault(
            "answer",
            operation="getServicePrincipal",
            service_principal=principal,
            status=403,
            code="Authorization_RequestDenied",
            message="Insufficient privileges to complete the operation.",
            times=None,
        )
        fast_environment.simulator.remove_service_principal(principal)
        fast_environment.delete_job(name)
        message = fast_environment.wait_stalled(name, "DeletionBlocked")
        assert "Whether the service principal has gone cannot be told" in message
        assert "Application.Read.All" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message
        fast_environment.annotate(name, abandon="true")
        fast_environment.wait_gone(name)

    def test_a_deletion_waits_for_the_end_of_a_conflict(self, environment: OperatorEnvironment) -> None:
        principal, name, _ = created(environment)
        environment.simulator.fault(
            "answer", operation="deleteJob", service_principal=principal, status=409, code="Conflict", times=2
        )
        environment.delete_job(name)
        environment.wait_gone(name)
        assert environment.simulator.jobs(principal) == []

    def test_a_deletion_whose_answer_is_lost_is_sent_again(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, _ = created(fast_environment)
        fast_environment.simulator.fault("close", operation="deleteJob", service_principal=principal, point="after")
        fast_environment.delete_job(name)
        fast_environment.wait_gone(name)
        assert fast_environment.simulator.jobs(principal) == []

    def test_a_missing_permission_blocks_a_deletion_until_a_person_lets_go(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, job = created(fast_environment)
        fast_environment.simulator.fault(
            "answer",
            operation="deleteJob",
            service_principal=principal,
            status=403,
            code="Authorization_RequestDenied",
            message="Insufficient privileges to complete the operation.",
            times=None,
        )
        fast_environment.delete_job(name)
        message = fast_environment.wait_stalled(name, "DeletionBlocked")
        assert "Graph refused to delete the job (403" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message
        fast_environment.annotate(name, abandon="true")
        fast_environment.wait_gone(name)
        assert fast_environment.simulator.job(job).schedule_state == "Active"
        assert "lives on" in fast_environment.wait_event(name, "JobReleased")["message"]


class TestDeletionOnce:
    """A job is deleted, and told of, once, whatever else happens to its resource meanwhile."""

    @pytest.mark.parametrize("propagation", ["Foreground", "Orphan"])
    def test_a_deletion_that_waits_for_dependents_too_deletes_the_job_at_once(
        self, environment: OperatorEnvironment, propagation: str
    ) -> None:
        principal, name, _ = created(environment)
        environment.cluster.delete(API_VERSION, PLURAL, name, environment.namespace, propagation=propagation)
        # No garbage collector runs here, so the resource stays with the finalizer that it would remove.
        environment.wait(
            name, lambda job: "entrasync.io/job" not in job["metadata"]["finalizers"], "our finalizer is off"
        )
        environment.wait_event(name, "JobDeleted")
        assert environment.writes(principal) == ["createJob", "startJob", "deleteJob"]
        assert "JobReleased" not in environment.reasons(name)
        assert environment.simulator.jobs(principal) == []

    @pytest.mark.parametrize("edit", ["annotation", "spec", "finalizer"])
    def test_an_edit_while_the_job_is_being_deleted_changes_nothing(
        self, environment: OperatorEnvironment, edit: str
    ) -> None:
        principal, name, _ = created(environment)
        set_finalizers(environment, name, "example.com/another", "entrasync.io/job")
        held = environment.simulator.hold("deleteJob", "after", service_principal=principal)
        environment.delete_job(name)
        held.wait_held()
        if edit == "annotation":
            environment.annotate(name, note="an edit")
        if edit == "spec":
            environment.change_job(name, pollInterval="7m")
        if edit == "finalizer":
            set_finalizers(environment, name, "entrasync.io/job")
        held.release()
        environment.wait_event(name, "JobDeleted")
        if edit != "finalizer":
            environment.wait(name, lambda job: job["metadata"]["finalizers"] == ["example.com/another"], "ours is off")
            set_finalizers(environment, name)
        environment.wait_gone(name)
        assert environment.writes(principal) == ["createJob", "startJob", "deleteJob"]
        assert "JobReleased" not in environment.reasons(name)


class TestDeletionDuringCreate:
    def test_a_resource_with_an_unfinished_create_stays_until_its_job_is_deleted(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal(
            creation={"seconds": 10 * 60, "hides": ["list", "get"]}
        ).id
        lost = environment.simulator.fault("close", operation="createJob", service_principal=principal, point="after")
        name = environment.apply_job(principal)
        lost.wait_hits()
        environment.wait_shown(name, "Reconciling", reason="CreateUnconfirmed")
        environment.delete_job(name)
        waiting = environment.wait_shown(name, "Reconciling", reason="Deleting")
        assert "entrasync.io" in str(waiting["metadata"]["finalizers"])
        environment.wait_gone(name)
        assert environment.simulator.jobs(principal) == []
        assert environment.writes(principal) == ["createJob", "deleteJob"]

    def test_a_resource_with_an_unfinished_create_goes_when_the_bound_ends_without_a_job(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal().id
        lost = environment.simulator.fault("close", operation="createJob", service_principal=principal)
        name = environment.apply_job(principal)
        lost.wait_hits()
        environment.wait_shown(name, "Reconciling", reason="CreateUnconfirmed")
        environment.delete_job(name)
        environment.wait_gone(name)
        [create] = environment.simulator.journal(operation="createJob", service_principal=principal)
        # The bound is 15 minutes from just before the create. Half a second of a slow machine is 5 minutes here.
        assert environment.simulator.now() - create.world_time > timedelta(minutes=10)
        assert environment.writes(principal) == ["createJob"]

    def test_a_deletion_waits_for_a_create_under_way(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        held = environment.simulator.hold("createJob", "after", service_principal=principal)
        name = environment.apply_job(principal)
        held.wait_held()
        environment.delete_job(name)
        held.release()
        environment.wait_gone(name)
        assert environment.simulator.jobs(principal) == []


def test_a_resource_that_holds_no_job_is_deleted_at_once(environment: OperatorEnvironment) -> None:
    principal = environment.simulator.create_service_principal().id
    name = environment.apply_job(principal, adoptionPolicy="AdoptOnly")
    found = environment.wait_condition(name, "Stalled")
    assert condition(found, "Stalled")["reason"] == "NoJobToAdopt"
    environment.delete_job(name)
    environment.wait_gone(name)
