"""Does the job run as the spec wants, and whose pause is it."""

from datetime import timedelta
from typing import Any

from entrasync.core.primitives.time_limits import Bounds
from tests.support.operator_environment import OperatorEnvironment, condition

PRUNED = {"kind": "prune_escrows", "duration": "PT3M"}
"""Long enough for the job to be seen running first."""


def adopt(place: OperatorEnvironment, *, started: bool = True, **spec: Any) -> tuple[str, str, str]:
    """Have a job of the portal adopted; returns service principal, resource and job."""
    principal = place.world.create_service_principal().id
    job = place.world.create_job(principal, started=started).id
    name = place.apply_job(principal, **({"pollInterval": "30s"} | spec))
    place.wait(name, lambda found: found.get("status", {}).get("job"), "the job is mirrored")
    return principal, name, job


class TestTheState:
    def test_is_changed_by_editing_the_resource(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        name = swift_workplace.apply_job(principal)
        job = swift_workplace.wait_ready(name)["status"]["job"]["id"]
        swift_workplace.change_job(name, schedule={"state": "Paused"})
        paused = swift_workplace.wait_ready(name)
        assert condition(paused, "Ready")["reason"] == "Paused"
        assert paused["status"]["pause"]["by"] == "Operator"
        assert paused["status"]["effective"]["scheduleState"] == "Paused"
        swift_workplace.change_job(name, schedule={"state": "Active"})
        running = swift_workplace.wait_ready(name)
        assert "pause" not in running["status"]
        assert running["status"]["job"]["schedule"]["state"] == "Active"
        view = swift_workplace.world.job(job)
        assert (view.starts, view.pauses) == (2, 1)
        swift_workplace.wait_polls(principal, count=1)
        swift_workplace.wait_reasons(name, ["JobCreated", "JobStarted", "JobPaused", "JobStarted"])

    def test_unset_leaves_an_adopted_job_to_the_portal(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace)
        swift_workplace.world.act(job, "pause")
        found = swift_workplace.wait(name, lambda found: "pause" in found["status"], "the pause is seen")
        assert found["status"]["pause"]["by"] == "Person"
        assert condition(found, "Ready")["status"] == "True"
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == []


class TestAPerson:
    def test_who_pauses_a_job_that_shall_run_is_undone_with_an_event(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(swift_workplace, schedule={"state": "Active"})
        swift_workplace.world.act(job, "pause")
        told = swift_workplace.wait_event(name, "DriftCorrected")
        assert "A pause from outside this resource was undone" in told["message"]
        assert swift_workplace.world.job(job).schedule_state == "Active"
        swift_workplace.wait_polls(principal)
        swift_workplace.wait_told(name, "DriftCorrected", times=1)
        [drift] = swift_workplace.job(name)["status"]["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Active", "found": "Disabled"}
        assert swift_workplace.writes(principal) == ["startJob"]

    def test_who_starts_a_job_that_shall_rest_is_undone_with_an_event(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(swift_workplace, started=False, schedule={"state": "Paused"})
        swift_workplace.world.act(job, "start")
        told = swift_workplace.wait_event(name, "DriftCorrected")
        assert "A start from outside this resource was undone" in told["message"]
        swift_workplace.wait_polls(principal)
        assert swift_workplace.world.job(job).schedule_state == "Disabled"
        assert swift_workplace.writes(principal) == ["pauseJob"]


class TestAPauseByGraph:
    def test_after_pruned_escrows_is_told_and_not_undone(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        job = swift_workplace.world.create_job(principal).id
        swift_workplace.world.script(job, PRUNED)
        name = swift_workplace.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        message = swift_workplace.wait_stalled(name, "PausedByGraph")
        assert f"Graph paused job {job}" in message
        assert "escrowsPruned" in message
        assert "start the job in the portal" in message
        swift_workplace.wait_polls(principal)
        found = swift_workplace.job(name)
        assert found["status"]["pause"]["by"] == "Graph"
        assert condition(found, "EscrowsPruned")["status"] == "True"
        assert swift_workplace.world.job(job).starts == 1
        swift_workplace.wait_told(name, "PausedByGraph", times=1)

    def test_ends_when_a_person_starts_the_job(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        job = swift_workplace.world.create_job(principal).id
        swift_workplace.world.script(job, PRUNED)
        name = swift_workplace.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        swift_workplace.wait_stalled(name, "PausedByGraph")
        swift_workplace.world.act(job, "start")
        found = swift_workplace.wait_condition(name, "Ready")
        assert "pause" not in found["status"]
        assert not condition(found, "Stalled")
        assert swift_workplace.writes(principal) == ["startJob"]

    def test_ends_when_the_state_is_set_to_paused_and_back_to_active(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal().id
        job = swift_workplace.world.create_job(principal).id
        swift_workplace.world.script(job, PRUNED)
        name = swift_workplace.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        swift_workplace.wait_stalled(name, "PausedByGraph")
        swift_workplace.change_job(name, schedule={"state": "Paused"})
        swift_workplace.wait_ready(name)
        swift_workplace.change_job(name, schedule={"state": "Active"})
        swift_workplace.wait_ready(name)
        assert swift_workplace.writes(principal) == ["startJob", "startJob"]

    def test_after_four_weeks_of_quarantine_is_told_and_not_undone(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace, schedule={"state": "Active"})
        swift_workplace.world.quarantine(job, "EncounteredQuarantineException")
        began = swift_workplace.world.now() - Bounds().max_quarantine - timedelta(minutes=1)
        began_text = f"{began:%Y-%m-%dT%H:%M:%SZ}"
        swift_workplace.world.override(job, set={"status.quarantine.seriesBegan": began_text})
        swift_workplace.wait_condition(name, "Quarantined")
        swift_workplace.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["quarantine"]["seriesBegan"] == began_text,
            "the beginning is mirrored",
        )
        disabled = {"schedule": {"state": "Disabled"}, "status": {"code": "Paused", "quarantine": None}}
        swift_workplace.world.override(job, merge=disabled)
        message = swift_workplace.wait_stalled(name, "PausedByGraph")
        assert "Graph disabled the job after four weeks in quarantine" in message
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == []

    def test_that_leaves_the_quarantine_standing_is_told_and_not_undone(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(swift_workplace, schedule={"state": "Active"})
        swift_workplace.world.quarantine(job, "EncounteredQuarantineException")
        swift_workplace.wait_condition(name, "Quarantined")
        swift_workplace.world.override(job, set={"schedule.state": "Disabled"})
        message = swift_workplace.wait_stalled(name, "PausedByGraph")
        assert "Graph disabled the job while it was in quarantine" in message
        swift_workplace.wait_polls(principal)
        assert swift_workplace.writes(principal) == []


class TestAStart:
    def test_is_never_given_to_a_job_in_quarantine(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(swift_workplace)
        swift_workplace.world.script(job, habit="quarantine")  # else it would be well again at its next attempt
        swift_workplace.world.quarantine(job, "EncounteredQuarantineException")
        swift_workplace.wait_condition(name, "Quarantined")
        swift_workplace.change_job(name, schedule={"state": "Active"})
        swift_workplace.wait_polls(principal)
        assert condition(swift_workplace.job(name), "Quarantined")["status"] == "True"
        assert swift_workplace.writes(principal) == []

    def test_is_not_repeated_while_graph_shows_the_state_from_before(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal().id
        job = swift_workplace.world.create_job(principal).id
        swift_workplace.world.override(job, merge={"schedule": {"state": "Disabled"}, "status": {"code": "Paused"}})
        name = swift_workplace.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        waiting = swift_workplace.wait_condition(name, "Reconciling", reason="Starting")
        assert condition(waiting, "Ready")["status"] == "False"
        swift_workplace.wait_polls(principal, count=4)
        assert swift_workplace.writes(principal) == ["startJob"]
        swift_workplace.world.override(job)
        swift_workplace.wait_ready(name)
        assert swift_workplace.writes(principal) == ["startJob"]
        swift_workplace.wait_reasons(name, ["JobAdopted", "JobStarted"])

    def test_is_not_repeated_for_a_job_that_was_just_created_either(self, swift_workplace: OperatorEnvironment) -> None:
        principal = swift_workplace.world.create_service_principal().id
        held = swift_workplace.world.hold("startJob", "after", service_principal=principal)
        name = swift_workplace.apply_job(principal, pollInterval="30s")
        held.wait_held()
        [job] = swift_workplace.world.jobs(principal)
        swift_workplace.world.override(job.id, merge={"schedule": {"state": "Disabled"}, "status": {"code": "Paused"}})
        held.release()
        swift_workplace.wait_condition(name, "Reconciling", reason="Starting")
        swift_workplace.wait_polls(principal, count=4)
        swift_workplace.world.override(job.id)
        swift_workplace.wait_ready(name)
        assert swift_workplace.writes(principal) == ["createJob", "startJob"]


class TestAPauseOfOurs:
    def test_is_not_repeated_while_graph_shows_the_state_from_before(self, workplace: OperatorEnvironment) -> None:
        principal, name, job = adopt(workplace, schedule={"state": "Active"})
        workplace.wait_ready(name)
        workplace.world.override(job, merge={"schedule": {"state": "Active"}, "status": {"code": "Active"}})
        workplace.change_job(name, schedule={"state": "Paused"})
        workplace.wait_condition(name, "Reconciling", reason="Pausing")
        workplace.wait_polls(principal, count=4)
        workplace.world.override(job)
        assert condition(workplace.wait_ready(name), "Ready")["reason"] == "Paused"
        assert workplace.writes(principal) == ["pauseJob"]
        workplace.wait_reasons(name, ["JobAdopted", "JobPaused"])


def test_a_job_that_was_never_authorised_is_a_persons_turn(swift_workplace: OperatorEnvironment) -> None:
    _, name, job = adopt(swift_workplace)
    swift_workplace.world.override(job, merge={"status": {"code": "NotConfigured"}})
    assert "Give spec.application.credentials" in swift_workplace.wait_stalled(name, "NotConfigured")
    assert condition(swift_workplace.job(name), "Applied")["status"] == "True"
    swift_workplace.world.override(job)
    swift_workplace.wait_ready(name)
