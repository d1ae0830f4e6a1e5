"""`kubectl entrasync restart` and its like, against a real operator that answers them."""

from tests.cluster.kubectl.conftest import apply_job
from tests.support.cluster import has_condition
from tests.support.operator_environment import OperatorEnvironment
from tests.support.plugin import Answer, Plugin

BEGINNING = ["createJob", "startJob"]


def run(plugin: Plugin, environment: OperatorEnvironment, command: str, *arguments: str) -> Answer:
    """Run a command and wait for the operator's answer."""
    return plugin.run(command, *arguments, "-n", environment.namespace, "--wait", "--timeout", "60s", "-o", "json")


def result_of(answer: Answer) -> tuple[int, str]:
    [item] = answer.document["items"]
    return answer.code, item["result"]


class TestReconcile:
    def test_ends_when_the_operator_has_looked(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        principal, name = apply_job(environment)
        answer = run(plugin, environment, "reconcile", name)
        assert result_of(answer) == (0, "Done")
        assert environment.job(name)["status"]["lastHandledReconcileAt"] == answer.document["requestedAt"]
        assert environment.writes(principal) == BEGINNING

    def test_of_several_jobs_ends_when_all_are_looked_at(
        self, plugin: Plugin, environment: OperatorEnvironment
    ) -> None:
        names = [apply_job(environment)[1] for _ in range(2)]
        answer = run(plugin, environment, "reconcile", *names)
        assert answer.code == 0
        assert [(item["name"], item["result"]) for item in answer.document["items"]] == [
            (name, "Done") for name in names
        ]


class TestRestart:
    def test_restarts_the_job_once(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        principal, name = apply_job(environment)
        assert result_of(run(plugin, environment, "restart", name)) == (0, "Done")
        assert environment.writes(principal) == [*BEGINNING, "restartJob"]

    def test_lifts_a_quarantine(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        _, name = apply_job(environment)
        environment.simulator.quarantine(environment.job(name)["status"]["job"]["id"], "EncounteredQuarantineException")
        environment.wait_condition(name, "Quarantined")
        assert result_of(run(plugin, environment, "restart", name)) == (0, "Done")
        environment.wait_ready(name)

    def test_of_a_held_job_says_at_once_that_it_waits(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        principal, name = apply_job(environment)
        assert result_of(run(plugin, environment, "pause", name)) == (0, "Done")
        answer = run(plugin, environment, "restart", name)
        assert result_of(answer) == (1, "Refused")
        assert "would start the job, so it waits until the job runs." in answer.document["items"][0]["message"]
        assert environment.writes(principal) == [*BEGINNING, "pauseJob"]


class TestPauseAndStart:
    def test_pause_and_start_a_job(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        principal, name = apply_job(environment)
        before = environment.job(name)["metadata"]["generation"]
        paused = run(plugin, environment, "pause", name)
        assert result_of(paused) == (0, "Done")
        assert "held until further notice" in paused.document["items"][0]["message"]
        assert result_of(run(plugin, environment, "start", name)) == (0, "Done")
        assert environment.writes(principal) == [*BEGINNING, "pauseJob", "startJob"]
        found = environment.job(name)["metadata"]
        assert "entrasync.io/hold-until" not in found["annotations"]
        assert found["generation"] == before, "a GitOps tool would undo a change of the spec"

    def test_a_hold_names_its_end(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        _, name = apply_job(environment)
        held = run(plugin, environment, "hold", name, "--until", "2099-01-31T19:00:00+01:00")
        assert result_of(held) == (0, "Done")
        assert "held until 2099-01-31T18:00:00Z" in held.document["items"][0]["message"]

    def test_a_start_of_a_job_that_its_spec_pauses_says_what_would_start_it(
        self, plugin: Plugin, environment: OperatorEnvironment
    ) -> None:
        _, name = apply_job(environment, schedule={"state": "Paused"})
        answer = run(plugin, environment, "start", name)
        assert result_of(answer) == (1, "Refused")
        assert "spec.schedule.state is Paused" in answer.document["items"][0]["message"]

    def test_a_start_after_a_hold_of_a_job_that_its_spec_pauses_ends_the_hold(
        self, plugin: Plugin, environment: OperatorEnvironment
    ) -> None:
        _, name = apply_job(environment, schedule={"state": "Paused"})
        run(plugin, environment, "pause", name)
        answer = run(plugin, environment, "start", name)
        assert result_of(answer) == (1, "Refused")
        assert "entrasync.io/hold-until" not in environment.job(name)["metadata"]["annotations"]


class TestApproveDeletions:
    def test_performs_those_that_graph_holds_back_once(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        _, name = apply_job(environment)
        job = environment.job(name)["status"]["job"]["id"]
        environment.simulator.quarantine(job, "TooManyDeletes")
        environment.wait_condition(name, "DeletionsHeld")
        assert result_of(run(plugin, environment, "approve-deletions", name, "--yes")) == (0, "Done")
        environment.wait(name, lambda found: not has_condition(found, "DeletionsHeld"), "they are performed")
        assert [restart.scope for restart in environment.simulator.job(job).restarts] == [("ForceDeletes",)]
        again = run(plugin, environment, "approve-deletions", name, "--yes")
        assert result_of(again) == (1, "Refused")
        assert "Graph holds back no deletions" in again.document["items"][0]["message"]

    def test_needs_a_word_where_nobody_can_be_asked(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        _, name = apply_job(environment)
        environment.simulator.quarantine(environment.job(name)["status"]["job"]["id"], "TooManyDeletes")
        environment.wait_condition(name, "DeletionsHeld")
        code, lines = plugin.run_on_terminal("approve-deletions", name, "-n", environment.namespace, typed="n\n")
        assert code == 2
        shown = " ".join(line.strip() for line in lines)
        assert "Graph holds back deletions" in shown
        assert "Nothing was approved." in shown
        assert "held-deletions-approved" not in str(environment.job(name)["metadata"].get("annotations"))
