"""Checks provisioning on demand and the upload of users."""

import json
from typing import Any

import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error, schema_of
from tests.support.simulator_client import Principal, SimulatorClient

USER = {"method": "POST", "bulkId": "1", "path": "/Users", "data": {"userName": "a@b.test"}}
USERS = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [USER]}
SCIM = {"content-type": "application/scim+json"}


class TestOnDemand:
    def ask(self, graph: GraphCaller, principal: Principal, job: str, **changes: Any) -> Any:
        rule = graph.get(schema_of(principal.id, job)).json()["synchronizationRules"][0]["id"]
        parameters = {"ruleId": rule, "subjects": [{"objectId": "9bb0f679", "objectTypeName": "User"}]} | changes
        return graph.post(f"{jobs_of(principal.id)}/{job}/provisionOnDemand", {"parameters": [parameters]})

    def test_tells_what_became_of_the_object(self, graph: GraphCaller, principal: Principal) -> None:
        answer = self.ask(graph, principal, graph.create(principal.id)).json()
        assert json.loads(answer["key"]) == {"result": "Success", "details": {}}
        value = json.loads(answer["value"])
        assert [step["status"] for step in value["provisioningSteps"]] == ["Success", "Success"]
        assert value["sourceIdentity"]["id"] == "9bb0f679"

    def test_fails_when_the_application_refuses_the_credentials(
        self, graph: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        simulator.set_target_app(principal.id, accepts={"SecretToken": ["good"]})
        key = json.loads(self.ask(graph, principal, graph.create(principal.id)).json()["key"])
        assert key["result"] == "Failure"
        assert key["details"]["errorCode"] == "SystemForCrossDomainIdentityManagementInvalidCredentials"

    def test_refuses_a_rule_that_the_schema_does_not_have(self, graph: GraphCaller, principal: Principal) -> None:
        job = graph.create(principal.id)
        status, code, message = read_error(self.ask(graph, principal, job, ruleId="unheard"))
        assert (status, code) == (400, "RequestParameterInvalid")
        assert "unheard" in message
        assert job in message
        assert read_error(self.ask(graph, principal, job, subjects=[]))[:2] == (400, "BadRequest")


class TestUpload:
    @pytest.fixture
    def path(self, graph: GraphCaller, simulator: SimulatorClient) -> str:
        principal = simulator.create_service_principal(templates=["API2AAD"])
        path = f"{jobs_of(principal.id)}/{graph.create(principal.id, 'API2AAD')}/bulkUpload"
        simulator.set_application(roles=["SynchronizationData-User.Upload"])
        graph.sign_in()
        return path

    def test_is_accepted_and_says_where_its_log_is(self, graph: GraphCaller, path: str) -> None:
        answer = graph.post(path, content=json.dumps(USERS), headers=SCIM)
        assert (answer.status_code, answer.content) == (202, b"")
        assert "/auditLogs/provisioning/?$filter=jobid%20eq%20'API2AAD." in answer.headers["location"]

    def test_needs_the_content_type_of_scim(self, graph: GraphCaller, path: str) -> None:
        assert read_error(graph.post(path, USERS)) == (400, "BadRequest", "Invalid Data Format")

    def test_has_fifty_operations_at_most(self, graph: GraphCaller, path: str) -> None:
        many = json.dumps(USERS | {"Operations": [USER] * 51})
        assert read_error(graph.post(path, content=many, headers=SCIM))[0] == 400

    def test_needs_a_permission_of_its_own(self, graph: GraphCaller, simulator: SimulatorClient, path: str) -> None:
        simulator.set_application(roles=["Synchronization.ReadWrite.All"])
        answer = graph.sign_in().post(path, content=json.dumps(USERS), headers=SCIM)
        assert read_error(answer)[:2] == (403, "Authorization_RequestDenied")
