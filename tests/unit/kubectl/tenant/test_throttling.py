"""A read of a tenant that Graph throttles: it is repeated for some time, and then what to do is said."""

from datetime import timedelta

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from kubectl_entrasync.tenant.patience import LONGEST_WAIT, MAX_FAILURES, read_patiently
from kubectl_entrasync.tenant.refusals import explain_refusal
from tests.support.still_clock import StillClock


class Reads:
    """Fails so many times, and is counted."""

    def __init__(self, fault: Transient, *, failures: int) -> None:
        self._fault, self._left = fault, failures
        self.count = 0

    async def __call__(self) -> str:
        self.count += 1
        self._left -= 1
        if self._left >= 0:
            raise self._fault
        return "read"


def throttled(after: timedelta) -> Transient:
    return Transient(Reason.THROTTLED, "Graph asked for a pause (429).", after=after)


async def test_pauses_that_graph_asks_for_are_waited_out_and_told() -> None:
    clock, told = StillClock(), list[timedelta]()
    minute = timedelta(minutes=1)
    assert await read_patiently(Reads(throttled(minute), failures=5), clock, told.append) == "read"
    assert clock.slept == told == [minute] * 5


async def test_a_tenant_that_throttles_for_long_is_given_up_before_the_limit_is_passed() -> None:
    clock = StillClock()
    with pytest.raises(Transient) as ended:
        await read_patiently(Reads(throttled(timedelta(minutes=4)), failures=1000), clock)
    assert timedelta() < clock.uptime() <= LONGEST_WAIT
    assert explain_refusal(ended.value) == (
        "Graph asked for a pause (429). Graph throttles this tenant: run the command again in some minutes."
    )


async def test_a_graph_that_fails_is_asked_three_times_and_then_the_network_is_named() -> None:
    reads = Reads(Transient(Reason.GRAPH_UNREACHABLE, "Graph did not answer."), failures=1000)
    with pytest.raises(Transient) as ended:
        await read_patiently(reads, StillClock())
    assert reads.count == MAX_FAILURES
    assert explain_refusal(ended.value).startswith("Graph did not answer. Check the network, --cloud and --graph-url")
