"""Checks that the simulator answers every operation of Microsoft's description of the API, under both parents."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from graph_simulator.traffic.operations import REASONS
from tests.support.graph_caller import GraphCaller, read_error
from tests.support.graph_facts import find_refusal, list_operations
from tests.support.simulator_client import Principal, SimulatorClient

PAGE = (Path(__file__).parents[3] / "docs" / "graph-facts.md").read_text(encoding="utf-8")
NOT_SIMULATED = PAGE.partition("\n## 10.")[2]
ROLES = ("Synchronization.ReadWrite.All", "Directory.ReadWrite.All", "SynchronizationData-User.Upload")
UPLOAD = {"Operations": [{"method": "POST", "path": "/Users", "bulkId": "1", "data": {}}]}
SUBJECT = {"objectId": "1", "objectTypeName": "User"}
BODIES: dict[str, dict[str, Any]] = {
    "POST jobs": {"templateId": "scim"},
    "PATCH {job}": {"synchronizationJobSettings": []},
    "POST restart": {"criteria": {"resetScope": "Watermark"}},
    "POST validateCredentials": {"templateId": "scim", "credentials": [{"key": "SecretToken", "value": "s3cret"}]},
    "POST acquireAccessToken": {"credentials": []},
    "POST parseExpression": {"expression": "ToLower([mail])"},
    "PUT secrets": {"value": [{"key": "SyncAll", "value": "true"}]},
}
"""What an operation is sent with, by its method and the end of its path."""

ONLY_FOR_APPLICATIONS = "It is documented for applications only."


class Walk:
    """Sends each operation to a job of its own below one parent."""

    def __init__(self, caller: GraphCaller, simulator: SimulatorClient, principal: Principal, parent: str) -> None:
        self._caller, self._simulator, self._principal = caller, simulator, principal
        ids = {"servicePrincipals": principal.id, "applications": principal.application_object_id}
        self._root = f"/{parent}/{ids[parent]}"

    def send(self, operation: str) -> httpx.Response:
        """Send an operation of the description, with a body that Graph takes."""
        method, path = operation.split(" ", 1)
        job = self._simulator.create_job(self._principal.id).id
        schema = self._simulator.schema(job)
        path = path.replace("/servicePrincipals/{id}", self._root).replace("{job}", job).replace("{template}", "scim")
        path = path.replace("{directory}", schema["directories"][1]["id"])
        return self._caller.call(method, path, **make_body(operation, schema))


def make_body(operation: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Make the body of an operation, as arguments of a call."""
    key = f"{operation.partition(' ')[0]} {operation.rpartition('/')[2]}"
    if key == "POST bulkUpload":
        return {"document": UPLOAD, "headers": {"content-type": "application/scim+json"}}
    if key == "POST provisionOnDemand":
        rule = schema["synchronizationRules"][0]["id"]
        return {"document": {"parameters": [{"ruleId": rule, "subjects": [SUBJECT]}]}}
    if key == "PUT schema":
        return {"document": schema}
    return {"document": BODIES[key]} if key in BODIES else {}


@pytest.fixture(params=["servicePrincipals", "applications"])
def walk(graph: GraphCaller, simulator: SimulatorClient, principal: Principal, request: pytest.FixtureRequest) -> Walk:
    """A walk below each parent, in each version."""
    simulator.set_application(roles=ROLES)
    return Walk(graph, simulator, principal, request.param)


def test_every_operation_of_the_description_is_answered_by_it_or_refused_with_a_listed_reason(
    walk: Walk, graph: GraphCaller
) -> None:
    operations = list_operations(graph.version)
    refused: dict[str, str] = {}
    for operation in operations:
        answer = walk.send(operation)  # the caller compares each answer with the description
        if answer.status_code == find_refusal(operation):
            continue
        if answer.status_code == 501:
            refused[operation] = read_error(answer)[2].removeprefix("This operation is not simulated. ")
        else:
            assert answer.is_success, f"{operation}: {answer.status_code} {answer.text}"
    assert len(operations) > 55
    assert len(refused) < len(operations) / 3
    assert [name for name, why in refused.items() if why not in {*REASONS, ONLY_FOR_APPLICATIONS}] == []


@pytest.mark.parametrize("reason", sorted({*REASONS, ONLY_FOR_APPLICATIONS}))
def test_every_reason_of_a_refusal_is_on_the_page_of_facts(reason: str) -> None:
    assert reason.rstrip(".").lower() in NOT_SIMULATED.lower()
