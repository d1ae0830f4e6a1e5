"""Checks what the journal records and counts."""

import json

from tests.support.graph_caller import GraphCaller, jobs_of
from tests.support.simulator_client import Principal, SimulatorClient


def test_the_journal_records_each_request_with_its_headers_and_its_job(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    caller.get(jobs_of(principal.id), headers={"client-request-id": "abc", "x-ms-throttle-priority": "Low"})
    job = caller.create(principal.id)
    read, written = simulator.journal(operation="listJobs"), simulator.journal(operation="createJob")
    assert (read[0].client_request_id, read[0].headers["x-ms-throttle-priority"]) == ("abc", "Low")
    assert (read[0].service_principal, read[0].status, read[0].end) == (principal.id, 200, "answered")
    assert (written[0].job, written[0].had_effect, written[0].body) == (job, True, {"templateId": "scim"})
    assert [entry.sequence for entry in simulator.journal(after=read[0].sequence)] == [written[0].sequence]
    assert simulator.journal(job="another") == []


def test_the_journal_holds_no_secrets_and_tokens(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    caller.create(principal.id)
    text = json.dumps([entry.model_dump(mode="json") for entry in simulator.journal()])
    assert simulator.connection.client_secret not in text
    assert caller.token not in text


def test_calls_to_graph_and_to_the_token_service_are_counted_separately(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    caller.create(principal.id)
    calls = simulator.calls()
    assert (calls.graph, calls.identity) == ({"createJob": 1}, {"token": 1})
    simulator.clear_journal()
    assert simulator.calls().graph_total == 0
