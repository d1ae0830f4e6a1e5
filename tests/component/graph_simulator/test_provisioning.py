"""Checks provisioning on demand and the upload of users."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error, schema_of
from tests.support.simulator_client import Principal, SimulatorClient

USER = {"method": "POST", "bulkId": "1", "path": "/Users", "data": {"userName": "a@b.test"}}
USERS = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [USER]}
ANNA: dict[str, Any] = {
    "id": "9bb0f679",
    "attributes": {
        "displayName": "Anna",
        "userPrincipalName": "anna@contoso.com",
        "department": "Sales",
        "level": 7,
    },
}
BORIS = {"id": "boris", "attributes": {"displayName": "Boris"}, "is_assigned": False}
SCIM = {"content-type": "application/scim+json"}


def ask(graph: GraphCaller, principal: Principal, job: str, **changes: Any) -> httpx.Response:
    """Ask to provision a user by the first rule of a job's schema."""
    rule = graph.get(schema_of(principal.id, job)).json()["synchronizationRules"][0]["id"]
    parameters = {"ruleId": rule, "subjects": [{"objectId": "9bb0f679", "objectTypeName": "User"}]} | changes
    return graph.post(f"{jobs_of(principal.id)}/{job}/provisionOnDemand", {"parameters": [parameters]})


def read_result(answer: httpx.Response) -> tuple[str, str | None, list[str], dict[str, Any]]:
    """Read result, error code, the names of the steps, and the whole report."""
    document = answer.json()
    key, value = json.loads(document["key"]), json.loads(document["value"])
    steps = [step["name"] for step in value["provisioningSteps"]]
    return key["result"], key["details"].get("errorCode"), steps, value


@pytest.fixture
def job(graph: GraphCaller, principal: Principal) -> str:
    """A job whose application is assigned to one user and not to another."""
    graph.simulator.set_objects(ANNA, BORIS)
    return graph.create(principal.id)


