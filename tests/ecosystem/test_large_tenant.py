"""`import` of a tenant with 5,000 provisioning jobs, which throttles meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.component.kubectl.conftest import plugin
from tests.support.imports import run_import
from tests.support.plugin import Plugin
from tests.support.simulator_client import SimulatorClient
from tests.support.warm_start import fork_simulator

__all__ = ["plugin"]

JOBS = 5000
REFUSALS = 60


@pytest.fixture
def simulator(tmp_path: Path) -> Iterator[SimulatorClient]:
    with SimulatorClient.run(tmp_path / "graph", begin=fork_simulator) as simulator:
        yield simulator


@pytest.fixture
def jobs(simulator: SimulatorClient) -> set[str]:
    """The ids of the jobs, each of a service principal of its own."""
    principals = simulator.create_service_principals(JOBS, prefix="app")
    return set(simulator.create_jobs([each.id for each in principals], "scim", started=True))


def test_every_job_is_imported_once_although_the_tenant_throttles(
    plugin: Plugin, simulator: SimulatorClient, jobs: set[str], tmp_path: Path
) -> None:
    simulator.fault(
        "answer", operation="listJobs", status=429, retry_after="seconds", retry_after_seconds=1, times=REFUSALS
    )
    folder = tmp_path / "jobs"
    answer = run_import(plugin, simulator, folder, "-o", "json")
    assert answer.code == 0, answer.errors
    assert answer.document["summary"]["byOutcome"] == {"Written": JOBS}
    assert [each["jobId"] for each in answer.document["items"]] == [
        yaml.load((folder / each["file"]).read_bytes(), yaml.CSafeLoader)["spec"]["jobId"]
        for each in answer.document["items"]
    ]
    assert {each["jobId"] for each in answer.document["items"]} == jobs
    assert simulator.calls().batched["listJobs"] == JOBS + REFUSALS
