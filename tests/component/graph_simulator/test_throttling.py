"""Checks the rate limits of each tenant."""

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


def test_writes_beyond_their_quota_are_refused_until_some_come_back_while_reads_go_on(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.limit_writes(at_once=2, per_second=0.5)
    writes = [caller.post(jobs_of(principal.id), json={"templateId": "scim"}) for _ in range(3)]
    assert [answer.status_code for answer in writes] == [201, 201, 429]
    assert writes[2].headers["retry-after"] == "2"
    assert writes[2].headers["x-ms-throttle-information"] == "WriteLimitExceeded"
    assert caller.get(jobs_of(principal.id)).status_code == 200
    simulator.advance(timedelta(seconds=2))
    writes = [caller.post(jobs_of(principal.id), json={"templateId": "scim"}) for _ in range(2)]
    assert [answer.status_code for answer in writes] == [201, 429]


def test_a_share_of_all_calls_is_refused_by_chance_until_a_time(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.congest(0.5, longest_seconds=5, until=simulator.now() + timedelta(minutes=10))
    answers = [caller.get(jobs_of(principal.id)) for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 15 <= len(refused) <= 45
    assert {int(answer.headers["retry-after"]) for answer in refused} == {1, 2, 3, 4, 5}
    assert {answer.headers["x-ms-throttle-information"] for answer in refused} == {"CPULimitExceeded"}
    entries = simulator.journal(operation="listJobs")
    assert sum(entry.retry_after or 0 for entry in entries) == sum(int(each.headers["retry-after"]) for each in refused)
    simulator.advance(timedelta(minutes=10))
    assert {caller.get(jobs_of(principal.id)).status_code for _ in range(20)} == {200}
