"""Whether the job runs as the spec wants, and who paused it."""

from datetime import timedelta
from typing import Any

from entrasync.core.primitives.time_limits import Bounds
from tests.support.operator_environment import OperatorEnvironment, condition

PRUNED = {"kind": "prune_escrows", "duration": "PT3M"}
"""Long enough for the job to be read as running first."""


def adopt(environment: OperatorEnvironment, *, started: bool = True, **spec: Any) -> tuple[str, str, str]:
    """Have a job of the portal adopted; return service principal, resource and job."""
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=started).id
    name = environment.apply_job(principal, **({"pollInterval": "30s"} | spec))
    environment.wait(name, lambda found: found.get("status", {}).get("job"), "the job is mirrored")
    return principal, name, job


class TestState:
    def test_an_edit_of_the_state_starts_and_pauses_the_job(self, fast_environment: OperatorEnvironment) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        name = fast_environment.apply_job(principal)
        job = fast_environment.wait_ready(name)["status"]["job"]["id"]
        fast_environment.change_job(name, schedule={"state": "Paused"})
        paused = fast_environment.wait_ready(name)
        assert condition(paused, "Ready")["reason"] == "Paused"
        assert paused["status"]["pause"]["by"] == "Operator"
        assert paused["status"]["effective"]["scheduleState"] == "Paused"
        fast_environment.change_job(name, schedule={"state": "Active"})
        running = fast_environment.wait_ready(name)
        assert "pause" not in running["status"]
        assert running["status"]["job"]["schedule"]["state"] == "Active"
        view = fast_environment.simulator.job(job)
        assert (view.starts, view.pauses) == (2, 1)
        fast_environment.wait_polls(principal, count=1)
        fast_environment.wait_reasons(name, ["JobCreated", "JobStarted", "JobPaused", "JobStarted"])

    def test_an_unset_state_leaves_an_adopted_job_to_the_portal(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment)
        fast_environment.simulator.act(job, "pause")
        found = fast_environment.wait(name, lambda found: "pause" in found["status"], "the pause is seen")
        assert found["status"]["pause"]["by"] == "Person"
        assert condition(found, "Ready")["status"] == "True"
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == []


class TestChangesByAPerson:
    def test_a_pause_by_a_person_is_undone_with_an_event(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment, schedule={"state": "Active"})
        fast_environment.simulator.act(job, "pause")
        reported = fast_environment.wait_event(name, "DriftCorrected")
        assert "A pause from outside this resource was undone" in reported["message"]
        assert fast_environment.simulator.job(job).schedule_state == "Active"
        fast_environment.wait_polls(principal)
        fast_environment.wait_events(name, "DriftCorrected", times=1)
        [drift] = fast_environment.job(name)["status"]["lastDrift"]["differences"]
        assert drift == {"field": "schedule.state", "wanted": "Active", "found": "Disabled"}
        assert fast_environment.writes(principal) == ["startJob"]

    def test_a_start_by_a_person_is_undone_with_an_event(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment, started=False, schedule={"state": "Paused"})
        fast_environment.simulator.act(job, "start")
        reported = fast_environment.wait_event(name, "DriftCorrected")
        assert "A start from outside this resource was undone" in reported["message"]
        fast_environment.wait_polls(principal)
        assert fast_environment.simulator.job(job).schedule_state == "Disabled"
        assert fast_environment.writes(principal) == ["pauseJob"]


