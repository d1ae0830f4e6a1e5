"""Checks the switches for what is not known for sure about Graph."""

from datetime import timedelta

from tests.support.graph_caller import GraphCaller, jobs_of, read_error
from tests.support.simulator_client import Principal, SimulatorClient


def test_a_second_create_makes_a_second_job_unless_the_switch_refuses_it(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    assert caller.create(principal.id) != caller.create(principal.id)
    simulator.switch(second_job_same_template=409)
    assert caller.post(jobs_of(principal.id), {"templateId": "scim"}).status_code == 409
    assert len(simulator.jobs(principal.id)) == 2


def test_switches_change_how_graph_answers(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.switch(
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


def test_a_missing_permission_is_answered_in_the_form_of_the_switch(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_application(roles=["Application.Read.All"])
    caller.sign_in()
    assert read_error(caller.get(jobs_of(principal.id))) == (401, "UnknownError", "")
    simulator.switch(missing_permission="forbidden403")
    assert read_error(caller.get(jobs_of(principal.id)))[:2] == (403, "Authorization_RequestDenied")


def test_a_switch_answers_an_unknown_service_principal_with_an_empty_401(
    caller: GraphCaller, simulator: SimulatorClient
) -> None:
    simulator.switch(unknown_service_principal="401")
    assert read_error(caller.get(jobs_of("nobody"))) == (401, "UnknownError", "")
    assert caller.get("/servicePrincipals/nobody").status_code == 404


def test_a_start_right_after_a_create_conflicts_with_the_switch(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.switch(conflict_seconds=5)
    job = caller.create(principal.id)
    assert caller.post(f"{jobs_of(principal.id)}/{job}/start").status_code == 409
    simulator.advance(timedelta(seconds=5))
    assert caller.post(f"{jobs_of(principal.id)}/{job}/start").status_code == 204


def test_a_job_shows_another_template_than_its_create_asked_for_with_the_switch(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.switch(shown_template="ADDCInPassthrough")
    created = caller.post(jobs_of(principal.id), {"templateId": "scim"}).json()
    shown = caller.get(f"{jobs_of(principal.id)}/{created['id']}").json()
    assert created["id"].startswith("scim.")
    assert created["templateId"] == shown["templateId"] == "ADDCInPassthrough"


def test_a_create_is_answered_with_two_members_only_with_the_switch(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.switch(create_answer="thin")
    created = caller.post(jobs_of(principal.id), {"templateId": "scim"}).json()
    assert set(created) == {"@odata.context", "id", "templateId"}
    assert "schedule" in caller.get(f"{jobs_of(principal.id)}/{created['id']}").json()
