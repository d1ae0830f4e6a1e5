"""The simulated provisioning log: its pages, filters, limits and refusals."""

from typing import Any

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, read_error
from tests.support.simulator_client import SimulatorClient

ROLES = ["AuditLog.Read.All", "Directory.Read.All"]


@pytest.fixture
def job(simulator: SimulatorClient) -> str:
    """A job whose log has two failures and a success."""
    simulator.set_application(roles=ROLES)
    job = simulator.create_job(simulator.create_service_principal().id).id
    simulator.log_provisioning(
        job,
        {"time": "2026-11-20T01:00:00Z", "error_code": "Conflict"},
        {"time": "2026-11-20T02:00:00Z", "result": "success"},
        {"time": "2026-11-20T03:00:00Z", "error_code": "Timeout"},
    )
    return job


def ask(caller: GraphCaller, **options: str) -> httpx.Response:
    caller.checks_answers = False  # the description of the synchronization API does not have it
    caller.sign_in()
    return caller.call("GET", "/auditLogs/provisioning", params={f"${name}": value for name, value in options.items()})


def codes(answer: httpx.Response) -> list[str]:
    entries: list[dict[str, Any]] = answer.raise_for_status().json()["value"]
    infos = [entry["provisioningStatusInfo"]["errorInformation"] or {} for entry in entries]
    return [info.get("errorCode", "none") for info in infos]


def test_is_listed_in_pages_in_the_order_that_is_asked_for(caller: GraphCaller, job: str) -> None:
    answer = ask(caller, orderby="activityDateTime desc", top="2")
    assert codes(answer) == ["Timeout", "none"]
    following = caller.http.get(answer.json()["@odata.nextLink"], headers={"authorization": f"Bearer {caller.token}"})
    assert codes(following) == ["Conflict"]


@pytest.mark.parametrize(
    ("clauses", "found"),
    [
        ("jobId eq '{job}' and provisioningStatusInfo/status eq 'failure'", ["Conflict", "Timeout"]),
        ("activityDateTime gt 2026-11-20T02:00:00Z", ["Timeout"]),
        ("activityDateTime lt 2026-11-20T02:00:00Z", ["Conflict"]),
        ("jobId eq 'another'", []),
        ("provisioningStatusInfo/status eq 'Failure'", []),
    ],
)
def test_has_what_the_filter_selects_and_case_matters(
    caller: GraphCaller, job: str, clauses: str, found: list[str]
) -> None:
    assert codes(ask(caller, filter=clauses.format(job=job))) == found


def test_refuses_a_filter_and_an_order_that_it_does_not_know(caller: GraphCaller, job: str) -> None:
    assert ask(caller, filter="contains(jobId,'1')").status_code == 501
    assert ask(caller, orderby="jobId").status_code == 501
    assert ask(caller, filter="activityDateTime gt yesterday").status_code == 400


@pytest.mark.parametrize("role", ROLES)
def test_needs_both_permissions(caller: GraphCaller, simulator: SimulatorClient, job: str, role: str) -> None:
    simulator.set_application(roles=[role])
    assert ask(caller).status_code == 403


def test_needs_a_licence_of_the_tenant(caller: GraphCaller, simulator: SimulatorClient, job: str) -> None:
    simulator.switch(premium_licence=False)
    assert read_error(ask(caller))[:2] == (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant")


def test_is_answered_five_times_in_ten_seconds(caller: GraphCaller, job: str) -> None:
    assert [ask(caller).status_code for _ in range(6)] == [200] * 5 + [429]


def test_has_nothing_of_another_tenant(caller: GraphCaller, simulator: SimulatorClient, job: str) -> None:
    foreign = simulator.create_service_principal(tenant_id="11111111-2222-4333-8444-555555555555")
    simulator.log_provisioning(simulator.create_job(foreign.id).id, {"error_code": "Foreign"})
    assert "Foreign" not in codes(ask(caller))
