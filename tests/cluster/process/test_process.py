"""The operator as a process: its shutdown, its probes, its metrics and its log."""

import dataclasses
import re
import uuid
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from control_plane import ControlPlane
from entrasync.process.lifecycle import SHUTDOWN_GRACE
from entrasync.process.observability.catalogue import METRICS
from tests.cluster.process.conftest import HangingShutdown
from tests.support.cluster import Cluster
from tests.support.leaks import find_leaks
from tests.support.operator_environment import OperatorEnvironment, open_second_operator
from tests.support.polling import until

CRDS = Path(__file__).parents[3] / "crds"
CRD = "synchronizationjobs.entrasync.io"
CONNECTION_CRD = "graphconnections.entrasync.io"


def read_metrics(environment: OperatorEnvironment) -> dict[tuple[str, str], list[tuple[dict[str, str], float]]]:
    """Read the metrics: labels and values by sample name and resource, if any."""
    assert environment.operator is not None
    status, text = environment.operator.read("/metrics")
    assert status == 200
    found: dict[tuple[str, str], list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault((sample.name, sample.labels.get("name", "")), []).append((sample.labels, sample.value))
    return found


def read_conditions(environment: OperatorEnvironment, name: str) -> dict[str, float]:
    """Read the metrics of the conditions of a job: values by type."""
    series = read_metrics(environment)["entrasync_resource_condition", name]
    assert {labels["kind"] for labels, _ in series} == {"SynchronizationJob"}
    return {labels["condition"]: value for labels, value in series}


def read_log(environment: OperatorEnvironment) -> str:
    """Read the operator's log, which is empty before its start."""
    return environment.log.read_text(errors="replace") if environment.log.exists() else ""


class TestProbes:
    def test_an_operator_without_the_crd_is_alive_but_not_ready_and_follows_the_crd(
        self, tmp_path: Path, shared_environment: OperatorEnvironment
    ) -> None:
        binaries = shared_environment.cluster.plane.binaries
        missing = (
            f"The CRD {CONNECTION_CRD} is not installed, and the operator waits for it. Install it with `helm upgrade`"
        )
        with (
            ControlPlane.start(tmp_path, binaries=binaries) as plane,
            Cluster(plane) as cluster,
            open_second_operator(shared_environment, starts=False) as environment,
        ):
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": environment.namespace}}
            cluster.create("namespaces", namespace)
            environment.cluster, environment.launch = (
                cluster,
                dataclasses.replace(environment.launch, kubeconfig=plane.kubeconfig),
            )
            operator = environment.start_operator(is_awaited=False)
            until(lambda: missing in read_log(environment), what="it says so")
            assert operator.read("/healthz") == (200, "ok\n")
            assert operator.read("/readyz") == (503, "the resources have not been read yet\n")
            cluster.apply_crds(CRDS)
            operator.wait_ready()
            assert operator.read("/healthz") == (200, "ok\n")
            assert read_log(environment).count(missing) == 1
            cluster.delete("apiextensions.k8s.io/v1", "customresourcedefinitions", CRD)
            until(lambda: operator.read("/readyz")[0] == 503, what="it is not ready")
            assert operator.read("/readyz")[1] == f"the API server does not serve {CRD}; the log has what to do\n"
            assert operator.read("/healthz") == (200, "ok\n")
            assert read_log(environment).count(f"The CRD {CRD} is not there any more") == 1
            cluster.apply_crds(CRDS)
            operator.wait_ready()
            assert "Traceback" not in read_log(environment)

    def test_a_working_operator_is_alive_and_ready(self, environment: OperatorEnvironment) -> None:
        assert environment.operator is not None
        assert environment.operator.read("/healthz") == (200, "ok\n")
        assert environment.operator.read("/readyz") == (200, "ok\n")


class TestMetrics:
    def test_each_job_has_metrics_of_its_code_quarantine_last_success_and_mirror_age(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        ended = "2026-01-02T03:04:05Z"
        environment.simulator.override(job, merge={"status": {"lastSuccessfulExecution": {"timeEnded": ended}}})
        environment.simulator.quarantine(job, "TooManyDeletes")
        name = environment.apply_job(principal)
        environment.wait_condition(name, "Quarantined")
        metrics = read_metrics(environment)
        [(labels, value)] = metrics["entrasync_job_status_code", name]
        assert (labels["resource_namespace"], labels["code"], value) == (environment.namespace, "Quarantine", 1)
        assert metrics["entrasync_job_quarantined", name][0][1] == 1
        assert metrics["entrasync_job_last_success_timestamp_seconds", name][0][1] == 1767323045
        assert 0 <= metrics["entrasync_job_mirror_age_seconds", name][0][1] < 600

    def test_each_condition_of_a_job_has_a_metric_that_follows_it(self, environment: OperatorEnvironment) -> None:
        principal = environment.simulator.create_service_principal().id
        job = environment.simulator.create_job(principal, started=True).id
        name = environment.apply_job(principal, pollInterval="30s")
        environment.wait_ready(name)
        shown = read_conditions(environment, name)
        assert (shown["Ready"], shown["Quarantined"]) == (1, 0)
        assert "Stalled" not in shown
        environment.simulator.quarantine(job, "TooManyDeletes")
        environment.wait_condition(name, "Quarantined")
        shown = read_conditions(environment, name)
        assert (shown["Ready"], shown["Quarantined"]) == (0, 1)

    def test_no_series_of_ours_has_a_label_that_a_scrape_renames(self, environment: OperatorEnvironment) -> None:
        """Prometheus sets these on what it scrapes, and renames ours to exported_... unless honorLabels is set."""
        environment.wait_ready(environment.apply_job(environment.simulator.create_service_principal().id))
        labels = {label for series in read_metrics(environment).values() for found, _ in series for label in found}
        assert "resource_namespace" in labels
        assert labels.isdisjoint({"namespace", "pod", "container", "service", "endpoint", "instance", "job", "node"})

    def test_every_series_is_of_a_listed_metric_or_of_the_process(self, environment: OperatorEnvironment) -> None:
        environment.wait_ready(environment.apply_job(environment.simulator.create_service_principal().id))
        assert environment.operator is not None
        shown = {family.name for family in text_string_to_metric_families(environment.operator.read("/metrics")[1])}
        unlisted = shown - {row.name for row in METRICS}
        assert {name for name in unlisted if not name.startswith("process_") and not name.endswith("_created")} == set()
        assert {"entrasync_resource_condition", "entrasync_connection_ready", "entrasync_graph_calls"} <= shown

    def test_the_process_tells_its_version_memory_and_the_connection_of_the_install(
        self, environment: OperatorEnvironment
    ) -> None:
        environment.wait_ready(environment.apply_job(environment.simulator.create_service_principal().id))
        metrics = read_metrics(environment)
        assert metrics["entrasync_build_info", ""] == [({"version": metadata.version("entra-sync-operator")}, 1)]
        assert metrics["process_resident_memory_bytes", ""][0][1] > 0
        assert metrics["entrasync_connection_ready", "default"] == [
            ({"kind": "InstallConnection", "resource_namespace": "", "name": "default"}, 1)
        ]

    def test_a_deleted_job_has_no_metrics(self, environment: OperatorEnvironment) -> None:
        name = environment.apply_job(environment.simulator.create_service_principal().id)
        environment.wait_ready(name)
        assert any(about == name for _, about in read_metrics(environment))
        environment.delete_job(name)
        environment.wait_gone(name)
        until(lambda: all(about != name for _, about in read_metrics(environment)), what="its metrics are gone")

    def test_calls_to_graph_throttling_and_passes_are_counted(self, shared_environment: OperatorEnvironment) -> None:
        with open_second_operator(shared_environment) as environment:
            principal = environment.simulator.create_service_principal().id
            environment.simulator.fault(
                "answer", operation="listJobs", service_principal=principal, status=429, retry_after="seconds"
            )
            environment.wait_ready(environment.apply_job(principal, schedule={"state": "Paused"}))
            metrics = read_metrics(environment)
            calls = {
                (labels["operation"], labels["status"]): value
                for labels, value in metrics["entrasync_graph_calls_total", ""]
            }
            assert calls["list_jobs", "429"] == 1
            assert calls["create_job", "201"] == 1
            assert metrics["entrasync_graph_throttled_total", ""] == [({"operation": "list_jobs"}, 1)]
            assert metrics["entrasync_graph_throttle_pause_seconds", ""][0][1] == 10
            assert sum(value for _, value in metrics["entrasync_graph_call_seconds_count", ""]) == sum(calls.values())
            assert {labels["outcome"] for labels, _ in metrics["entrasync_reconcile_seconds_count", ""]} >= {"settled"}


class TestLog:
    def test_a_call_is_logged_with_resource_action_and_graphs_request_id(
        self, environment: OperatorEnvironment
    ) -> None:
        principal = environment.simulator.create_service_principal().id
        name = environment.apply_job(principal)
        environment.wait_ready(name)
        lines = [line for line in read_log(environment).splitlines() if f"/{name}" in line and '"create_job"' in line]
        assert len(lines) == 1
        assert re.search(r'"request_id": "[0-9a-f-]{36}"', lines[0])

    def test_no_secret_or_token_is_shown_even_when_everything_fails(
        self, shared_environment: OperatorEnvironment, tmp_path: Path
    ) -> None:
        simulator, client, file = shared_environment.simulator, str(uuid.uuid4()), tmp_path / "client-secret"
        file.write_text("canary~of~a~secret")
        simulator.set_application(client, secrets=["canary~of~a~secret"])
        with open_second_operator(
            shared_environment, flags=(f"--client-id={client}",), secret_file=file
        ) as environment:
            name = environment.apply_job(simulator.create_service_principal().id, pollInterval="30s")
            environment.wait_ready(name)
            simulator.set_application(client, secrets=["another"])
            simulator.revoke_tokens()
            environment.wait_condition(name, "Stalled", reason="CredentialRefused")
            assert find_leaks(environment, "canary~of~a~secret") == []


POD_GRACE = timedelta(seconds=30)
"""What the chart gives a pod to end in."""


def test_a_write_that_hangs_delays_the_shutdown_for_less_than_a_pod_has(hanging_shutdown: HangingShutdown) -> None:
    assert hanging_shutdown.code.result(60) == 0
    assert hanging_shutdown.operator.exit_seconds is not None
    assert SHUTDOWN_GRACE.total_seconds() <= hanging_shutdown.operator.exit_seconds < POD_GRACE.total_seconds()
