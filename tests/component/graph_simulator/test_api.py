"""The simulator over TLS: switches, slow replication, garbage, paging, tenants, and the control surface."""

import json
from datetime import timedelta

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulator_client import ControlError, Principal, SimulatorClient

HOUR = timedelta(hours=1)


def list_ids(caller: GraphCaller, principal: Principal, **query: str) -> list[str]:
    return [job["id"] for job in caller.get(jobs_of(principal.id), params=query).json()["value"]]


def test_two_hundred_service_principals_are_made_at_once(graph_world: SimulatorClient) -> None:
    made = graph_world.create_service_principals(200, prefix="load", templates=["scim", "zendesk"])
    assert len({principal.id for principal in made}) == 200
    assert made[199].display_name == "load-200"


def test_a_second_create_makes_a_second_job_unless_the_switch_says_otherwise(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    assert caller.create(principal.id) != caller.create(principal.id)
    graph_world.switch(second_job_same_template=409)
    assert caller.post(jobs_of(principal.id), {"templateId": "scim"}).status_code == 409
    assert len(graph_world.jobs(principal.id)) == 2


def test_a_switch_answers_an_open_question_differently(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    graph_world.switch(
        pause_schedule_state="Paused",
        start_when_active=409,
        missing_job_code="ResourceNotFound",
        missing_job_message="No such job.",
        nested_errors=False,
        wrong_template_status=422,
        wrong_template_code="InvalidTemplate",
    )
    job = caller.create(principal.id)
    path = f"{jobs_of(principal.id)}/{job}"
    assert caller.post(f"{path}/start").status_code == 204
    assert read_error(caller.post(f"{path}/start"))[:2] == (409, "Conflict")
    caller.post(f"{path}/pause")
    assert caller.get(path).json()["schedule"]["state"] == "Paused"
    assert read_error(caller.get(f"{path}x")) == (404, "ResourceNotFound", "No such job.")
    assert read_error(caller.post(jobs_of(principal.id), {"templateId": "x"}))[:2] == (422, "InvalidTemplate")


def test_a_missing_permission_has_two_forms(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    graph_world.set_application(roles=["Application.Read.All"])
    caller.sign_in()
    assert read_error(caller.get(jobs_of(principal.id))) == (401, "UnknownError", "")
    graph_world.switch(missing_permission="forbidden403")
    assert read_error(caller.get(jobs_of(principal.id)))[:2] == (403, "Authorization_RequestDenied")


def test_owned_by_holds_for_owned_service_principals_only(caller: GraphCaller, graph_world: SimulatorClient) -> None:
    graph_world.set_application(roles=["Application.ReadWrite.OwnedBy"])
    mine = graph_world.create_service_principal(owners=[graph_world.connection.client_id])
    others = graph_world.create_service_principal(owners=["somebody"])
    assert caller.get(jobs_of(mine.id)).status_code == 200
    assert read_error(caller.get(jobs_of(others.id))) == (401, "UnknownError", "")


def test_an_unknown_service_principal_may_look_unreplicated(caller: GraphCaller, graph_world: SimulatorClient) -> None:
    graph_world.switch(unknown_service_principal="401")
    assert read_error(caller.get(jobs_of("nobody"))) == (401, "UnknownError", "")
    assert caller.get("/servicePrincipals/nobody").status_code == 404


def test_a_tenant_sees_only_its_own(caller: GraphCaller, graph_world: SimulatorClient, principal: Principal) -> None:
    graph_world.set_application("other-client", "other-tenant", secrets=["s"])
    there = graph_world.create_service_principal(tenant_id="other-tenant")
    caller.sign_in("other-tenant", client_id="other-client", client_secret="s")
    assert caller.get(jobs_of(there.id)).status_code == 200
    assert caller.get(jobs_of(principal.id)).status_code == 404


def test_a_change_right_after_another_conflicts(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    graph_world.switch(conflict_seconds=5)
    job = caller.create(principal.id)
    assert caller.post(f"{jobs_of(principal.id)}/{job}/start").status_code == 409
    graph_world.advance(timedelta(seconds=5))
    assert caller.post(f"{jobs_of(principal.id)}/{job}/start").status_code == 204


def test_a_new_job_stays_unseen_for_a_time(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    graph_world.replicate(creation={"seconds": 60})
    job = caller.create(principal.id)
    assert list_ids(caller, principal) == []
    assert caller.get(f"{jobs_of(principal.id)}/{job}").status_code == 404
    assert [view.id for view in graph_world.jobs()] == [job]
    graph_world.advance(timedelta(seconds=60))
    assert list_ids(caller, principal) == [job]


def test_a_new_job_stays_unseen_for_the_first_looks(caller: GraphCaller, graph_world: SimulatorClient) -> None:
    slow = graph_world.create_service_principal(creation={"looks": 2, "hides": ["list"]})
    job = caller.create(slow.id)
    assert [list_ids(caller, slow) for _ in range(3)] == [[], [], [job]]


def test_a_job_that_exists_can_be_hidden(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    graph_world.hide(job, looks=1)
    assert [list_ids(caller, principal) for _ in range(2)] == [[], [job]]


def test_a_deleted_job_can_linger(caller: GraphCaller, graph_world: SimulatorClient, principal: Principal) -> None:
    graph_world.replicate(deletion={"looks": 1, "hides": ["get"]})
    job = caller.create(principal.id)
    caller.delete(f"{jobs_of(principal.id)}/{job}")
    answers = [caller.get(f"{jobs_of(principal.id)}/{job}").status_code for _ in range(2)]
    assert answers == [200, 404]


def test_graph_can_be_made_to_say_garbage_about_a_job(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    caller.checks_answers = False
    graph_world.override(
        job, set={"status.code": 5, "status.troubleshootingUrl": "\ud800"}, remove=["schedule"], merge={"new": [1]}
    )
    document = caller.get(f"{jobs_of(principal.id)}/{job}").json()
    assert (document["status"]["code"], document["status"]["troubleshootingUrl"]) == (5, "\ud800")
    assert "schedule" not in document
    assert document["new"] == [1]
    graph_world.override(job)
    caller.checks_answers = True
    assert caller.get(f"{jobs_of(principal.id)}/{job}").json()["status"]["code"] == "Paused"


def test_an_override_can_be_exempt_from_the_description(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    graph_world.override(job, set={"status.code": "Napping"})
    with pytest.raises(AssertionError, match="Napping"):
        caller.read_status(principal.id, job)
    caller.exempt.add("synchronizationStatus.code")
    assert caller.read_status(principal.id, job)["code"] == "Napping"


def test_raw_bytes_can_stand_for_a_job_or_a_whole_list(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    caller.checks_answers = False
    graph_world.override(job, raw=b'{"id":"a","id":"b"}')
    assert caller.get(jobs_of(principal.id)).content.endswith(b'"value":[{"id":"a","id":"b"}]}')
    graph_world.change_service_principal(principal.id, raw_list=b"\xff not JSON")
    assert caller.get(jobs_of(principal.id)).content == b"\xff not JSON"
    graph_world.change_service_principal(principal.id, raw_list=b"")
    graph_world.override(job)
    assert list_ids(caller, principal) == [job]


def test_a_list_can_have_pages(caller: GraphCaller, graph_world: SimulatorClient, principal: Principal) -> None:
    jobs = [caller.create(principal.id) for _ in range(5)]
    graph_world.switch(page_size=2)
    found, url = [], f"/{caller.version}{jobs_of(principal.id)}"
    while url:
        page = caller.http.get(url, headers={"authorization": f"Bearer {caller.token}"}).json()
        found += [job["id"] for job in page["value"]]
        url = page.get("@odata.nextLink", "")
    assert found == jobs


@pytest.mark.parametrize(("next_link", "host"), [("foreign", "graph.example.net"), ("loop", "localhost")])
def test_the_next_page_can_be_a_trap(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal, next_link: str, host: str
) -> None:
    graph_world.switch(page_size=1, next_link=next_link)
    for _ in range(2):
        caller.create(principal.id)
    page = caller.get(jobs_of(principal.id)).json()
    assert httpx.URL(page["@odata.nextLink"]).host == host


def test_the_jobs_list_can_be_filtered_by_template(caller: GraphCaller, graph_world: SimulatorClient) -> None:
    principal = graph_world.create_service_principal(templates=["scim", "zendesk"])
    jobs = {template: caller.create(principal.id, template) for template in ("scim", "zendesk")}
    query = {"$filter": "templateId eq 'zendesk'"}
    assert list_ids(caller, principal, **query) == [jobs["zendesk"]]
    graph_world.switch(job_filter_honoured=False)
    assert len(list_ids(caller, principal, **query)) == 2


def test_a_limit_is_told_before_it_is_reached_and_then_kept(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    graph_world.throttle(calls=5, seconds=10)
    answers = [caller.get(jobs_of(principal.id)) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    shown = [answer.headers.get("x-ms-throttle-limit-percentage") for answer in answers]
    assert shown == [None, None, None, "0.80", "1.00", "1.20"]
    assert answers[5].headers["retry-after"] == "10"
    assert answers[5].headers["x-ms-throttle-scope"].startswith("Tenant_Application/ReadWrite/")
    graph_world.advance(timedelta(seconds=10))
    assert caller.get(jobs_of(principal.id)).status_code == 200


def test_wrong_methods_and_paths_are_told_as_graph_does(caller: GraphCaller, principal: Principal) -> None:
    caller.checks_answers = False
    assert read_error(caller.call("PUT", jobs_of(principal.id), {}))[:2] == (405, "Request_BadRequest")
    assert read_error(caller.get("/nothing")) == (400, "BadRequest", "Resource not found for the segment 'nothing'.")
    assert read_error(caller.post(jobs_of(principal.id), content=b"{"))[:2] == (400, "BadRequest")
    assert read_error(caller.post(jobs_of(principal.id), [1]))[:2] == (400, "BadRequest")


def test_a_person_in_the_portal_leaves_no_trace_in_the_journal(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = graph_world.create_job(principal.id, started=True)
    assert (job.code, job.schedule_state) == ("NotRun", "Active")
    graph_world.act(job.id, "pause")
    assert caller.get(f"{jobs_of(principal.id)}/{job.id}").json()["status"]["code"] == "Paused"
    graph_world.act(job.id, "delete")
    assert list_ids(caller, principal) == []
    assert {entry.operation for entry in graph_world.journal()} == {"token", "getJob", "listJobs"}


def test_a_quarantine_can_be_imposed(caller: GraphCaller, graph_world: SimulatorClient, principal: Principal) -> None:
    job = graph_world.create_job(principal.id, started=True)
    graph_world.advance(HOUR)
    error = {"code": "Odd", "message": "Strange.", "tenant_actionable": False}
    graph_world.quarantine(job.id, "QuarantinedOnDemand", error)
    quarantine = caller.read_status(principal.id, job.id)["quarantine"]
    assert (quarantine["reason"], quarantine["error"]["code"]) == ("QuarantinedOnDemand", "Odd")
    assert graph_world.act(job.id, "start").code == "Active"


def test_the_state_of_a_job_counts_what_was_done_to_it(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    for action in ("start", "start", "pause"):
        caller.post(f"{jobs_of(principal.id)}/{job}/{action}")
    view = graph_world.job(job)
    assert (view.starts, view.pauses, view.template_id) == (2, 1, "scim")


def test_a_service_principal_can_go_with_its_jobs(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    graph_world.remove_service_principal(principal.id)
    assert caller.get(f"/servicePrincipals/{principal.id}").status_code == 404
    assert caller.get(f"{jobs_of(principal.id)}/{job}").status_code == 404


def test_templates_can_be_of_ones_own(caller: GraphCaller, graph_world: SimulatorClient) -> None:
    own = {"like": "scim", "id": "quick", "interval": "PT2M", "initial_duration": 10, "duration": 5}
    principal = graph_world.create_service_principal(templates=[own])
    job = caller.create(principal.id, "quick")
    assert caller.get(f"{jobs_of(principal.id)}/{job}").json()["schedule"]["interval"] == "PT2M"


def test_the_journal_knows_who_asked_for_what(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    caller.get(jobs_of(principal.id), headers={"client-request-id": "abc", "x-ms-throttle-priority": "Low"})
    job = caller.create(principal.id)
    read, written = graph_world.journal(operation="listJobs"), graph_world.journal(operation="createJob")
    assert (read[0].client_request_id, read[0].headers["x-ms-throttle-priority"]) == ("abc", "Low")
    assert (read[0].service_principal, read[0].status, read[0].end) == (principal.id, 200, "answered")
    assert (written[0].job, written[0].had_effect, written[0].body) == (job, True, {"templateId": "scim"})
    assert [entry.sequence for entry in graph_world.journal(after=read[0].sequence)] == [written[0].sequence]
    assert graph_world.journal(job="another") == []


def test_the_journal_keeps_no_secret_and_no_token(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    caller.create(principal.id)
    text = json.dumps([entry.model_dump(mode="json") for entry in graph_world.journal()])
    assert graph_world.connection.client_secret not in text
    assert caller.token not in text


def test_calls_are_counted_with_those_for_tokens_apart(
    caller: GraphCaller, graph_world: SimulatorClient, principal: Principal
) -> None:
    caller.create(principal.id)
    calls = graph_world.calls()
    assert (calls.graph, calls.identity) == ({"createJob": 1}, {"token": 1})
    graph_world.clear_journal()
    assert graph_world.calls().graph_total == 0


def test_the_control_surface_wants_its_own_token(caller: GraphCaller) -> None:
    caller.sign_in()
    answer = caller.http.get("/_world/jobs", headers={"authorization": f"Bearer {caller.token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("document", "complaint"),
    [
        ({"nonsense": 1}, "has no nonsense"),
        ({"start_when_active": 201}, "start_when_active"),
    ],
)
def test_a_misspelt_wish_is_refused(graph_world: SimulatorClient, document: dict[str, object], complaint: str) -> None:
    with pytest.raises(ControlError, match=complaint):
        graph_world.switch(**document)


def test_a_misspelt_fault_or_job_is_refused(graph_world: SimulatorClient) -> None:
    with pytest.raises(ControlError, match="has no oparation"):
        graph_world.fault("close", oparation="getJob")
    with pytest.raises(ControlError, match="no operation getJobs"):
        graph_world.fault("close", operation="getJobs")
    with pytest.raises(ControlError, match="404"):
        graph_world.job("nothing")
