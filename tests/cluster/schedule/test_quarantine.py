"""A job that Graph puts into quarantine: it is reported in full and never started."""

import re

import pytest

from tests.support.cluster import has_condition
from tests.support.operator_environment import OperatorEnvironment, condition

REASONS = (
    "EncounteredBaseEscrowThreshold",
    "EncounteredTotalEscrowThreshold",
    "EncounteredEscrowProportionThreshold",
    "EncounteredQuarantineException",
    "Unknown",
    "QuarantinedOnDemand",
    "TooManyDeletes",
    "IngestionInterrupted",
)
"""Microsoft's documented reasons (Graph: quarantineReason)."""

REFUSED = {"code": "TargetRefused", "message": "The target said no", "tenant_actionable": True}
INTERNAL = {"code": "ServiceFault", "message": "Microsoft is looking into it", "tenant_actionable": False}


def quarantined(
    environment: OperatorEnvironment, reason: str, error: dict[str, object] | None = None
) -> tuple[str, str]:
    """Have a running job in quarantine adopted; return resource and job."""
    principal = environment.simulator.create_service_principal().id
    job = environment.simulator.create_job(principal, started=True).id
    environment.simulator.quarantine(job, reason, error)
    return environment.apply_job(principal, pollInterval="30s"), job


def read_row(environment: OperatorEnvironment, name: str) -> dict[str, str]:
    """Read kubectl's row of a resource, by column. A column without a value is empty."""
    shown = environment.cluster.plane.kubectl(
        "get", "syncjob", name, f"--namespace={environment.namespace}", "--output=wide"
    )
    heads, cells = shown.rstrip().splitlines()
    columns = list(re.finditer(r"\S+\s*", heads))
    return {column[0].strip(): cells[column.start() : column.end()].strip() for column in columns}


class TestQuarantine:
    @pytest.mark.parametrize("reason", REASONS)
    def test_the_reason_of_a_quarantine_shows_in_condition_and_column(
        self, environment: OperatorEnvironment, reason: str
    ) -> None:
        name, _ = quarantined(environment, reason)
        found = environment.wait_condition(name, "Quarantined", reason=reason)
        assert found["status"]["synchronizationStatus"]["quarantine"]["reason"] == reason
        assert f"({reason})" in condition(found, "Quarantined")["message"]
        row = read_row(environment, name)
        assert (row["STATUS"], row["READY"], row["QUARANTINE"]) == ("Quarantine", "False", reason)

    def test_the_message_of_a_quarantine_has_the_error_and_all_dates(self, environment: OperatorEnvironment) -> None:
        name, job = quarantined(environment, "EncounteredQuarantineException", REFUSED)
        found = environment.wait_condition(name, "Quarantined")
        quarantine = found["status"]["synchronizationStatus"]["quarantine"]
        message = condition(found, "Ready")["message"]
        assert f"job {job}" in message
        assert "TargetRefused: The target said no" in message
        assert f"since {quarantine['seriesBegan'][:19].replace('T', ' ')} UTC" in message
        assert f"Graph tries again at {quarantine['nextAttempt'][:19].replace('T', ' ')} UTC" in message
        assert "Graph disables the job on" in message

    def test_a_quarantine_stalls_when_the_tenant_must_act(self, environment: OperatorEnvironment) -> None:
        name, _ = quarantined(environment, "EncounteredQuarantineException", REFUSED)
        environment.wait_stalled(name, "Quarantined")

    def test_a_quarantine_is_reconciling_when_graph_tries_again_by_itself(
        self, environment: OperatorEnvironment
    ) -> None:
        name, _ = quarantined(environment, "IngestionInterrupted", INTERNAL)
        found = environment.wait_condition(name, "Reconciling", reason="Quarantined")
        assert condition(found, "Ready")["status"] == "False"
        assert not condition(found, "Stalled")

    def test_the_spec_counts_as_applied_during_a_quarantine(self, environment: OperatorEnvironment) -> None:
        name, _ = quarantined(environment, "TooManyDeletes")
        assert has_condition(environment.wait_condition(name, "Quarantined"), "Applied")


class TestEndOfQuarantine:
    def test_a_job_that_recovers_by_itself_is_ready_again(self, fast_environment: OperatorEnvironment) -> None:
        environment = fast_environment
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal).id
        environment.simulator.script(job, {"kind": "fail", "duration": "PT1S"}, {"kind": "succeed", "duration": "PT1S"})
        name = environment.apply_job(principal, schedule={"state": "Active"}, pollInterval="30s")
        ill = environment.wait_condition(name, "Quarantined", reason="EncounteredQuarantineException")
        assert ill["status"]["synchronizationStatus"]["lastExecution"]["state"] == "Failed"
        well = environment.wait_condition(name, "Ready", reason="Healthy")
        assert condition(well, "Quarantined")["status"] == "False"
        assert not condition(well, "Stalled")
        assert "quarantine" not in well["status"]["synchronizationStatus"]
        environment.wait_polls(principal)
        assert environment.writes(principal) == ["startJob"]
        environment.wait_reasons(name, ["JobAdopted", "JobStarted", "Quarantined", "QuarantineLifted"])

    def test_a_quarantined_job_that_a_person_starts_is_ready_again(self, fast_environment: OperatorEnvironment) -> None:
        name, job = quarantined(fast_environment, "EncounteredQuarantineException")
        fast_environment.wait_condition(name, "Quarantined")
        fast_environment.simulator.act(job, "start")
        fast_environment.wait_condition(name, "Ready")
        fast_environment.wait_event(name, "QuarantineLifted")
