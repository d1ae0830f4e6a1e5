"""Checks that slow replication hides new jobs and still shows deleted ones."""

from datetime import timedelta

from tests.support.graph_caller import GraphCaller, jobs_of
from tests.support.simulator_client import Principal, SimulatorClient


def test_a_new_job_is_hidden_for_the_seconds_of_its_replication(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.replicate(creation={"seconds": 60})
    job = caller.create(principal.id)
    assert caller.list_ids(principal.id) == []
    assert caller.get(f"{jobs_of(principal.id)}/{job}").status_code == 404
    assert [view.id for view in simulator.jobs()] == [job]
    simulator.advance(timedelta(seconds=60))
    assert caller.list_ids(principal.id) == [job]


def test_a_new_job_is_hidden_from_the_first_looks_of_its_replication(
    caller: GraphCaller, simulator: SimulatorClient
) -> None:
    slow = simulator.create_service_principal(creation={"looks": 2, "hides": ["list"]})
    job = caller.create(slow.id)
    assert [caller.list_ids(slow.id) for _ in range(3)] == [[], [], [job]]


def test_an_existing_job_can_be_hidden(caller: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    job = caller.create(principal.id)
    simulator.hide(job, looks=1)
    assert [caller.list_ids(principal.id) for _ in range(2)] == [[], [job]]


def test_a_deleted_job_is_still_seen_until_its_deletion_has_replicated(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.replicate(deletion={"looks": 1, "hides": ["get"]})
    job = caller.create(principal.id)
    caller.delete(f"{jobs_of(principal.id)}/{job}")
    answers = [caller.get(f"{jobs_of(principal.id)}/{job}").status_code for _ in range(2)]
    assert answers == [200, 404]
