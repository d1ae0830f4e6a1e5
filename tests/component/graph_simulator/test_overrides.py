"""Checks that tests can replace what Graph answers about jobs."""

import pytest

from tests.support.graph_caller import GraphCaller, jobs_of
from tests.support.simulator_client import Principal, SimulatorClient


def test_an_override_changes_graphs_answer_about_a_job(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    caller.checks_answers = False
    simulator.override(
        job, set={"status.code": 5, "status.troubleshootingUrl": "\ud800"}, remove=["schedule"], merge={"new": [1]}
    )
    document = caller.get(f"{jobs_of(principal.id)}/{job}").json()
    assert (document["status"]["code"], document["status"]["troubleshootingUrl"]) == (5, "\ud800")
    assert "schedule" not in document
    assert document["new"] == [1]
    simulator.override(job)
    caller.checks_answers = True
    assert caller.get(f"{jobs_of(principal.id)}/{job}").json()["status"]["code"] == "Paused"


def test_an_overridden_property_can_be_exempt_from_the_description(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    simulator.override(job, set={"status.code": "Napping"})
    with pytest.raises(AssertionError, match="Napping"):
        caller.read_status(principal.id, job)
    caller.exempt.add("synchronizationStatus.code")
    assert caller.read_status(principal.id, job)["code"] == "Napping"


def test_raw_bytes_can_replace_a_job_or_the_whole_list(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    caller.checks_answers = False
    simulator.override(job, raw=b'{"id":"a","id":"b"}')
    assert caller.get(jobs_of(principal.id)).content.endswith(b'"value":[{"id":"a","id":"b"}]}')
    simulator.change_service_principal(principal.id, raw_list=b"\xff not JSON")
    assert caller.get(jobs_of(principal.id)).content == b"\xff not JSON"
    simulator.change_service_principal(principal.id, raw_list=b"")
    simulator.override(job)
    assert caller.list_ids(principal.id) == [job]
