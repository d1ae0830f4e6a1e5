"""`import` reads in batches: what becomes of it when Graph does not answer all of a batch, or none of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.imports import make_jobs, run_import
from tests.support.plugin import Answer, Plugin
from tests.support.simulator_client import SimulatorClient

PRINCIPALS = 24
"""More than a batch holds."""


@pytest.fixture
def one(simulator: SimulatorClient) -> str:
    """One of the service principals of a tenant, each of which has a job."""
    make_jobs(simulator, principals=PRINCIPALS)
    simulator.clear_journal()
    return simulator.jobs()[PRINCIPALS // 2].service_principal_id


def named(answer: Answer) -> list[str]:
    return [problem["servicePrincipal"] for problem in answer.document["problems"]]


def count_reads(simulator: SimulatorClient, principal: str, operation: str = "listJobs") -> int:
    return len(simulator.journal(operation=operation, service_principal=principal))


class TestATenantThatThrottles:
    def test_is_imported_as_a_whole_and_each_request_counts(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.freeze(frozen=False)
        simulator.throttle(calls=30, seconds=1)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert answer.code == 0, answer.errors
        assert answer.document["summary"]["jobs"] == PRINCIPALS
        refused = [entry for entry in simulator.journal() if entry.status == 429]
        assert refused
        assert all(entry.batch is not None for entry in refused)

    def test_is_asked_again_for_what_it_refused_and_only_for_that(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault(
            "answer",
            operation="listJobs",
            service_principal=one,
            status=429,
            retry_after="seconds",
            retry_after_seconds=1,
        )
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS)
        reads = simulator.journal(operation="listJobs")
        assert len(reads) == PRINCIPALS + 1
        refused, repeated = (entry for entry in reads if entry.service_principal == one)
        assert repeated.real_time - refused.real_time >= 1

    def test_pauses_all_reads_when_it_refuses_a_whole_batch(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault("answer", operation="batch", status=429, retry_after="seconds", retry_after_seconds=1)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS)


class TestOneThatFails:
    @pytest.mark.parametrize("status", [400, 403])
    def test_by_a_refusal_is_named_and_leaves_the_others(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path, status: int
    ) -> None:
        simulator.fault("answer", operation="listJobs", service_principal=one, status=status, times=None)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, named(answer)) == (1, [one])
        assert answer.document["summary"]["jobs"] == PRINCIPALS - 1
        [problem] = answer.document["problems"]
        assert f"Graph refused to list the jobs ({status}" in problem["message"]

    def test_by_its_secrets_is_named_and_leaves_the_others(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault("answer", operation="listSecrets", service_principal=one, status=400, times=None)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, named(answer)) == (1, [one])

    def test_because_graph_knows_no_such_thing_has_no_jobs(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault("answer", operation="listJobs", service_principal=one, status=404, times=None)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, named(answer)) == (0, [])
        assert answer.document["summary"]["jobs"] == PRINCIPALS - 1

    @pytest.mark.parametrize("status", [503, 504])
    def test_for_a_moment_is_read_again(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path, status: int
    ) -> None:
        simulator.fault("answer", operation="listJobs", service_principal=one, status=status)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS)
        assert count_reads(simulator, one) == 2

    def test_for_good_is_given_up_after_a_few_tries(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault("answer", operation="listJobs", service_principal=one, status=503, times=None)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, named(answer)) == (1, [one])
        assert count_reads(simulator, one) == 3


class TestJobsOnSeveralPages:
    def test_are_read_to_the_last_page(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.create_job(one, "scim")
        simulator.create_job(one, "scim")
        jobs = f"{simulator.connection.graph_url}/v1.0/servicePrincipals/{one}/synchronization/jobs"
        first: dict[str, Any] = {"value": [], "@odata.nextLink": f"{jobs}?$top=2"}
        body = json.dumps(first).encode()
        simulator.fault("answer", operation="listJobs", service_principal=one, status=200, body=body)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS + 2)
        first_page, *next_pages = simulator.journal(operation="listJobs", service_principal=one)
        assert first_page.batch is not None
        assert [entry.batch for entry in next_pages] == [None, None]


class TestAGraphWithoutBatches:
    @pytest.mark.parametrize("status", [400, 404, 501])
    def test_is_read_by_single_calls(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path, status: int
    ) -> None:
        simulator.fault("answer", operation="batch", status=status, times=None)
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS)
        assert simulator.calls().graph["listSecrets"] == PRINCIPALS
        assert answer.document["summary"]["graphCalls"] == simulator.calls().graph_total

    def test_that_shows_a_page_of_a_network_once_is_asked_again(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault("page", operation="batch")
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS)

    def test_that_cuts_the_connection_once_is_asked_again(
        self, plugin: Plugin, simulator: SimulatorClient, one: str, tmp_path: Path
    ) -> None:
        simulator.fault("close", operation="batch", point="after")
        answer = run_import(plugin, simulator, tmp_path, "-o", "json")
        assert (answer.code, answer.document["summary"]["jobs"]) == (0, PRINCIPALS)