class TestOnDemand:
    def test_tells_what_became_of_the_object(self, graph: GraphCaller, principal: Principal, job: str) -> None:
        result, code, steps, value = read_result(ask(graph, principal, job))
        assert (result, code) == ("Success", None)
        assert steps == ["EntryImport", "EntrySynchronizationScoping", "EntryExportAdd"]
        assert (value["action"], value["reportableIdentifier"]) == ("Create", "anna@contoso.com")
        assert (value["sourceIdentity"]["id"], value["targetSystem"]["name"]) == ("9bb0f679", "CustomSCIM")
        changed = {item["displayName"]: item["newValue"] for item in value["modifiedProperties"]}
        assert changed == {"userName": "anna@contoso.com", "displayName": "Anna"}
        assert value["provisioningSteps"][0]["details"]["displayName"] == "Anna"

    def test_skips_an_object_that_is_the_same_in_the_target(
        self, graph: GraphCaller, principal: Principal, job: str
    ) -> None:
        ask(graph, principal, job)
        result, code, steps, value = read_result(ask(graph, principal, job))
        assert (result, code) == ("Skipped", "RedundantExport")
        assert steps == ["EntryImport", "EntryImport", "EntrySynchronizationScoping", "EntrySynchronizationSkip"]
        assert (value["modifiedProperties"], value["statusInfo"]["status"]) == ([], "Skipped")
        assert value["targetIdentity"]["id"]

    def test_updates_what_changed_in_the_source(self, graph: GraphCaller, principal: Principal, job: str) -> None:
        ask(graph, principal, job)
        graph.simulator.set_objects(ANNA | {"attributes": ANNA["attributes"] | {"displayName": "Anna B."}})
        result, _, steps, value = read_result(ask(graph, principal, job))
        assert (result, steps[-1], value["action"]) == ("Success", "EntryExportUpdate", "Update")
        assert value["modifiedProperties"] == [
            {"displayName": "displayName", "oldValue": "Anna", "newValue": "Anna B."}
        ]

    def test_evaluates_the_expressions_of_the_schema(self, graph: GraphCaller, principal: Principal, job: str) -> None:
        path = schema_of(principal.id, job)
        schema = graph.get(path).json()
        mapping = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][1]
        text = 'Join("-", ToUpper([displayName]), [department])'
        mapping["source"] = graph.post(f"{path}/parseExpression", {"expression": text}).json()["parsedExpression"]
        graph.put(path, schema)
        value = read_result(ask(graph, principal, job))[3]
        assert value["modifiedProperties"][1]["newValue"] == "ANNA-Sales"

    def test_skips_who_is_not_assigned_unless_all_are_synchronized(
        self, graph: GraphCaller, principal: Principal, job: str
    ) -> None:
        boris = {"subjects": [{"objectId": "boris", "objectTypeName": "User"}]}
        result, code, steps, value = read_result(ask(graph, principal, job, **boris))
        assert (result, code, steps[-1]) == ("Skipped", "NotEffectivelyEntitled", "EntrySynchronizationSkip")
        assert value["provisioningSteps"][1]["details"]["Assigned"] == "False"
        graph.simulator.set_secrets(principal.id, {"SyncAll": "true"})
        assert read_result(ask(graph, principal, job, **boris))[0] == "Success"

    @pytest.mark.parametrize(
        ("clause", "result"),
        [
            (("department", "EQUALS", "Sales"), "Success"),
            (("department", "EQUALS", "sales"), "Skipped"),
            (("department", "NOT REGEX MATCH", "^S"), "Skipped"),
            (("missing", "NOT EQUALS", "x"), "Skipped"),
            (("missing", "IS NULL"), "Success"),
            (("level", "Greater_Than", "6"), "Success"),
        ],
    )
    def test_asks_the_scoping_filter(
        self, graph: GraphCaller, principal: Principal, job: str, clause: tuple[str, ...], result: str
    ) -> None:
        path = schema_of(principal.id, job)
        schema = graph.get(path).json()
        name, operator, *values = clause
        made = {"sourceOperandName": name, "operatorName": operator, "targetOperand": {"values": values}}
        scope = {"groups": [{"name": "g", "clauses": [made]}], "categoryFilterGroups": [], "inputFilterGroups": []}
        schema["synchronizationRules"][0]["objectMappings"][0]["scope"] = scope
        graph.put(path, schema)
        found, _, _, value = read_result(ask(graph, principal, job))
        assert found == result
        evaluated = json.loads(value["provisioningSteps"][1]["details"]["ScopeEvaluationResult"])
        assert evaluated == {"g": result == "Success"}

    def test_fails_for_an_object_that_is_not_there(self, graph: GraphCaller, principal: Principal, job: str) -> None:
        nobody = {"subjects": [{"objectId": "nobody", "objectTypeName": "User"}]}
        result, code, steps, value = read_result(ask(graph, principal, job, **nobody))
        assert (result, code, steps) == ("Failure", "EntryNotFound", ["EntryImport"])
        assert value["statusInfo"]["reason"] == "The User 'nobody' was not found in Azure Active Directory."
        graph.simulator.switch(missing_object="404")
        assert read_error(ask(graph, principal, job, **nobody))[:2] == (404, "Request_ResourceNotFound")

    def test_fails_when_the_application_refuses_the_credentials(
        self, graph: GraphCaller, principal: Principal, job: str
    ) -> None:
        graph.simulator.set_target_app(principal.id, accepts={"SecretToken": ["good"]})
        result, code, steps, _ = read_result(ask(graph, principal, job))
        assert (result, steps[-1]) == ("Failure", "EntryExportAdd")
        assert code == "SystemForCrossDomainIdentityManagementInvalidCredentials"
        (entry,) = graph.simulator.journal(operation="provisionOnDemand")
        assert entry.had_effect is False

    def test_refuses_an_application_without_saved_credentials_where_graph_is_taken_to_do_so(
        self, graph: GraphCaller, principal: Principal, job: str
    ) -> None:
        graph.simulator.switch(unsaved_credentials="refused")
        assert read_error(ask(graph, principal, job))[:2] == (400, "CredentialsMissing")
        graph.simulator.set_secrets(principal.id, {"SecretToken": "good"})
        assert read_result(ask(graph, principal, job))[0] == "Success"

    def test_refuses_a_rule_and_a_type_that_the_schema_does_not_have(
        self, graph: GraphCaller, principal: Principal, job: str
    ) -> None:
        status, code, message = read_error(ask(graph, principal, job, ruleId="unheard"))
        assert (status, code) == (400, "RequestParameterInvalid")
        assert "unheard" in message
        assert job in message
        small = {"subjects": [{"objectId": "9bb0f679", "objectTypeName": "user"}]}
        assert read_error(ask(graph, principal, job, **small))[:2] == (400, "RequestParameterInvalid")
        assert read_error(ask(graph, principal, job, subjects=[]))[:2] == (400, "BadRequest")

    def test_takes_a_group_with_five_members(self, graph: GraphCaller, principal: Principal) -> None:
        job = graph.create(principal.id)

        def subject(number: int) -> dict[str, Any]:
            members = [{"objectId": f"m{place}", "objectTypeName": "User"} for place in range(number)]
            return {"subjects": [{"objectId": "g", "objectTypeName": "Group", "links": {"members": members}}]}

        result, _, steps, value = read_result(ask(graph, principal, job, **subject(5)))
        assert (result, steps[-2]) == ("Success", "EntryResolveReferences")
        changed = {item["displayName"]: item["newValue"] for item in value["modifiedProperties"]}
        assert changed["members"] == "m0, m1, m2, m3, m4"
        assert read_error(ask(graph, principal, job, **subject(6)))[:2] == (400, "RequestParameterInvalid")

    def test_answers_with_a_list_in_the_other_form(self, graph: GraphCaller, principal: Principal, job: str) -> None:
        graph.simulator.switch(provisioning_form="list")
        answer = ask(graph, principal, job).json()
        assert answer["key"].endswith(".SyncFabric.StatusInfo")
        (value,) = json.loads(answer["value"])
        assert value["statusInfo"]["status"] == "Success"

    def test_is_limited_to_five_requests_in_ten_seconds(
        self, graph: GraphCaller, principal: Principal, job: str
    ) -> None:
        statuses = [ask(graph, principal, job).status_code for _ in range(6)]
        assert statuses == [200, 200, 200, 200, 200, 429]
        graph.simulator.advance(timedelta(seconds=11))
        assert ask(graph, principal, job).status_code == 200


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
