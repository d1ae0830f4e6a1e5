"""Checks what is reached at other addresses: applications, counts, the synchronization itself, and what is missing."""

import pytest

from tests.support.graph_caller import GraphCaller, read_error, secrets_of
from tests.support.simulator_client import Principal, SimulatorClient


class TestApplications:
    def test_have_the_jobs_templates_and_secrets_of_their_service_principals(
        self, graph: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        root = f"/applications/{principal.application_object_id}/synchronization"
        job = graph.post(f"{root}/jobs", {"templateId": "scim"}).json()
        assert job["@odata.context"].endswith(
            f"applications('{principal.application_object_id}')/synchronization/jobs/$entity"
        )
        assert graph.list_ids(principal.id) == [job["id"]]
        assert graph.post(f"{root}/jobs/{job['id']}/start").status_code == 204
        assert simulator.job(job["id"]).schedule_state == "Active"
        assert [item["id"] for item in graph.get(f"{root}/templates").json()["value"]] == ["scim"]
        assert graph.get(f"{root}/jobs/{job['id']}/schema").json()["id"] == job["id"]

    def test_that_do_not_exist_are_not_found(self, caller: GraphCaller, principal: Principal) -> None:
        answer = caller.get(f"/applications/{principal.id}/synchronization/jobs")
        assert read_error(answer)[:2] == (404, "Request_ResourceNotFound")


class TestCounts:
    def test_are_plain_numbers(self, caller: GraphCaller, principal: Principal) -> None:
        caller.create(principal.id)
        caller.put(secrets_of(principal.id), {"value": [{"key": "SyncAll", "value": "true"}]})
        root = f"/servicePrincipals/{principal.id}/synchronization"
        answers = [caller.get(f"{root}/{name}/$count") for name in ("jobs", "templates", "secrets")]
        assert [answer.text for answer in answers] == ["1", "1", "1"]
        assert {answer.headers["content-type"] for answer in answers} == {"text/plain"}


class TestSynchronization:
    def test_shows_its_secrets_masked(self, graph: GraphCaller, principal: Principal) -> None:
        graph.put(secrets_of(principal.id), {"value": [{"key": "SecretToken", "value": "s3cret"}]})
        document = graph.get(f"/servicePrincipals/{principal.id}/synchronization").json()
        assert document["secrets"] == [{"key": "SecretToken", "value": "*"}]

    def test_answers_a_ping_in_beta_only(self, graph: GraphCaller, principal: Principal) -> None:
        answer = graph.get(f"/servicePrincipals/{principal.id}/synchronization/microsoft.graph.Ping()")
        assert answer.status_code == (200 if graph.version == "beta" else 405)

    def test_acquires_a_token_with_credentials_that_the_application_accepts(
        self, graph: GraphCaller, simulator: SimulatorClient, principal: Principal
    ) -> None:
        simulator.set_target_app(principal.id, accepts={"Password": ["good"]})
        path = f"/servicePrincipals/{principal.id}/synchronization/acquireAccessToken"
        answers = [
            graph.post(path, {"credentials": [{"key": "Password", "value": value}]}) for value in ("good", "bad")
        ]
        assert [answer.status_code for answer in answers] == [204, 400]
        assert "good" not in str(simulator.journal(operation="acquireAccessToken")[0].body)
        assert simulator.secrets(principal.id) == {}


class TestWhatIsNotSimulated:
    @pytest.mark.parametrize(
        ("method", "path", "why"),
        [
            ("DELETE", "", "No source tells what it does, and it might remove all jobs."),
            ("PUT", "/templates/scim", "No source tells which members of a template may change."),
            ("PATCH", "/connectivityParameters", "Its body is not known."),
            ("POST", "/jobs/j/validateConnectivity", "Its body is not known."),
        ],
    )
    def test_says_so_in_graphs_envelope_with_the_reason(
        self, caller: GraphCaller, principal: Principal, method: str, path: str, why: str
    ) -> None:
        answer = caller.call(method, f"/servicePrincipals/{principal.id}/synchronization{path}")
        assert read_error(answer) == (501, "NotImplemented", f"This operation is not simulated. {why}")
