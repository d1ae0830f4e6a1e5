"""The answers that mean done, held to Microsoft's description of the API."""

import pytest

from entrasync.graph.calls import operations
from entrasync.graph.calls.operations import Operation
from tests.support.graph_facts import find_operation

SYNC = "/servicePrincipals/x/synchronization"
DESCRIBED = {
    "list_jobs": ("GET", f"{SYNC}/jobs"),
    "get_job": ("GET", f"{SYNC}/jobs/x"),
    "create_job": ("POST", f"{SYNC}/jobs"),
    "start_job": ("POST", f"{SYNC}/jobs/x/start"),
    "pause_job": ("POST", f"{SYNC}/jobs/x/pause"),
    "delete_job": ("DELETE", f"{SYNC}/jobs/x"),
    "restart_job": ("POST", f"{SYNC}/jobs/x/restart"),
    "parse_expression": ("POST", f"{SYNC}/jobs/x/schema/parseExpression"),
    "put_secrets": ("PUT", f"{SYNC}/secrets"),
    "validate_credentials": ("POST", f"{SYNC}/jobs/x/validateCredentials"),
    "list_templates": ("GET", f"{SYNC}/templates"),
}
"""Its other answers are described as any 2xx, or not at all."""


class TestDoneBy:
    @pytest.mark.parametrize("name", DESCRIBED)
    def test_has_the_statuses_that_microsoft_describes(self, name: str) -> None:
        [operation] = [one for one in vars(operations).values() if isinstance(one, Operation) and one.name == name]
        method, path = DESCRIBED[name]
        assert operation.done_by == set(find_operation("v1.0", method, path).status)
