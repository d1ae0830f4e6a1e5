"""Checks the rate limit of each tenant."""

from datetime import timedelta

from tests.support.graph_caller import GraphCaller, jobs_of
from tests.support.simulator_client import Principal, SimulatorClient


def test_the_rate_limit_is_reported_before_it_is_reached_and_then_enforced(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.throttle(calls=5, seconds=10)
    answers = [caller.get(jobs_of(principal.id)) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    shown = [answer.headers.get("x-ms-throttle-limit-percentage") for answer in answers]
    assert shown == [None, None, None, "0.80", "1.00", "1.20"]
    assert answers[5].headers["retry-after"] == "10"
    assert answers[5].headers["x-ms-throttle-scope"].startswith("Tenant_Application/ReadWrite/")
    simulator.advance(timedelta(seconds=10))
    assert caller.get(jobs_of(principal.id)).status_code == 200
