"""The operator is told to end (SIGTERM): no new work, writes under way are finished, and it is out in time."""

import signal

from tests.cluster.process.conftest import HungEnd
from tests.support.operator_environment import OperatorEnvironment, open_branch
from tests.support.polling import until


class TestTheEnd:
    def test_a_write_that_hangs_is_waited_for(self, hung_end: HungEnd) -> None:
        assert hung_end.is_waiting

    def test_a_write_in_flight_is_finished_and_written_down(self, shared_workplace: OperatorEnvironment) -> None:
        with open_branch(shared_workplace) as place:
            assert place.operator is not None
            principal = place.world.create_service_principal().id
            held = place.world.hold("createJob", "after", service_principal=principal)
            name = place.apply_job(principal)
            held.wait_held()
            place.operator.process.send_signal(signal.SIGTERM)
            until(lambda: "The operator was told to stop" in place.log.read_text(), what="it has heard")
            held.release()
            assert place.operator.process.wait(25) == 0
            found = place.job(name)
            [job] = place.world.jobs(principal)
            assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
            place.start_operator()
            assert place.wait_ready(name)["status"]["job"]["id"] == job.id
            assert place.writes(principal).count("createJob") == 1

    def test_without_anything_to_finish_it_is_quick(self, shared_workplace: OperatorEnvironment) -> None:
        with open_branch(shared_workplace) as place:
            assert place.operator is not None
            place.wait_ready(place.apply_job(place.world.create_service_principal().id))
            assert place.operator.stop() == 0
            assert place.operator.exit_seconds is not None
            assert place.operator.exit_seconds < 3
