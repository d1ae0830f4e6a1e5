"""Checks the schemas of jobs and templates, and what is below them."""

from datetime import timedelta

from tests.support.graph_caller import GraphCaller, jobs_of, read_error, schema_of
from tests.support.simulator_client import Principal, SimulatorClient


class TestSchemaOfAJob:
    def test_has_the_jobs_id_rules_and_directories(self, graph: GraphCaller, principal: Principal) -> None:
        job = graph.create(principal.id)
        schema = graph.get(schema_of(principal.id, job)).json()
        assert schema["id"] == job
        (rule,) = schema["synchronizationRules"]
        names = [directory["name"] for directory in schema["directories"]]
        assert [rule["sourceDirectoryName"], rule["targetDirectoryName"]] == names
        assert [mapping["sourceObjectName"] for mapping in rule["objectMappings"]] == ["User", "Group"]

    def test_is_replaced_by_a_put_but_for_its_id_and_version(self, graph: GraphCaller, principal: Principal) -> None:
        path = schema_of(principal.id, graph.create(principal.id))
        before = graph.get(path).json()
        changed = before | {"id": "other", "version": "mine", "directories": before["directories"][1:]}
        changed["synchronizationRules"][0]["name"] = "RENAMED"
        assert graph.put(path, changed).status_code == 204
        after = graph.get(path).json()
        assert (after["id"], after["synchronizationRules"][0]["name"]) == (before["id"], "RENAMED")
        assert len(after["directories"]) == 1
        assert after["version"].startswith("Date:2025-03-03T08:00:00Z, ActivityId:")

    def test_is_that_of_the_template_again_after_a_delete(self, graph: GraphCaller, principal: Principal) -> None:
        path = schema_of(principal.id, graph.create(principal.id))
        before = graph.get(path).json()
        graph.put(path, {"synchronizationRules": [], "directories": []})
        assert graph.get(path).json()["synchronizationRules"] == []
        assert graph.delete(path).status_code == 204
        assert graph.get(path).json() | {"version": ""} == before | {"version": ""}

    def test_makes_the_next_cycle_an_initial_one_when_it_changes(
        self, caller: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        job = caller.create(principal.id)
        caller.post(f"{jobs_of(principal.id)}/{job}/start")
        simulator.advance(timedelta(hours=1))
        caller.put(schema_of(principal.id, job), {"synchronizationRules": [], "directories": []})
        before = caller.read_status(principal.id, job)["lastExecution"]["timeEnded"]
        simulator.advance(timedelta(minutes=45))
        status = caller.read_status(principal.id, job)
        assert status["progress"] or status["lastExecution"]["timeEnded"] > before

    def test_cannot_be_patched_although_the_description_says_so(
        self, caller: GraphCaller, principal: Principal
    ) -> None:
        answer = caller.patch(schema_of(principal.id, caller.create(principal.id)), {})
        assert read_error(answer) == (404, "UnknownError", "")

    def test_refuses_an_unknown_property_and_a_reader(
        self, caller: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        path = schema_of(principal.id, caller.create(principal.id))
        assert read_error(caller.put(path, {"rules": []}))[:2] == (400, "BadRequest")
        simulator.set_application(roles=["Synchronization.Read.All"])
        caller.sign_in()
        assert caller.get(path).status_code == 200
        statuses = [caller.put(path, {}).status_code, caller.delete(path).status_code]
        assert statuses == [401, 401]
        assert caller.get(f"{path}/functions").status_code == 401


class TestSchemaOfATemplate:
    def test_is_read_with_its_operators(self, graph: GraphCaller, principal: Principal) -> None:
        path = f"/servicePrincipals/{principal.id}/synchronization/templates/scim/schema"
        assert graph.get(path).json()["id"] == f"scim.{'0' * 32}"
        assert graph.get(f"{path}/filterOperators()").json()["value"][0]["id"] == "EQUALS"

    def test_is_not_written_below_a_service_principal(self, caller: GraphCaller, principal: Principal) -> None:
        path = f"/servicePrincipals/{principal.id}/synchronization/templates/scim/schema"
        refused = (501, "NotImplemented", "This operation is not simulated. It is documented for applications only.")
        assert read_error(caller.put(path, {})) == refused
        assert read_error(caller.delete(path)) == refused

    def test_is_written_below_the_application_and_is_that_of_new_jobs(
        self, caller: GraphCaller, principal: Principal
    ) -> None:
        templates = f"/applications/{principal.application_object_id}/synchronization/templates"
        older = schema_of(principal.id, caller.create(principal.id))
        before = caller.get(f"{templates}/scim/schema").json()
        changed = before | {"directories": before["directories"][:1]}
        assert caller.put(f"{templates}/scim/schema", changed).status_code == 204
        assert len(caller.get(f"{templates}/scim").json()["schema"]["directories"]) == 1
        newer = schema_of(principal.id, caller.create(principal.id))
        counts = [len(caller.get(path).json()["directories"]) for path in (older, newer)]
        assert counts == [2, 1]
        assert caller.delete(f"{templates}/scim/schema").status_code == 204
        assert caller.get(f"{templates}/scim/schema").json() == before
        assert len(caller.get(newer).json()["directories"]) == 1


class TestDirectories:
    def test_are_listed_counted_and_read(self, caller: GraphCaller, principal: Principal) -> None:
        path = f"{schema_of(principal.id, caller.create(principal.id))}/directories"
        listed = caller.get(path).json()["value"]
        assert caller.get(f"{path}/$count").text == "2"
        one = caller.get(f"{path}/{listed[1]['id']}").json()
        assert (one["id"], one["name"]) == (listed[1]["id"], "CustomSCIM")
        assert caller.get(f"{path}/nothing").status_code == 404

    def test_have_a_new_version_and_time_after_a_discovery(self, caller: GraphCaller, principal: Principal) -> None:
        schema = schema_of(principal.id, caller.create(principal.id))
        target = caller.get(f"{schema}/directories").json()["value"][1]
        assert (target["version"], target["discoveryDateTime"]) == (None, None)
        path = f"{schema}/directories/{target['id']}"
        assert caller.post(f"{path}/discover").status_code == 401
        caller.simulator.set_application(roles=["Directory.ReadWrite.All", "Synchronization.ReadWrite.All"])
        caller.sign_in()
        found = caller.post(f"{path}/microsoft.graph.discover").json()
        assert (found["version"], found["discoveryDateTime"]) != (None, None)
        assert caller.get(path).json()["version"] == found["version"]

    def test_of_a_template_are_discovered_too(self, caller: GraphCaller, principal: Principal) -> None:
        schema = f"/servicePrincipals/{principal.id}/synchronization/templates/scim/schema"
        target = caller.get(f"{schema}/directories").json()["value"][1]
        caller.simulator.set_application(roles=["Directory.ReadWrite.All", "Synchronization.ReadWrite.All"])
        caller.sign_in()
        found = caller.post(f"{schema}/directories/{target['id']}/discover").json()
        assert found["discoveryDateTime"] == "2025-03-03T08:00:00Z"
        assert caller.get(f"{schema}/directories/{target['id']}").json()["version"] == found["version"]
