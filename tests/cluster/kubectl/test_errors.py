"""`kubectl entrasync errors NAME` finds the job of a resource on a real API server, and its failures in Graph."""

from tests.cluster.jobs import Jobs
from tests.support.imports import lead_to, log_in
from tests.support.plugin import Answer, Plugin
from tests.support.simulator_client import SimulatorClient


def run(plugin: Plugin, simulator: SimulatorClient, jobs: Jobs, name: str) -> Answer:
    log_in(plugin, simulator)
    since = ("--since", "2025-01-01T00:00:00Z")
    return plugin.run("errors", name, "-n", jobs.namespace, *lead_to(simulator), *since, "-o", "json")


def test_the_job_is_that_of_the_status(plugin: Plugin, own_jobs: Jobs, simulator: SimulatorClient) -> None:
    simulator.set_application(roles=["AuditLog.Read.All", "Directory.Read.All"])
    job = simulator.create_job(simulator.create_service_principal().id).id
    simulator.log_provisioning(job, {"error_code": "Timeout"})
    own_jobs.change(own_jobs.create({"metadata": {"name": "crm"}}), {"status": {"job": {"id": job}}})

    answer = run(plugin, simulator, own_jobs, "crm")
    assert answer.code == 1, answer.errors
    assert (answer.document["jobId"], answer.document["items"][0]["code"]) == (job, "Timeout")


def test_a_resource_without_a_job_is_told(plugin: Plugin, own_jobs: Jobs, simulator: SimulatorClient) -> None:
    own_jobs.create({"metadata": {"name": "unseen"}})
    answer = run(plugin, simulator, own_jobs, "unseen")
    assert answer.code == 2
    assert (
        "The SynchronizationJob unseen holds no job yet. `kubectl entrasync describe unseen` says why" in answer.errors
    )


def test_a_resource_that_is_not_there_is_told(plugin: Plugin, own_jobs: Jobs, simulator: SimulatorClient) -> None:
    answer = run(plugin, simulator, own_jobs, "missing")
    assert answer.code == 2
    assert "There is no SynchronizationJob missing" in answer.errors
