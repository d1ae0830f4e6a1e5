"""Checks that each call of the operator goes to the method that docs/graph-methods.md names for it."""

from tests.support.graph_facts import find_operation
from tests.support.methods_page import DIRECTORY_METHODS, METHODS
from tests.support.scripted_client import CALLS, Call, ScriptedClient, each


@each(CALLS)
async def test_each_call_goes_to_the_method_that_the_page_names(scripted: ScriptedClient, call: Call) -> None:
    await call(scripted.api)
    (request,) = scripted.graph.requests
    method = find_operation("v1.0", request.method, request.path.removeprefix("/v1.0")).name
    (name, _, _) = scripted.metrics.calls[-1]
    assert name in (METHODS | DIRECTORY_METHODS)[method].calls
