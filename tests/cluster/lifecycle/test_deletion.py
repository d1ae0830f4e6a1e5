"""What becomes of the job when its resource is deleted."""

from datetime import timedelta
from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition


def adopted(place: OperatorEnvironment, **spec: Any) -> tuple[str, str, str]:
    """Have a running job of the portal adopted; returns service principal, resource and job."""
    principal = place.world.create_service_principal().id
    job = place.world.create_job(principal, started=True).id
    name = place.apply_job(principal, **spec)
    place.wait_ready(name)
    return principal, name, job


def created(place: OperatorEnvironment, **spec: Any) -> tuple[str, str, str]:
    """Have a job created; returns service principal, resource and job."""
    principal = place.world.create_service_principal().id
    name = place.apply_job(principal, **spec)
    return principal, name, place.wait_ready(name)["status"]["job"]["id"]


class TestWithoutAPolicy:
    def test_a_job_that_we_created_is_deleted(self, workplace: OperatorEnvironment) -> None:
        principal, name, _ = created(workplace)
        assert workplace.job(name)["status"]["effective"]["deletionPolicy"] == "Delete"
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.jobs(principal) == []
        assert workplace.writes(principal) == ["createJob", "startJob", "deleteJob"]
        workplace.wait_event(name, "JobDeleted")

    def test_a_job_that_we_adopted_lives_on_as_it_is(self, workplace: OperatorEnvironment) -> None:
        principal, name, job = adopted(workplace)
        assert workplace.job(name)["status"]["effective"]["deletionPolicy"] == "Retain"
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.job(job).schedule_state == "Active"
        assert workplace.writes(principal) == []
        assert "lives on" in workplace.wait_event(name, "JobReleased")["message"]


class TestWithAPolicy:
    def test_retain_leaves_a_job_that_we_created(self, workplace: OperatorEnvironment) -> None:
        principal, name, job = created(workplace, deletionPolicy="Retain")
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.job(job).schedule_state == "Active"
        assert workplace.writes(principal) == ["createJob", "startJob"]

    def test_delete_deletes_a_job_that_we_adopted(self, workplace: OperatorEnvironment) -> None:
        principal, name, _ = adopted(workplace, deletionPolicy="Delete")
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.jobs(principal) == []

    def test_pause_pauses_the_job_and_leaves_it(self, workplace: OperatorEnvironment) -> None:
        principal, name, job = created(workplace, deletionPolicy="Pause")
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.job(job).schedule_state == "Disabled"
        assert workplace.writes(principal) == ["createJob", "startJob", "pauseJob"]

    def test_it_may_be_changed_up_to_the_last_moment(self, workplace: OperatorEnvironment) -> None:
        principal, name, job = created(workplace)
        workplace.change_job(name, deletionPolicy="Retain")
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.job(job).id == job
        assert "deleteJob" not in workplace.writes(principal)


