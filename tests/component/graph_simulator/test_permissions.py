"""Checks which role allows which operation, by Microsoft's table of permissions, and how others are refused."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.graph_caller import GraphCaller, jobs_of, read_error, secrets_of
from tests.support.simulator_client import Principal, SimulatorClient

OWNED = "Application.ReadWrite.OwnedBy"
READS, WRITES = "Synchronization.Read.All", "Synchronization.ReadWrite.All"
DIRECTORY = "Application.Read.All"
ROLES = (OWNED, READS, WRITES, DIRECTORY)
NEW = {"templateId": "scim"}
SECRETS: dict[str, Any] = {"value": []}


@dataclass(frozen=True)
class Operation:
    """A call and the roles that allow it. Its path begins after the service principal, with `{job}` for a job's id."""

    method: str
    path: str
    document: Any
    roles: frozenset[str]


READ, WRITE = frozenset({OWNED, READS, WRITES}), frozenset({OWNED, WRITES})
OPERATIONS = {
    "listJobs": Operation("GET", "/jobs", None, READ),
    "getJob": Operation("GET", "/jobs/{job}", None, READ),
    "listTemplates": Operation("GET", "/templates", None, READ),
    "getTemplate": Operation("GET", "/templates/scim", None, READ),
    "listSecrets": Operation("GET", "/secrets", None, READ),
    "createJob": Operation("POST", "/jobs", NEW, WRITE),
    "startJob": Operation("POST", "/jobs/{job}/start", None, WRITE),
    "pauseJob": Operation("POST", "/jobs/{job}/pause", None, WRITE),
    "restartJob": Operation("POST", "/jobs/{job}/restart", {}, WRITE),
    "validateCredentials": Operation("POST", "/jobs/{job}/validateCredentials", {}, WRITE),
    "validateNewCredentials": Operation("POST", "/jobs/validateCredentials", NEW, WRITE),
    "putSecrets": Operation("PUT", "/secrets", SECRETS, WRITE),
    "deleteJob": Operation("DELETE", "/jobs/{job}", None, WRITE),
    "updateJob": Operation("PATCH", "/jobs/{job}", {}, frozenset({WRITES})),
}


def call(caller: GraphCaller, name: str, *, owners: list[str] | None, roles: list[str]) -> httpx.Response:
    operation, simulator = OPERATIONS[name], caller.simulator
    principal = simulator.create_service_principal(owners=owners)
    path = operation.path.format(job=simulator.create_job(principal.id).id)
    simulator.set_application(roles=roles)
    caller.sign_in()
    path = f"/servicePrincipals/{principal.id}/synchronization{path}"
    return caller.call(operation.method, path, operation.document)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_role_allows_exactly_the_operations_of_the_table(caller: GraphCaller, name: str, role: str) -> None:
    answer = call(caller, name, owners=[caller.simulator.connection.client_id], roles=[role])
    if role in OPERATIONS[name].roles:
        assert answer.is_success, answer.text
    else:
        assert read_error(answer) == (401, "UnknownError", "")
    assert caller.simulator.journal(operation=name)[0].roles == (role,)


@pytest.mark.parametrize("name", OPERATIONS)
def test_owned_by_allows_nothing_on_a_service_principal_of_another_owner(caller: GraphCaller, name: str) -> None:
    assert call(caller, name, owners=["somebody"], roles=[OWNED]).status_code == 401


def test_owned_by_does_not_restrict_other_roles(caller: GraphCaller) -> None:
    assert call(caller, "listJobs", owners=["somebody"], roles=[OWNED, READS]).status_code == 200
    assert call(caller, "createJob", owners=["somebody"], roles=[OWNED, READS]).status_code == 401


def test_a_refused_write_has_no_effect(caller: GraphCaller, simulator: SimulatorClient) -> None:
    principal = simulator.create_service_principal()
    simulator.set_application(roles=[READS])
    assert caller.put(secrets_of(principal.id), {"value": [{"key": "SyncAll", "value": "true"}]}).status_code == 401
    assert caller.post(jobs_of(principal.id), NEW).status_code == 401
    assert (simulator.secrets(principal.id), simulator.jobs()) == ({}, [])


@pytest.mark.parametrize(("role", "status"), [(DIRECTORY, 200), (OWNED, 200), (READS, 403), (WRITES, 403)])
def test_reading_service_principals_takes_a_role_of_the_directory(
    caller: GraphCaller, simulator: SimulatorClient, role: str, status: int
) -> None:
    """OwnedBy allows reading all service principals, as Microsoft's page on getting one says."""
    other = simulator.create_service_principal(owners=["somebody"])
    simulator.set_application(roles=[role])
    for path in (f"/servicePrincipals/{other.id}", f"/servicePrincipals(appId='{other.app_id}')", "/servicePrincipals"):
        answer = caller.get(path)
        assert answer.status_code == status
        assert status == 200 or read_error(answer)[1] == "Authorization_RequestDenied"


def test_an_owner_can_be_added(caller: GraphCaller, simulator: SimulatorClient) -> None:
    simulator.set_application(roles=[OWNED])
    principal = simulator.create_service_principal(owners=[])
    assert caller.get(jobs_of(principal.id)).status_code == 401
    simulator.change_service_principal(principal.id, owners=[simulator.connection.client_id])
    assert caller.get(jobs_of(principal.id)).status_code == 200


def test_owned_by_applies_to_owned_service_principals_only(caller: GraphCaller, simulator: SimulatorClient) -> None:
    simulator.set_application(roles=["Application.ReadWrite.OwnedBy"])
    mine = simulator.create_service_principal(owners=[simulator.connection.client_id])
    others = simulator.create_service_principal(owners=["somebody"])
    assert caller.get(jobs_of(mine.id)).status_code == 200
    assert read_error(caller.get(jobs_of(others.id))) == (401, "UnknownError", "")


def test_a_tenant_sees_only_its_own_service_principals(
    caller: GraphCaller, simulator: SimulatorClient, principal: Principal
) -> None:
    simulator.set_application("other-client", "other-tenant", secrets=["s"])
    there = simulator.create_service_principal(tenant_id="other-tenant")
    caller.sign_in("other-tenant", client_id="other-client", client_secret="s")
    assert caller.get(jobs_of(there.id)).status_code == 200
    assert caller.get(jobs_of(principal.id)).status_code == 404
