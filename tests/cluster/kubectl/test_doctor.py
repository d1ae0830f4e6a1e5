"""`kubectl entrasync doctor` against a real API server, with and without an operator."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kubectl_entrasync.cluster.access import ClusterFlags, open_access
from kubectl_entrasync.cluster.kinds import SECRETS
from kubectl_entrasync.cluster.reader import Reader
from tests.cluster.jobs import Jobs
from tests.cluster.kubectl.conftest import allow
from tests.support.cluster import Cluster
from tests.support.described_job import condition
from tests.support.imports import lead_to, log_in
from tests.support.operator_environment import OperatorEnvironment, open_environment
from tests.support.plugin import Answer, Plugin
from tests.support.replica_set import open_replicas
from tests.support.simulator_client import SimulatorClient

READY = [condition("Ready", "True", "Healthy")]
ENTRY = {"key": "SecretToken", "valueFrom": {"secretKeyRef": {"name": "crm", "key": "token"}}}
READS = {"apiGroups": ["entrasync.io"], "resources": ["*"], "verbs": ["get", "list"]}


@pytest.fixture
def watched(own_jobs: Jobs) -> Jobs:
    """The jobs of a namespace that an install looks after."""
    renewed = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    lease = {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "synchronizationjobs.entrasync.io", "namespace": own_jobs.namespace},
        "spec": {"holderIdentity": "a/b", "renewTime": renewed, "leaseDurationSeconds": 180},
    }
    own_jobs.cluster.create("leases", lease, own_jobs.namespace)
    return own_jobs


def found(answer: Answer, check: str) -> list[tuple[str, str]]:
    """The levels and words of a check."""
    return [(each["level"], each["what"]) for each in answer.document["findings"] if each["check"] == check]


def levels(answer: Answer) -> dict[str, str]:
    return {each["check"]: each["level"] for each in answer.document["findings"]}


class TestDoctor:
    def test_finds_nothing_in_a_namespace_that_is_well(self, plugin: Plugin, watched: Jobs) -> None:
        watched.change(watched.create(), {"status": {"conditions": READY}})
        answer = plugin.run("doctor", "-n", watched.namespace, "-o", "json")
        assert answer.code == 0, answer.output
        assert set(levels(answer).values()) == {"ok"}
        assert list(levels(answer))[:4] == ["crds", "operator", "namespaces", "clock"]

    def test_finds_that_no_operator_is_there(self, plugin: Plugin, own_jobs: Jobs) -> None:
        answer = plugin.run("doctor", "-n", own_jobs.namespace, "-o", "json")
        assert answer.code == 1
        assert found(answer, "operator")[0][0] == "error"

    def test_finds_a_deletion_that_is_stuck_and_a_secret_without_its_label(
        self, plugin: Plugin, watched: Jobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("kubectl_entrasync.doctor.jobs.LONGEST_DELETION", dt.timedelta())
        cluster, namespace = watched.cluster, watched.namespace
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "crm"}, "stringData": {"token": "sesame"}}
        cluster.create("secrets", secret, namespace)
        credentials = {"application": {"credentials": {"entries": [ENTRY]}}}
        finalizers = ["entrasync.io/job"]
        job = watched.create({"metadata": {"name": "crm", "finalizers": finalizers}, "spec": credentials})
        watched.change(job, {"status": {"conditions": READY}})
        cluster.delete(job["apiVersion"], "synchronizationjobs", "crm", namespace)

        answer = plugin.run("doctor", "-n", namespace, "-o", "json")
        commands = [each["command"] for each in answer.document["findings"] if each["level"] == "error"]
        assert answer.code == 1
        assert commands == [
            f"kubectl label secret crm --namespace {namespace} entrasync.io/watch=true",
            f"kubectl annotate synchronizationjob crm --namespace {namespace} entrasync.io/abandon=true",
        ]
        assert "sesame" not in answer.output
        cluster.patch(
            job["apiVersion"], "synchronizationjobs", "crm", namespace, merge={"metadata": {"finalizers": []}}
        )

    def test_tells_each_missing_right_and_goes_on(self, plugin: Plugin, watched: Jobs) -> None:
        allow(watched.cluster, "anna", READS, namespace=watched.namespace)
        answer = plugin.run("doctor", "-n", watched.namespace, "--as", "anna", "-o", "json")
        assert answer.code == 0
        for check, right in (
            ("crds", "get customresourcedefinitions.apiextensions.k8s.io"),
            ("operator", "list leases.coordination.k8s.io"),
        ):
            level, what = found(answer, check)[0]
            assert level == "warning"
            assert what.startswith(f"You may not {right}")
        assert levels(answer)["jobs"] == "ok"

    def test_can_be_read_on_a_terminal_of_80_columns(self, plugin: Plugin, own_jobs: Jobs) -> None:
        code, lines = plugin.run_on_terminal("doctor", "-n", own_jobs.namespace)
        assert code == 1
        assert max(len(line) for line in lines if not line.startswith("  $ ")) <= 80
        assert lines[0].split()[:2] == ["ok", "crds"]
        assert lines[-1].startswith("1 error, 0 warnings, ")

    def test_does_not_fold_a_command_so_that_it_can_be_copied(self, plugin: Plugin, own_jobs: Jobs) -> None:
        _, lines = plugin.run_on_terminal("doctor", "-n", own_jobs.namespace)
        install = "helm install entra-sync-operator CHART --namespace entra-sync-operator --create-namespace"
        assert f"  $ {install}" in lines

    def test_has_lines_as_long_as_their_words_where_a_program_reads_it(self, plugin: Plugin, own_jobs: Jobs) -> None:
        lines = plugin.run("doctor", "-n", own_jobs.namespace).output.splitlines()
        assert max(map(len, lines)) < 200

    def test_of_a_cluster_that_does_not_answer_ends_with_2(self, plugin: Plugin, tmp_path: Path) -> None:
        answer = Plugin(tmp_path / "missing", plugin.monkeypatch, plugin.capsys).run("doctor")
        assert answer.code == 2

    def test_checks_the_login_to_a_tenant_where_that_is_asked_for(
        self, plugin: Plugin, watched: Jobs, simulator: SimulatorClient
    ) -> None:
        log_in(plugin, simulator)
        login = ("--login", "environment", *lead_to(simulator), "-n", watched.namespace, "-o", "json")
        assert found(plugin.run("doctor", *login), "tenant")[0][0] == "ok"
        plugin.monkeypatch.setenv("AZURE_CLIENT_SECRET", "wrong")
        [(level, what)] = found(plugin.run("doctor", *login), "tenant")
        assert level == "error"
        assert what.startswith("Entra refused the login by environment")


class TestARealOperator:
    @pytest.fixture
    def environment(self, cluster: Cluster, crd_installed: None, tmp_path: Path) -> Iterator[OperatorEnvironment]:
        with open_environment(cluster, tmp_path, starts=False) as environment, open_replicas(environment):
            yield environment

    def test_is_found_at_work(self, plugin: Plugin, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal()
        spec = {"servicePrincipal": {"objectId": principal.id}, "template": {"id": "scim"}}
        jobs = Jobs(environment.cluster, environment.namespace)
        jobs.create({"metadata": {"name": "crm"}, "spec": spec})
        environment.wait("crm", lambda job: (job.get("status") or {}).get("job"), "it has its job")

        answer = plugin.run("doctor", "-n", environment.namespace, "-o", "json")
        [(level, what)] = found(answer, "operator")
        assert level == "ok", what
        assert what.startswith(f"An operator leads: {environment.namespace}/replicas is held by ")
        assert levels(answer)["namespaces"] == "ok"


def test_no_value_of_a_secret_is_read_for_its_label(plugin: Plugin, own_jobs: Jobs) -> None:
    secret: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "crm"},
        "stringData": {"a": "b"},
    }
    own_jobs.cluster.create("secrets", secret, own_jobs.namespace)
    access = open_access(ClusterFlags(kubeconfig=str(plugin.kubeconfig), namespace=own_jobs.namespace))
    [found] = Reader(access).list_metadata(SECRETS)
    assert found["metadata"]["name"] == "crm"
    assert found.keys() == {"apiVersion", "kind", "metadata"}
