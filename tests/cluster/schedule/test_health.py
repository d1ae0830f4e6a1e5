"""The health of a job: overdue runs, and what spec.readiness counts."""

from tests.cluster.schedule.test_schedule import PRUNED, adopt
from tests.support.operator_environment import OperatorEnvironment, condition


class TestOverdue:
    def test_overdue_is_true_on_time_and_ends_with_the_next_success(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        """Cycles are 40 minutes apart, so each last success becomes older than 20 minutes."""
        _, name, _ = adopt(fast_environment, freshness={"maxAge": "20m"})
        overdue = fast_environment.wait_condition(name, "Overdue")
        reported = condition(overdue, "Overdue")
        assert reported["reason"] == "NoRecentSuccess"
        assert "No run has succeeded for 20m (spec.freshness.maxAge)" in reported["message"]
        assert condition(overdue, "Ready")["status"] == "True"
        assert not condition(overdue, "Stalled")
        assert fast_environment.wait_event(name, "NoRecentSuccess")["type"] == "Warning"
        fast_environment.wait(name, lambda found: not condition(found, "Overdue"), "a run has succeeded")

    def test_overdue_is_absent_for_a_paused_job(self, fast_environment: OperatorEnvironment) -> None:
        principal, name, _ = adopt(fast_environment, freshness={"maxAge": "1m"}, schedule={"state": "Paused"})
        fast_environment.wait_condition(name, "Ready", reason="Paused")
        fast_environment.wait_polls(principal)
        assert not condition(fast_environment.job(name), "Overdue")


class TestReadinessApplied:
    def test_readiness_applied_leaves_a_quarantine_out_of_ready(self, fast_environment: OperatorEnvironment) -> None:
        _, name, job = adopt(fast_environment, readiness="Applied")
        fast_environment.simulator.quarantine(job, "EncounteredQuarantineException")
        sick = fast_environment.wait_condition(name, "Quarantined")
        ready = condition(sick, "Ready")
        assert (ready["status"], ready["reason"]) == ("True", "Applied")
        assert "in quarantine" in ready["message"]
        assert not condition(sick, "Stalled")
        assert not condition(sick, "Reconciling")
        fast_environment.wait_event(name, "Quarantined")
        fast_environment.change_job(name, readiness="Healthy")
        fast_environment.wait_stalled(name, "Quarantined")

    def test_readiness_applied_leaves_a_pause_by_graph_out_of_ready_and_does_not_undo_it(
        self, fast_environment: OperatorEnvironment
    ) -> None:
        principal = fast_environment.simulator.create_service_principal().id
        job = fast_environment.simulator.create_job(principal).id
        fast_environment.simulator.script(job, PRUNED)
        name = fast_environment.apply_job(
            principal, schedule={"state": "Active"}, readiness="Applied", pollInterval="30s"
        )
        reported = fast_environment.wait_event(name, "PausedByGraph")
        assert "escrowsPruned" in reported["message"]
        fast_environment.wait_polls(principal)
        found = fast_environment.job(name)
        assert condition(found, "Ready")["status"] == "True"
        assert condition(found, "EscrowsPruned")["status"] == "True"
        assert not condition(found, "Stalled")
        assert fast_environment.writes(principal) == ["startJob"]
