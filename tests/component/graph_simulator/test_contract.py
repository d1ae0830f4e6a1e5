"""Checks every documented form of Graph's answers, each against Microsoft's description of the API."""

from datetime import timedelta

import pytest

from graph_simulator.world.enums import QUARANTINE_REASONS
from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.graph_facts import check_requests
from tests.support.simulator_client import Principal, SimulatorClient
from tests.support.simulator_fixtures import SIMULATED_START

HOUR = timedelta(hours=1)
NEVER = "0001-01-01T00:00:00Z"


def test_a_created_job_is_disabled_and_paused(graph: GraphCaller, principal: Principal) -> None:
    answer = graph.post(jobs_of(principal.id), {"templateId": "scim"})
    job = answer.json()
    assert answer.status_code == 201
    assert job["schedule"] == {"expiration": None, "interval": "PT40M", "state": "Disabled"}
    status = job["status"]
    assert (status["code"], status["lastExecution"], status["quarantine"]) == ("Paused", None, None)
    assert (status["troubleshootingUrl"], status["progress"]) == (None, [])
    assert status["steadyStateFirstAchievedTime"] == NEVER


def test_a_started_job_looks_failed_before_its_first_cycle_ends(graph: GraphCaller, principal: Principal) -> None:
    job = graph.create(principal.id)
    assert graph.post(f"{jobs_of(principal.id)}/{job}/start").status_code == 204
    status = graph.read_status(principal.id, job)
    last = status["lastExecution"]
    assert (status["code"], status["troubleshootingUrl"]) == ("NotRun", "")
    assert (last["state"], last["timeBegan"], last["timeEnded"]) == ("Failed", NEVER, NEVER)
    assert last["activityIdentifier"] is None
    assert last["error"] == {"code": "None", "message": "", "tenantActionable": False}


