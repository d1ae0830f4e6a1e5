"""Checks that tests can replace what Graph answers about jobs."""

import pytest

from tests.support.graph_caller import GraphCaller, jobs_of
from tests.support.simulator_client import Principal, SimulatorClient


def test_an_override_changes_graphs_answer_about_a_job(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    caller.checks_answers = False
    graph_world.override(
        job, set={"status.code": 5, "status.troubleshootingUrl": "\ud800"}, remove=["schedule"], merge={"new": [1]}
    )
    document = caller.get(f"{jobs_of(principal.id)}/{job}").json()
    assert (document["status"]["code"], document["status"]["troubleshootingUrl"]) == (5, "\ud800")
    assert "schedule" not in document
    assert document["new"] == [1]
    graph_world.override(job)
    caller.checks_answers = True
    assert caller.get(f"{jobs_of(principal.id)}/{job}").json()["status"]["code"] == "Paused"


def test_an_overridden_property_can_be_exempt_from_the_description(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    graph_world.override(job, set={"status.code": "Napping"})
    with pytest.raises(AssertionError, match="Napping"):
        caller.read_status(principal.id, job)
    caller.exempt.add("synchronizationStatus.code")
    assert caller.read_status(principal.id, job)["code"] == "Napping"


def test_raw_bytes_can_replace_a_job_or_the_whole_list(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    caller.checks_answers = False
    graph_world.override(job, raw=b'{"id":"a","id":"b"}')
    assert caller.get(jobs_of(principal.id)).content.endswith(b'"value":[{"id":"a","id":"b"}]}')
    graph_world.change_service_principal(principal.id, raw_list=b"\xff not JSON")
    assert caller.get(jobs_of(principal.id)).content == b"\xff not JSON"
    graph_world.change_service_principal(principal.id, raw_list=b"")
    graph_world.override(job)
    assert caller.list_ids(principal.id) == [job]
