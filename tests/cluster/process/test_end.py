"""The operator is stopped (SIGTERM): it starts no new work, finishes writes under way, and ends in time."""

import signal

from entrasync.process.lifecycle import SHUTDOWN_GRACE
from tests.cluster.process.conftest import HangingShutdown
from tests.support.operator_environment import OperatorEnvironment, open_second_operator
from tests.support.polling import until


class TestShutdown:
    def test_a_shutdown_waits_for_a_write_that_hangs(self, hanging_shutdown: HangingShutdown) -> None:
        assert hanging_shutdown.is_waiting

    def test_a_shutdown_finishes_and_records_a_write_under_way(self, shared_environment: OperatorEnvironment) -> None:
        with open_second_operator(shared_environment) as environment:
            assert environment.operator is not None
            principal = environment.simulator.create_service_principal().id
            held = environment.simulator.hold("createJob", "after", service_principal=principal)
            name = environment.apply_job(principal)
            held.wait_held()
            environment.operator.process.send_signal(signal.SIGTERM)
            until(lambda: "The operator was told to stop" in environment.log.read_text(), what="the stop is logged")
            held.release()
            assert environment.operator.process.wait(60) == 0
            found = environment.job(name)
            [job] = environment.simulator.jobs(principal)
            assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
            environment.start_operator()
            assert environment.wait_ready(name)["status"]["job"]["id"] == job.id
            assert environment.writes(principal).count("createJob") == 1

    def test_a_shutdown_without_work_under_way_does_not_wait_for_writes(
        self, shared_environment: OperatorEnvironment
    ) -> None:
        with open_second_operator(shared_environment) as environment:
            assert environment.operator is not None
            environment.wait_ready(environment.apply_job(environment.simulator.create_service_principal().id))
            assert environment.operator.stop() == 0
            assert environment.operator.exit_seconds is not None
            assert environment.operator.exit_seconds < SHUTDOWN_GRACE.total_seconds()
