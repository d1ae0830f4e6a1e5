"""`plan` with a real API server beside the simulated tenant: what is stored in the cluster counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from entrasync.api.names import (
    FINALIZER,
    JOB_ID_ANNOTATION,
    JOB_ORIGIN_ANNOTATION,
    MANAGEMENT_POLICY_ANNOTATION,
    WATCH_LABEL,
)
from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import remove_all
from tests.support.plans import Planning, actions_of, spec_of
from tests.support.plugin import Plugin
from tests.support.simulator_client import Principal, SimulatorClient
from tests.support.simulator_fixtures import principal

__all__ = ["principal"]


@pytest.fixture
def planning(plugin: Plugin, simulator: SimulatorClient, own_jobs: Jobs, tmp_path: Path) -> Iterator[Planning]:
    """Plans with the cluster."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    yield Planning(plugin, simulator, folder, ("-n", own_jobs.namespace))
    remove_all(own_jobs)


@pytest.fixture
def job(simulator: SimulatorClient, principal: Principal) -> str:
    """A job that runs."""
    return simulator.create_job(principal.id, "scim", started=True).id


class TestAStoredResource:
    def test_that_holds_its_job_is_not_adopted_again(
        self, planning: Planning, own_jobs: Jobs, principal: Principal, job: str
    ) -> None:
        held = {JOB_ID_ANNOTATION: job, JOB_ORIGIN_ANNOTATION: "Adopted"}
        metadata = {"name": "crm", "annotations": held, "finalizers": [FINALIZER]}
        own_jobs.create({"metadata": metadata, "spec": spec_of(principal.id)})

        code, item = planning.plan(spec_of(principal.id))
        assert (code, item["outcome"], item["changes"]) == (0, "Unchanged", [])

        code, item = planning.plan(spec_of(principal.id, schedule={"state": "Paused"}))
        assert (code, actions_of(item)) == (1, ["Pause"])

    def test_keeps_its_job_from_another_manifest(
        self, planning: Planning, own_jobs: Jobs, principal: Principal, job: str
    ) -> None:
        own_jobs.create(
            {"metadata": {"name": "elder", "annotations": {JOB_ID_ANNOTATION: job}}, "spec": spec_of(principal.id)}
        )
        code, item = planning.plan(spec_of(principal.id, jobId=job))
        assert (code, item["reason"]) == (1, "Conflict")
        assert f"belongs to SynchronizationJob {own_jobs.namespace}/elder" in item["message"]


class TestTheNamespace:
    def test_decides_that_a_resource_only_observes(
        self, planning: Planning, own_jobs: Jobs, principal: Principal, job: str
    ) -> None:
        observes = {"metadata": {"annotations": {MANAGEMENT_POLICY_ANNOTATION: "Observe"}}}
        own_jobs.cluster.patch("v1", "namespaces", own_jobs.namespace, merge=observes)
        code, item = planning.plan(spec_of(principal.id, schedule={"state": "Paused"}))
        assert (code, item["outcome"], actions_of(item)) == (0, "Observes", ["Pause"])


class TestASecret:
    def test_of_the_cluster_is_read_and_judged(
        self, planning: Planning, own_jobs: Jobs, principal: Principal, job: str
    ) -> None:
        metadata = {"name": "scim", "labels": {WATCH_LABEL: "true"}}
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"other": "hidden-4713"}}
        own_jobs.cluster.create("secrets", secret, own_jobs.namespace)
        reference = {"secretKeyRef": {"name": "scim", "key": "token"}}
        entries = [{"key": "SecretToken", "valueFrom": reference}]

        code, item = planning.plan(spec_of(principal.id, application={"credentials": {"entries": entries}}))

        assert (code, item["reason"]) == (1, "SecretUnreadable")
        assert f"Secret {own_jobs.namespace}/scim has no key token. It has: other." in item["message"]


class TestWithoutRights:
    def test_the_plan_goes_on_and_says_what_was_not_read(
        self, planning: Planning, principal: Principal, job: str
    ) -> None:
        planning.write(spec_of(principal.id))
        answer = planning.run("--as", "anna", "-o", "json")
        assert (answer.code, [item["outcome"] for item in answer.document["items"]]) == (0, ["Adopts"])
        [note] = answer.document["notes"]
        assert note.startswith("No cluster was read. You may not list synchronizationjobs.entrasync.io")
