"""When the jobs of a GraphConnection wait and when they are reconciled again."""

from entrasync.reconcile.engine.worker_pool import BROKEN
from tests.support.connection_harness import KEY, SECRET, ConnectionHarness, connection, job_by_connection


class TestJobsOfConnection:
    async def test_jobs_wait_silently_until_their_connection_has_logged_in(self, harness: ConnectionHarness) -> None:
        harness.apply(connection())
        assert harness.connections.is_untried(job_by_connection())
        await harness.run()
        assert not harness.connections.is_untried(job_by_connection())
        assert harness.requeued == [KEY, KEY], "when the connection appeared, and when it worked"

    async def test_jobs_are_not_requeued_by_a_poll_that_finds_nothing_new(self, harness: ConnectionHarness) -> None:
        await harness.run(connection())
        harness.requeued.clear()
        await harness.poll()
        assert harness.requeued == []

    async def test_jobs_are_requeued_when_their_connection_breaks_and_when_it_works_again(
        self, harness: ConnectionHarness
    ) -> None:
        await harness.run(connection())
        harness.requeued.clear()
        harness.secrets.remove(SECRET)
        await harness.poll()
        harness.secrets.put(SECRET, secret="right")
        await harness.poll()
        assert harness.requeued == [KEY, KEY]

    async def test_jobs_are_released_by_a_fault_of_the_operator_too(self, harness: ConnectionHarness) -> None:
        harness.apply(connection())
        await harness.reconciler.record_broken(KEY, BROKEN, since=harness.clock.now())
        assert not harness.connections.is_untried(job_by_connection())
        assert harness.condition()[:2] == ("Unknown", "InternalError")