def test_a_running_cycle_reports_progress(graph: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    job = graph.create(principal.id)
    simulator.script(job, {"duration": 600, "imported": 200})
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(timedelta(minutes=5))
    progress = graph.read_status(principal.id, job)["progress"]
    assert [(item["completedUnits"], item["totalUnits"]) for item in progress] == [(100, 200)]


def test_a_successful_cycle_is_reported(graph: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    job = graph.create(principal.id)
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(HOUR)
    status = graph.read_status(principal.id, job)
    assert (status["code"], status["lastExecution"]["state"], status["progress"]) == ("Active", "Succeeded", [])
    assert status["lastExecution"]["error"] is None
    assert status["lastSuccessfulExecution"]["activityIdentifier"] is None
    assert status["lastSuccessfulExecution"]["timeBegan"] == NEVER
    assert status["lastSuccessfulExecutionWithExports"]["countExported"] > 0
    assert status["steadyStateFirstAchievedTime"] != NEVER
    assert [entry["key"] for entry in status["synchronizedEntryCountByType"]] == ["user to User", "group to Group"]


def test_object_errors_alone_leave_the_job_active(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = graph.create(principal.id)
    simulator.script(job, {"kind": "entry_errors", "escrowed": 3})
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(timedelta(minutes=30))
    status = graph.read_status(principal.id, job)
    assert (status["code"], status["lastExecution"]["state"]) == ("Active", "EntryLevelErrors")
    assert status["lastExecution"]["countEscrowed"] == 3


@pytest.mark.parametrize("reason", QUARANTINE_REASONS)
def test_a_quarantine_is_reported_for_each_reason(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal, reason: str
) -> None:
    job = graph.create(principal.id)
    simulator.script(job, "succeed", habit={"kind": "quarantine", "reason": reason})
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(timedelta(hours=2))
    status = graph.read_status(principal.id, job)
    assert (status["code"], status["quarantine"]["reason"]) == ("Quarantine", reason)
    assert status["quarantine"]["seriesCount"] == 1
    assert status["quarantine"]["error"] == status["lastExecution"]["error"]


def test_four_weeks_of_quarantine_disable_the_job(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = graph.create(principal.id)
    simulator.script(job, habit="fail")
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(timedelta(weeks=5))
    answer = graph.get(f"{jobs_of(principal.id)}/{job}").json()
    assert (answer["schedule"]["state"], answer["status"]["code"]) == ("Disabled", "Quarantine")


def test_pruned_escrows_pause_the_job(graph: GraphCaller, simulator: SimulatorClient, principal: Principal) -> None:
    job = graph.create(principal.id)
    simulator.script(job, "prune_escrows")
    graph.post(f"{jobs_of(principal.id)}/{job}/start")
    simulator.advance(HOUR)
    answer = graph.get(f"{jobs_of(principal.id)}/{job}").json()
    assert answer["status"]["escrowsPruned"] is True
    assert (answer["schedule"]["state"], answer["status"]["code"]) == ("Disabled", "Paused")


def test_a_switch_gives_a_new_job_the_documented_form(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.switch(create_form="documented", create_status=200)
    answer = graph.post(jobs_of(principal.id), {"templateId": "scim"})
    assert answer.status_code == 200
    assert answer.json()["status"]["code"] == "NotConfigured"
    assert answer.json()["schedule"]["interval"] == "P10675199DT2H48M5.4775807S"


def test_a_job_can_be_paused_and_deleted(graph: GraphCaller, principal: Principal) -> None:
    job = graph.create(principal.id)
    path = f"{jobs_of(principal.id)}/{job}"
    assert graph.post(f"{path}/microsoft.graph.start").status_code == 204
    assert graph.post(f"{path}/microsoft.graph.pause/").status_code == 204
    assert graph.get(f"{path}/").json()["schedule"]["state"] == "Disabled"
    assert graph.delete(path).status_code == 204
    assert read_error(graph.get(path)) == (404, "UnknownError", "")
    assert graph.get(jobs_of(principal.id)).json()["value"] == []


def test_the_templates_of_a_service_principal_are_listed_and_read(
    graph: GraphCaller, simulator: SimulatorClient
) -> None:
    principal = simulator.create_service_principal(templates=["scim", "aWSSingleSignon"])
    path = f"/servicePrincipals/{principal.id}/synchronization/templates"
    listed = graph.get(path).json()["value"]
    tags = [(template["id"], template["factoryTag"]) for template in listed]
    assert tags == [("scim", "CustomSCIM"), ("aWSSingleSignon", "aws")]
    jobs = [graph.create(principal.id, template) for template, _ in tags]
    assert [job.partition(".")[0] for job in jobs] == ["scim", "aWSSingleSignon"]
    one = graph.get(f"{path}/scim").json()
    assert {key: one[key] for key in listed[0]} == listed[0]
    assert one["schema"]["id"] == f"scim.{'0' * 32}"
    assert one["schema"]["synchronizationRules"]
    assert "schema@odata.context" in one
    assert len({template["applicationId"] for template in listed} - {"00000000-0000-0000-0000-000000000000"}) == 2
    spelt = "ConfigurationFields" if graph.version == "v1.0" else "configurationFields"
    assert spelt in {entry["key"] for entry in one["metadata"]}
    assert graph.get(f"{path}/nothing").status_code == 404


def test_a_service_principal_is_found_by_id_app_id_and_filter(graph: GraphCaller, principal: Principal) -> None:
    by_id = graph.get(f"/servicePrincipals/{principal.id}").json()
    assert (by_id["id"], by_id["appId"]) == (principal.id, principal.app_id)
    fields = {"$select": "id,appId,displayName"}
    by_app = graph.get(f"/servicePrincipals(appId='{principal.app_id}')", params=fields).json()
    assert {name for name in by_app if "@" not in name} == {"id", "appId", "displayName"}
    found = graph.get("/servicePrincipals", params=fields | {"$filter": f"appId eq '{principal.app_id}'"}).json()
    assert [item["id"] for item in found["value"]] == [principal.id]


def test_errors_have_graphs_codes_and_messages(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    status, code, message = read_error(graph.post(jobs_of(principal.id), {"templateId": "unheard"}))
    assert (status, code) == (400, "UnknownError")
    assert '"code": "BadRequest"' in message
    assert "\r\n" in message
    assert read_error(graph.post(jobs_of(principal.id), content=b""))[2] == "Empty Payload. JSON content expected."
    assert read_error(graph.get(jobs_of("nobody")))[:2] == (404, "Request_ResourceNotFound")
    simulator.set_application(roles=["Synchronization.Read.All"])
    graph.sign_in()
    assert read_error(graph.post(jobs_of(principal.id), {"templateId": "scim"})) == (401, "UnknownError", "")
    assert read_error(graph.get(f"/servicePrincipals/{principal.id}"))[:2] == (403, "Authorization_RequestDenied")


def test_every_answer_has_the_headers_of_graph(graph: GraphCaller, principal: Principal) -> None:
    answer = graph.get(jobs_of(principal.id), headers={"client-request-id": "my-own"})
    assert answer.headers["client-request-id"] == "my-own"
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["content-type"].startswith("application/json;odata.metadata=minimal")
    assert "ServerInfo" in answer.headers["x-ms-ags-diagnostic"]
    assert answer.headers["date"] == f"{SIMULATED_START:%a, %d %b %Y %H:%M:%S} GMT"
    assert (answer.headers["vary"], answer.headers["content-encoding"]) == ("Accept-Encoding", "gzip")
    bare = graph.get(jobs_of(principal.id), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in bare.headers
    assert bare.json() == answer.json()
    assert bare.headers["client-request-id"] == bare.headers["request-id"]


def test_the_requests_of_the_journal_can_be_checked_against_the_description(
    graph: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    graph.create(principal.id)
    graph.get(jobs_of(principal.id))
    assert check_requests(simulator.journal()) == 2
    graph.post(jobs_of(principal.id), {"templateID": "scim"})
    with pytest.raises(AssertionError, match="templateID"):
        check_requests(simulator.journal())
