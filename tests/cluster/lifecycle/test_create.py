"""From `kubectl apply` to a mirrored status."""

from tests.support.operator_environment import OperatorEnvironment


class TestCreate:
    def test_a_job_that_does_not_exist_is_created_started_and_mirrored(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal)
        found = environment.wait_ready(name)
        [job] = environment.simulator.jobs(principal)
        assert found["status"]["job"]["id"] == job.id
        assert found["status"]["origin"] == "Created"
        assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
        assert found["status"]["synchronizationStatus"]["code"] in {"NotRun", "Active"}
        assert "operation" not in found["status"]
        assert job.starts == 1

    def test_a_create_takes_four_calls_to_graph(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        environment.wait_ready(environment.apply_job(principal))
        assert environment.calls(principal)[:4] == ["listJobs", "createJob", "startJob", "listJobs"]

    def test_a_create_is_reported_by_events(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal)
        environment.wait_event(name, "JobCreated")
        environment.wait_event(name, "JobStarted")

    def test_a_job_that_is_wanted_paused_is_created_and_not_started(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        found = environment.wait_ready(environment.apply_job(principal, schedule={"state": "Paused"}))
        [job] = environment.simulator.jobs(principal)
        assert job.starts == 0
        assert found["status"]["pause"]["by"] == "Operator"
