"""What is told of a job's health: overdue runs, and what spec.readiness counts."""

from tests.cluster.schedule.test_schedule import PRUNED, adopt
from tests.support.operator_environment import OperatorEnvironment, condition


class TestOverdue:
    def test_is_told_on_time_and_ends_with_the_next_success(self, swift_workplace: OperatorEnvironment) -> None:
        """Cycles are 40 minutes apart: each last success grows older than 20."""
        _, name, _ = adopt(swift_workplace, freshness={"maxAge": "20m"})
        overdue = swift_workplace.wait_condition(name, "Overdue")
        told = condition(overdue, "Overdue")
        assert told["reason"] == "NoRecentSuccess"
        assert "No run has succeeded for 20m (spec.freshness.maxAge)" in told["message"]
        assert condition(overdue, "Ready")["status"] == "True"
        assert not condition(overdue, "Stalled")
        assert swift_workplace.wait_event(name, "NoRecentSuccess")["type"] == "Warning"
        swift_workplace.wait(name, lambda found: not condition(found, "Overdue"), "a run has succeeded")

    def test_is_not_told_of_a_paused_job(self, swift_workplace: OperatorEnvironment) -> None:
        principal, name, _ = adopt(swift_workplace, freshness={"maxAge": "1m"}, schedule={"state": "Paused"})
        swift_workplace.wait_condition(name, "Ready", reason="Paused")
        swift_workplace.wait_polls(principal)
        assert not condition(swift_workplace.job(name), "Overdue")


class TestReadinessApplied:
    def test_leaves_a_quarantine_out_of_ready(self, swift_workplace: OperatorEnvironment) -> None:
        _, name, job = adopt(swift_workplace, readiness="Applied")
        swift_workplace.world.quarantine(job, "EncounteredQuarantineException")
        sick = swift_workplace.wait_condition(name, "Quarantined")
        ready = condition(sick, "Ready")
        assert (ready["status"], ready["reason"]) == ("True", "Applied")
        assert "in quarantine" in ready["message"]
        assert not condition(sick, "Stalled")
        assert not condition(sick, "Reconciling")
        swift_workplace.wait_event(name, "Quarantined")
        swift_workplace.change_job(name, readiness="Healthy")
        swift_workplace.wait_stalled(name, "Quarantined")

    def test_leaves_a_pause_by_graph_out_of_ready_and_still_does_not_undo_it(
        self, swift_workplace: OperatorEnvironment
    ) -> None:
        principal = swift_workplace.world.create_service_principal().id
        job = swift_workplace.world.create_job(principal).id
        swift_workplace.world.script(job, PRUNED)
        name = swift_workplace.apply_job(
            principal, schedule={"state": "Active"}, readiness="Applied", pollInterval="30s"
        )
        told = swift_workplace.wait_event(name, "PausedByGraph")
        assert "escrowsPruned" in told["message"]
        swift_workplace.wait_polls(principal)
        found = swift_workplace.job(name)
        assert condition(found, "Ready")["status"] == "True"
        assert condition(found, "EscrowsPruned")["status"] == "True"
        assert not condition(found, "Stalled")
        assert swift_workplace.writes(principal) == ["startJob"]
