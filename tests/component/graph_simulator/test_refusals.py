"""Checks how Graph refuses wrong methods, paths and bodies."""

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulator_client import Principal


def test_wrong_methods_paths_and_bodies_are_refused_as_graph_does(caller: GraphCaller, principal: Principal) -> None:
    caller.checks_answers = False
    assert read_error(caller.call("PUT", jobs_of(principal.id), {}))[:2] == (405, "Request_BadRequest")
    assert read_error(caller.get("/nothing")) == (400, "BadRequest", "Resource not found for the segment 'nothing'.")
    assert read_error(caller.post(jobs_of(principal.id), content=b"{"))[:2] == (400, "BadRequest")
    assert read_error(caller.post(jobs_of(principal.id), [1]))[:2] == (400, "BadRequest")