class TestPauseByGraph:
    def test_a_pause_by_graph_after_pruned_escrows_is_reported_and_not_undone(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        job = fast_environment.simulator.create_job(principal).id
        fast_environment.simulator.script(job, PRUNED)
        name = fast_environment.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        message = fast_environment.wait_stalled(name, "PausedByGraph")
        assert f"Graph paused job {job}" in message
        assert "escrowsPruned" in message
        assert "start the job in the portal" in message
        fast_environment.wait_polls(principal)
        found = fast_environment.job(name)
        assert found["status"]["pause"]["by"] == "Graph"
        assert condition(found, "EscrowsPruned")["status"] == "True"
        assert fast_environment.simulator.job(job).starts == 1
        fast_environment.wait_events(name, "PausedByGraph", times=1)

    def test_a_pause_by_graph_ends_when_a_person_starts_the_job(self, fast_environment: OperatorEnvironment) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        job = fast_environment.simulator.create_job(principal).id
        fast_environment.simulator.script(job, PRUNED)
        name = fast_environment.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        fast_environment.wait_stalled(name, "PausedByGraph")
        fast_environment.simulator.act(job, "start")
        found = fast_environment.wait_condition(name, "Ready")
        assert "pause" not in found["status"]
        assert not condition(found, "Stalled")
        assert fast_environment.writes(principal) == ["startJob"]

    def test_a_pause_by_graph_ends_when_the_state_is_set_to_paused_and_back_to_active(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        job = fast_environment.simulator.create_job(principal).id
        fast_environment.simulator.script(job, PRUNED)
        name = fast_environment.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        fast_environment.wait_stalled(name, "PausedByGraph")
        fast_environment.change_job(name, schedule={"state": "Paused"})
        fast_environment.wait_ready(name)
        fast_environment.change_job(name, schedule={"state": "Active"})
        fast_environment.wait_ready(name)
        assert fast_environment.writes(principal) == ["startJob", "startJob"]

    def test_a_pause_by_graph_after_four_weeks_of_quarantine_is_reported_and_not_undone(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(fast_environment, schedule={"state": "Active"})
        fast_environment.simulator.quarantine(job, "EncounteredQuarantineException")
        began = fast_environment.simulator.now() - Bounds().max_quarantine - timedelta(minutes=1)
        began_text = f"{began:%Y-%m-%dT%H:%M:%SZ}"
        fast_environment.simulator.override(job, set={"status.quarantine.seriesBegan": began_text})
        fast_environment.wait_condition(name, "Quarantined")
        fast_environment.wait(
            name,
            lambda found: found["status"]["synchronizationStatus"]["quarantine"]["seriesBegan"] == began_text,
            "the beginning is mirrored",
        )
        disabled = {"schedule": {"state": "Disabled"}, "status": {"code": "Paused", "quarantine": None}}
        fast_environment.simulator.override(job, merge=disabled)
        message = fast_environment.wait_stalled(name, "PausedByGraph")
        assert "Graph disabled the job after four weeks in quarantine" in message
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == []

    def test_a_pause_by_graph_that_keeps_the_quarantine_is_reported_and_not_undone(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal, name, job = adopt(fast_environment, schedule={"state": "Active"})
        fast_environment.simulator.quarantine(job, "EncounteredQuarantineException")
        fast_environment.wait_condition(name, "Quarantined")
        fast_environment.simulator.override(job, set={"schedule.state": "Disabled"})
        message = fast_environment.wait_stalled(name, "PausedByGraph")
        assert "Graph disabled the job while it was in quarantine" in message
        fast_environment.wait_polls(principal)
        assert fast_environment.writes(principal) == []


class TestStart:
    def test_a_job_in_quarantine_is_never_started(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(fast_environment)
        fast_environment.simulator.script(job, habit="quarantine")  # otherwise it would recover at its next attempt
        fast_environment.simulator.quarantine(job, "EncounteredQuarantineException")
        fast_environment.wait_condition(name, "Quarantined")
        fast_environment.change_job(name, schedule={"state": "Active"})
        fast_environment.wait_polls(principal)
        assert condition(fast_environment.job(name), "Quarantined")["status"] == "True"
        assert fast_environment.writes(principal) == []

    def test_a_start_is_not_repeated_while_graph_shows_the_old_state(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        job = fast_environment.simulator.create_job(principal).id
        fast_environment.simulator.override(
            job, merge={"schedule": {"state": "Disabled"}, "status": {"code": "Paused"}}
        )
        name = fast_environment.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        waiting = fast_environment.wait_shown(name, "Reconciling", reason="Starting")
        assert condition(waiting, "Ready")["status"] == "False"
        fast_environment.wait_polls(principal, count=4)
        assert fast_environment.writes(principal) == ["startJob"]
        fast_environment.simulator.override(job)
        fast_environment.wait_ready(name)
        assert fast_environment.writes(principal) == ["startJob"]
        fast_environment.wait_reasons(name, ["JobAdopted", "JobStarted"])

    def test_a_start_of_a_new_job_is_not_repeated_while_graph_shows_the_old_state(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        held = fast_environment.simulator.hold("startJob", "after", service_principal=principal)
        name = fast_environment.apply_job(principal, pollInterval="30s")
        held.wait_held()
        [job] = fast_environment.simulator.jobs(principal)
        fast_environment.simulator.override(
            job.id, merge={"schedule": {"state": "Disabled"}, "status": {"code": "Paused"}}
        )
        held.release()
        fast_environment.wait_shown(name, "Reconciling", reason="Starting")
        fast_environment.wait_polls(principal, count=4)
        fast_environment.simulator.override(job.id)
        fast_environment.wait_ready(name)
        assert fast_environment.writes(principal) == ["createJob", "startJob"]


class TestOwnPause:
    def test_a_pause_is_not_repeated_while_graph_shows_the_old_state(self, environment: OperatorEnvironment) -> None:
        principal, name, job = adopt(environment, schedule={"state": "Active"})
        environment.wait_ready(name)
        environment.simulator.override(job, merge={"schedule": {"state": "Active"}, "status": {"code": "Active"}})
        environment.change_job(name, schedule={"state": "Paused"})
        environment.wait_condition(name, "Reconciling", reason="Pausing")
        environment.wait_polls(principal, count=4)
        environment.simulator.override(job)
        assert condition(environment.wait_ready(name), "Ready")["reason"] == "Paused"
        assert environment.writes(principal) == ["pauseJob"]
        environment.wait_reasons(name, ["JobAdopted", "JobPaused"])


def test_a_job_that_was_never_authorised_stalls(fast_environment: OperatorEnvironment) -> None:
    _, name, job = adopt(fast_environment)
    fast_environment.simulator.override(job, merge={"status": {"code": "NotConfigured"}})
    assert "Give spec.application.credentials" in fast_environment.wait_stalled(name, "NotConfigured")
    assert condition(fast_environment.job(name), "Applied")["status"] == "True"
    fast_environment.simulator.override(job)
    fast_environment.wait_ready(name)
