"""Checks what tests can create, change and read by the control API, and what it refuses."""

from datetime import timedelta

import pytest

from tests.support.graph_caller import GraphCaller, jobs_of
from tests.support.simulator_client import ControlError, Principal, SimulatorClient

HOUR = timedelta(hours=1)


def test_two_hundred_service_principals_are_created_by_one_call(simulator: SimulatorClient) -> None:
    made = simulator.create_service_principals(200, prefix="load", templates=["scim", "zendesk"])
    assert len({principal.id for principal in made}) == 200
    assert made[199].display_name == "load-200"


def test_changes_by_the_portal_do_not_appear_in_the_journal(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = simulator.create_job(principal.id, started=True)
    assert (job.code, job.schedule_state) == ("NotRun", "Active")
    simulator.act(job.id, "pause")
    assert caller.get(f"{jobs_of(principal.id)}/{job.id}").json()["status"]["code"] == "Paused"
    simulator.act(job.id, "delete")
    assert caller.list_ids(principal.id) == []
    assert {entry.operation for entry in simulator.journal()} == {"token", "getJob", "listJobs"}


def test_a_job_can_be_put_into_quarantine(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = simulator.create_job(principal.id, started=True)
    simulator.advance(HOUR)
    error = {"code": "Odd", "message": "Strange.", "tenant_actionable": False}
    simulator.quarantine(job.id, "QuarantinedOnDemand", error)
    quarantine = caller.read_status(principal.id, job.id)["quarantine"]
    assert (quarantine["reason"], quarantine["error"]["code"]) == ("QuarantinedOnDemand", "Odd")
    assert simulator.act(job.id, "start").code == "Active"


def test_the_state_of_a_job_counts_its_starts_and_pauses(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    for action in ("start", "start", "pause"):
        caller.post(f"{jobs_of(principal.id)}/{job}/{action}")
    view = simulator.job(job)
    assert (view.starts, view.pauses, view.template_id) == (2, 1, "scim")


def test_a_service_principal_can_be_removed_with_its_jobs(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    job = caller.create(principal.id)
    simulator.remove_service_principal(principal.id)
    assert caller.get(f"/servicePrincipals/{principal.id}").status_code == 404
    assert caller.get(f"{jobs_of(principal.id)}/{job}").status_code == 404


def test_a_service_principal_can_offer_a_template_of_the_test(caller: GraphCaller, simulator: SimulatorClient) -> None:
    own = {"like": "scim", "id": "quick", "interval": "PT2M", "initial_duration": 10, "duration": 5}
    principal = simulator.create_service_principal(templates=[own])
    job = caller.create(principal.id, "quick")
    assert caller.get(f"{jobs_of(principal.id)}/{job}").json()["schedule"]["interval"] == "PT2M"


def test_the_control_api_refuses_a_token_of_graph(caller: GraphCaller) -> None:
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
def test_a_misspelt_switch_or_value_is_refused(
    simulator: SimulatorClient, document: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ControlError, match=complaint):
        simulator.switch(**document)


def test_a_misspelt_fault_or_an_unknown_job_is_refused(simulator: SimulatorClient) -> None:
    with pytest.raises(ControlError, match="has no oparation"):
        simulator.fault("close", oparation="getJob")
    with pytest.raises(ControlError, match="no operation getJobs"):
        simulator.fault("close", operation="getJobs")
    with pytest.raises(ControlError, match="404"):
        simulator.job("nothing")
