"""Replication in Entra takes time: 401 without a message, 403, 404 and 409 are waited for while something is young."""

from typing import Any

import pytest

from tests.support.operator_environment import OperatorEnvironment, condition

NOT_YET: dict[str, dict[str, Any]] = {
    "401 without a message": {"status": 401, "code": "UnknownError", "message": ""},
    "403": {"status": 403, "code": "Authorization_RequestDenied", "message": "Insufficient privileges."},
    "404": {"status": 404, "code": "UnknownError", "message": ""},
    "409": {"status": 409, "code": "Conflict", "message": "Another change is not finished."},
}


@pytest.mark.parametrize("operation", ["listJobs", "createJob", "startJob"])
@pytest.mark.parametrize("answer", NOT_YET.values(), ids=NOT_YET)
def test_a_refusal_shortly_after_a_creation_is_waited_for(
    environment: OperatorEnvironment, answer: dict[str, Any], operation: str
) -> None:
    principal = environment.simulator.create_service_principal().id
    fault = environment.simulator.fault(
        "answer", operation=operation, service_principal=principal, times=None, **answer
    )
    name = environment.apply_job(principal)
    waiting = environment.wait_shown(name, "Reconciling", reason="WaitingForReplication")
    assert f"({answer['status']}" in condition(waiting, "Reconciling")["message"]
    assert "This may be replication, so it is tried again until" in condition(waiting, "Reconciling")["message"]
    assert condition(waiting, "Ready")["status"] == "False"
    assert not condition(waiting, "Stalled")
    fault.remove()
    environment.wait_ready(name)
    [job] = environment.simulator.jobs(principal)
    assert job.starts == 1
    environment.wait_reasons(name, ["JobCreated", "JobStarted"])


def test_a_refusal_shortly_after_an_edit_is_waited_for(fast_environment: OperatorEnvironment) -> None:
    environment = fast_environment
    principal = environment.simulator.create_service_principal().id
    environment.simulator.create_job(principal, started=True)
    refusal = {"status": 403, "code": "Authorization_RequestDenied"}
    fault = environment.simulator.fault(
        "answer", operation="listJobs", service_principal=principal, times=None, **refusal
    )
    name = environment.apply_job(principal, pollInterval="30s")
    environment.wait_stalled(name, "PermissionMissing")
    edited = environment.change_job(name, schedule={"state": "Active"})
    environment.wait_shown(name, "Reconciling", reason="WaitingForReplication", since=edited)
    fault.remove()
    environment.wait_ready(name)
