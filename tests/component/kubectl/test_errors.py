"""`errors` against a simulated tenant: what it reads of the provisioning log, and what it tells of people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entrasync.core.primitives.times import write_time
from tests.support.imports import lead_to, log_in
from tests.support.plugin import Answer, Plugin
from tests.support.simulator_client import Principal, SimulatorClient

ANNA = {
    "id": "5e0c9eae-ad3d-4139-5ad0-174391d110eb",
    "displayName": "Anna Lindqvist",
    "identityType": "User",
    "details": {"UserPrincipalName": "anna@example.com"},
}
BOB = ANNA | {"id": "6e0c9eae-ad3d-4139-5ad0-174391d110eb", "displayName": "Bob Ek", "details": {}}
CONFLICT = {
    "error_code": "ContosoEntryConflict",
    "reason": "The target answered with HTTP status 409: Anna Lindqvist (anna@example.com) is there.",
    "recommended_action": "Ask Anna Lindqvist.",
}


def ago(**duration: float) -> str:
    return write_time(datetime.now(UTC) - timedelta(**duration))


@pytest.fixture
def principal(simulator: SimulatorClient) -> Principal:
    simulator.set_application(roles=["AuditLog.Read.All", "Directory.Read.All", "Synchronization.Read.All"])
    return simulator.create_service_principal("CRM")


@pytest.fixture
def job(simulator: SimulatorClient, principal: Principal) -> str:
    """A job with three failures of two causes within a day, an old one and a success."""
    job = simulator.create_job(principal.id, started=True).id
    simulator.log_provisioning(
        job,
        {"time": ago(hours=1), "source": ANNA, **CONFLICT},
        {"time": ago(hours=2), "source": BOB, **CONFLICT},
        {"time": ago(hours=3), "source": BOB, "error_code": "Brandnew", "step": "EntryImport", "step_type": "import"},
        {"time": ago(hours=1), "source": ANNA, "result": "success"},
        {"time": ago(days=3), "source": ANNA, "error_code": "Timeout"},
    )
    return job


def run(plugin: Plugin, simulator: SimulatorClient, *arguments: str) -> Answer:
    log_in(plugin, simulator)
    return plugin.run("errors", *lead_to(simulator), *arguments)


class TestErrors:
    def test_of_a_job_are_grouped_by_cause_and_end_with_1(
        self, plugin: Plugin, simulator: SimulatorClient, job: str
    ) -> None:
        answer = run(plugin, simulator, "--job-id", job, "-o", "json")
        assert answer.code == 1, answer.errors
        found = answer.document
        assert (found["jobId"], found["failures"], found["complete"]) == (job, 3, True)
        items: list[dict[str, Any]] = found["items"]
        assert [(item["code"], item["count"], item["objects"], item["step"]) for item in items] == [
            ("ContosoEntryConflict", 2, 2, "export"),
            ("Brandnew", 1, 1, "import"),
        ]
        assert items[0]["advice"].startswith("The target has another object with the same value.")
        assert items[1]["advice"] is None

    def test_are_read_by_one_call_for_each_page_and_nothing_is_written(
        self, plugin: Plugin, simulator: SimulatorClient, job: str
    ) -> None:
        simulator.clear_journal()
        run(plugin, simulator, "--job-id", job)
        assert simulator.calls().graph == {"listProvisioningLog": 1}

    def test_of_a_longer_time_are_more(self, plugin: Plugin, simulator: SimulatorClient, job: str) -> None:
        answer = run(plugin, simulator, "--job-id", job, "--since", "7d", "-o", "json")
        assert answer.document["failures"] == 4

    def test_are_as_many_as_the_limit_says_and_that_there_are_more_is_told(
        self, plugin: Plugin, simulator: SimulatorClient, job: str
    ) -> None:
        answer = run(plugin, simulator, "--job-id", job, "--limit", "2")
        assert answer.output.startswith("2 failures since ")
        assert "There are more: these are the newest." in answer.output

    def test_of_a_service_principal_are_those_of_its_one_job(
        self, plugin: Plugin, simulator: SimulatorClient, principal: Principal, job: str
    ) -> None:
        answer = run(plugin, simulator, "--service-principal", principal.id, "-o", "json")
        assert answer.document["jobId"] == job

    def test_of_a_job_without_any_end_with_0(
        self, plugin: Plugin, simulator: SimulatorClient, principal: Principal
    ) -> None:
        job = simulator.create_job(principal.id).id
        answer = run(plugin, simulator, "--job-id", job)
        assert answer.code == 0
        assert answer.output.startswith(f"Nothing failed in job {job} since ")


class TestPeople:
    @pytest.mark.parametrize("output", ["table", "json", "yaml"])
    def test_are_not_shown(self, plugin: Plugin, simulator: SimulatorClient, job: str, output: str) -> None:
        answer = run(plugin, simulator, "--job-id", job, "-o", output)
        assert "HTTP 409" in answer.output
        for personal in ("Anna", "anna@", "Bob", ANNA["id"]):
            assert str(personal) not in answer.output

    def test_are_shown_where_that_is_asked_for(self, plugin: Plugin, simulator: SimulatorClient, job: str) -> None:
        answer = run(plugin, simulator, "--job-id", job, "--show-people")
        assert max(map(len, answer.output.splitlines())) < 200
        assert "create User Anna Lindqvist (5e0c9eae-ad3d-4139-5ad0-174391d110eb), HTTP 409" in answer.output
        assert str(CONFLICT["reason"]) in answer.output


def test_the_causes_can_be_read_on_a_terminal_of_80_columns(
    plugin: Plugin, simulator: SimulatorClient, job: str
) -> None:
    log_in(plugin, simulator)
    code, lines = plugin.run_on_terminal("errors", *lead_to(simulator), "--job-id", job)
    assert code == 1
    assert max(map(len, lines)) <= 80
    assert lines[0].endswith(", 2 causes")
    assert "2 x ContosoEntryConflict  nonServiceFailure, export" in lines
    assert "  2 objects, first 2h ago, last 60m ago" in lines


class TestRefusal:
    """What keeps the command from its work is said in a sentence, and ends it with 2."""

    def test_of_a_missing_permission_names_both_and_the_licence(
        self, plugin: Plugin, simulator: SimulatorClient, job: str
    ) -> None:
        simulator.set_application(roles=["Synchronization.Read.All"])
        answer = run(plugin, simulator, "--job-id", job)
        assert answer.code == 2
        assert "Graph refused to show the provisioning log" in answer.errors
        assert (
            "AuditLog.Read.All and Directory.Read.All, and a tenant with Microsoft Entra ID P1 or P2" in answer.errors
        )

    def test_of_a_tenant_without_the_licence_quotes_graph(
        self, plugin: Plugin, simulator: SimulatorClient, job: str
    ) -> None:
        simulator.switch(premium_licence=False)
        answer = run(plugin, simulator, "--job-id", job)
        assert answer.code == 2
        assert "tenant doesn't have premium license" in answer.errors

    def test_of_a_service_principal_that_is_not_there(
        self, plugin: Plugin, simulator: SimulatorClient, principal: Principal
    ) -> None:
        missing = "00000000-0000-4000-8000-000000000001"
        answer = run(plugin, simulator, "--service-principal", missing)
        assert answer.code == 2
        assert f"The tenant has no service principal {missing}." in answer.errors

    def test_of_a_service_principal_with_no_job_or_with_several(
        self, plugin: Plugin, simulator: SimulatorClient, principal: Principal
    ) -> None:
        assert "has no provisioning job." in run(plugin, simulator, "--service-principal", principal.id).errors
        jobs = sorted(simulator.create_job(principal.id).id for _ in range(2))
        answer = run(plugin, simulator, "--service-principal", principal.id)
        assert f"has several jobs. Name one with --job-id: {', '.join(jobs)}." in answer.errors

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "Name one job: by the name of its resource, by --job-id, or by --service-principal."),
            (("crm", "--job-id", "1"), "Name one job: "),
            (("--job-id", "1", "--since", "yesterday"), '"yesterday" is no time to look back to.'),
        ],
    )
    def test_of_a_wrong_use(
        self, plugin: Plugin, simulator: SimulatorClient, arguments: tuple[str, ...], words: str
    ) -> None:
        answer = run(plugin, simulator, *arguments)
        assert answer.code == 2
        assert words in answer.errors
