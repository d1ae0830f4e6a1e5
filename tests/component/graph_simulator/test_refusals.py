"""Checks how Graph refuses wrong methods, paths and bodies."""

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulator_client import Principal


def test_wrong_methods_paths_and_bodies_are_refused_as_graph_does(caller: GraphCaller, principal: Principal) -> None:
    caller.checks_answers = False
    assert read_error(caller.call("PUT", jobs_of(principal.id), {}))[:2] == (405, "Request_BadRequest")
    assert read_error(caller.get("/nothing")) == (400, "BadRequest", "Resource not found for the segment 'nothing'.")
    assert read_error(caller.post(jobs_of(principal.id), content=b"{"))[:2] == (400, "BadRequest")
    assert read_error(caller.post(jobs_of(principal.id), [1]))[:2] == (400, "BadRequest")


def test_an_unknown_property_in_a_body_is_refused(caller: GraphCaller, principal: Principal) -> None:
    text = "The property '{}' does not exist on type 'microsoft.graph.{}'. Make sure to only use property names"
    answer = caller.post(jobs_of(principal.id), {"templateId": "scim", "interval": "PT1H"})
    assert read_error(answer)[:2] == (400, "BadRequest")
    assert read_error(answer)[2].startswith(text.format("interval", "synchronizationJob"))
    assert caller.list_ids(principal.id) == []
    job = f"{jobs_of(principal.id)}/{caller.create(principal.id)}"
    answers = [
        caller.patch(job, {"interval": "PT1H"}),
        caller.post(f"{job}/restart", {"criteria": {"scope": "Watermark"}}),
        caller.post(f"{job}/restart", {"resetScope": "Watermark"}),
    ]
    assert [read_error(answer)[:2] for answer in answers] == [(400, "BadRequest")] * 3


def test_a_create_without_a_template_says_so(caller: GraphCaller, principal: Principal) -> None:
    for document in ({}, {"templateId": None}):
        answer = caller.post(jobs_of(principal.id), document)
        assert read_error(answer) == (400, "BadRequest", "The property 'templateId' is required.")
