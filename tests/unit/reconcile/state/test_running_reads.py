"""When cycles that run have their turn to be read."""

from entrasync.core.polling import RUNNING_POLL_INTERVAL
from entrasync.reconcile.state.running_reads import READS_PER_SECOND, RunningReads
from tests.support.facts import NOW, seconds

TENANT = "tenant"


def test_a_few_cycles_are_read_as_often_as_one() -> None:
    reads = RunningReads()
    delays = [reads.reserve(TENANT, NOW + seconds(n)) for n in range(200)]
    assert set(delays) == {RUNNING_POLL_INTERVAL}


def test_thousands_of_cycles_share_the_reads_of_their_tenant() -> None:
    reads = RunningReads()
    delays = [reads.reserve(TENANT, NOW) for _ in range(3000)]
    assert delays == sorted(delays)
    assert delays[0] == RUNNING_POLL_INTERVAL
    assert delays[-1] == RUNNING_POLL_INTERVAL + seconds(2999 / READS_PER_SECOND)
    assert reads.reserve("another", NOW) == RUNNING_POLL_INTERVAL


def test_a_turn_given_by_a_clock_that_was_set_since_is_not_waited_for() -> None:
    reads = RunningReads()
    reads.reserve(TENANT, NOW + seconds(24 * 3600))
    assert reads.reserve(TENANT, NOW) == RUNNING_POLL_INTERVAL