class TestWhatStandsInTheWay:
    @pytest.mark.parametrize("policy", ["Delete", "Pause"])
    def test_a_job_that_has_gone_already_is_told_as_such(
        self, swift_workplace: OperatorEnvironment, policy: str
    ) -> None:
        _, name, job = adopted(swift_workplace, deletionPolicy=policy)
        swift_workplace.world.act(job, "delete")
        began = swift_workplace.world.now()
        swift_workplace.delete_job(name)
        swift_workplace.wait_gone(name)
        assert swift_workplace.world.now() - began >= timedelta(minutes=5)
        message = swift_workplace.wait_event(name, "JobReleased")["message"]
        assert f"job {job} was not there any more" in message
        assert not {"JobDeleted", "JobPaused"} & set(swift_workplace.reasons(name))

    @pytest.mark.parametrize("policy", ["Delete", "Pause"])
    def test_a_job_that_is_only_hidden_is_not_left_running(
        self, swift_workplace: OperatorEnvironment, policy: str
    ) -> None:
        principal, name, job = adopted(swift_workplace, deletionPolicy=policy)
        swift_workplace.world.hide(job, seconds=4 * 60, hides=["list", "get", "act"])
        swift_workplace.delete_job(name)
        swift_workplace.wait_condition(name, "Reconciling", reason="Deleting")
        swift_workplace.wait_gone(name)
        assert [left.schedule_state for left in swift_workplace.world.jobs(principal)] == (
            [] if policy == "Delete" else ["Disabled"]
        )

    @pytest.mark.parametrize("policy", ["Delete", "Pause"])
    def test_a_service_principal_that_has_gone_holds_nothing_up(
        self, swift_workplace: OperatorEnvironment, policy: str
    ) -> None:
        principal, name, _ = created(swift_workplace, deletionPolicy=policy)
        swift_workplace.world.remove_service_principal(principal)
        swift_workplace.delete_job(name)
        swift_workplace.wait_gone(name)

    def test_a_service_principal_that_may_not_be_looked_up_is_not_called_gone(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, _ = created(swift_workplace)
        swift_workplace.world.fault(
            "answer",
            operation="getServicePrincipal",
            service_principal=principal,
            status=403,
            code="Authorization_RequestDenied",
            message="Insufficient privileges to complete the operation.",
            times=None,
        )
        swift_workplace.world.remove_service_principal(principal)
        swift_workplace.delete_job(name)
        message = swift_workplace.wait_stalled(name, "DeletionBlocked")
        assert "Whether the service principal has gone cannot be told" in message
        assert "Application.Read.All" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message
        swift_workplace.annotate(name, abandon="true")
        swift_workplace.wait_gone(name)

    def test_a_conflict_is_waited_for(self, workplace: OperatorEnvironment) -> None:
        principal, name, _ = created(workplace)
        workplace.world.fault(
            "answer", operation="deleteJob", service_principal=principal, status=409, code="Conflict", times=2
        )
        workplace.delete_job(name)
        workplace.wait_gone(name)
        assert workplace.world.jobs(principal) == []

    def test_an_answer_that_is_lost_is_asked_for_again(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, _ = created(swift_workplace)
        swift_workplace.world.fault("close", operation="deleteJob", service_principal=principal, point="after")
        swift_workplace.delete_job(name)
        swift_workplace.wait_gone(name)
        assert swift_workplace.world.jobs(principal) == []

    def test_a_missing_permission_blocks_until_a_person_lets_go(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = created(swift_workplace)
        swift_workplace.world.fault(
            "answer",
            operation="deleteJob",
            service_principal=principal,
            status=403,
            code="Authorization_RequestDenied",
            message="Insufficient privileges to complete the operation.",
            times=None,
        )
        swift_workplace.delete_job(name)
        message = swift_workplace.wait_stalled(name, "DeletionBlocked")
        assert "Graph refused to delete the job (403" in message
        assert 'annotate the resource with entrasync.io/abandon: "true"' in message
        swift_workplace.annotate(name, abandon="true")
        swift_workplace.wait_gone(name)
        assert swift_workplace.world.job(job).schedule_state == "Active"
        assert "lives on" in swift_workplace.wait_event(name, "JobReleased")["message"]


class TestWhileACreateIsUnfinished:
    def test_the_resource_stays_until_the_job_turns_up_and_is_deleted(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal(creation={"seconds": 20, "hides": ["list", "get"]}).id
        lost = workplace.world.fault("close", operation="createJob", service_principal=principal, point="after")
        name = workplace.apply_job(principal)
        lost.wait_hits()
        workplace.wait_condition(name, "Reconciling", reason="CreateUnconfirmed")
        workplace.delete_job(name)
        waiting = workplace.wait_condition(name, "Reconciling", reason="Deleting")
        assert "entrasync.io" in str(waiting["metadata"]["finalizers"])
        workplace.wait_gone(name)
        assert workplace.world.jobs(principal) == []
        assert workplace.writes(principal) == ["createJob", "deleteJob"]

    def test_the_resource_goes_when_the_bound_ends_without_a_job(self, swift_workplace: OperatorEnvironment) -> None:
        place = swift_workplace
        principal = place.world.create_service_principal().id
        lost = place.world.fault("close", operation="createJob", service_principal=principal)
        name = place.apply_job(principal)
        lost.wait_hits()
        place.wait_condition(name, "Reconciling", reason="CreateUnconfirmed")
        began = place.world.now()
        place.delete_job(name)
        place.wait_gone(name)
        assert (place.world.now() - began).total_seconds() > 600
        assert place.writes(principal) == ["createJob"]

    def test_a_create_in_flight_is_held_on_to(self, workplace: OperatorEnvironment) -> None:
        principal = workplace.world.create_service_principal().id
        held = workplace.world.hold("createJob", "after", service_principal=principal)
        name = workplace.apply_job(principal)
        held.wait_held()
        workplace.delete_job(name)
        held.release()
        workplace.wait_gone(name)
        assert workplace.world.jobs(principal) == []


def test_a_resource_that_holds_no_job_goes_at_once(workplace: OperatorEnvironment) -> None:
    principal = workplace.world.create_service_principal().id
    name = workplace.apply_job(principal, adoptionPolicy="AdoptOnly")
    found = workplace.wait_condition(name, "Stalled")
    assert condition(found, "Stalled")["reason"] == "NoJobToAdopt"
    workplace.delete_job(name)
    workplace.wait_gone(name)
