"""The operator as a process: its end, its health, its metrics, and what it keeps to itself."""

import dataclasses
import re
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from control_plane import ControlPlane
from stage import OperatorProcess
from tests.support.cluster import Cluster
from tests.support.leaks import find_leaks
from tests.support.polling import until
from tests.support.workplace import Workplace, open_branch

CRDS = Path(__file__).parents[3] / "crds"


def read_metrics(place: Workplace) -> dict[tuple[str, str], list[tuple[dict[str, str], float]]]:
    """Read the metrics: label sets and values by sample name and the resource they are about, if any."""
    assert place.operator is not None
    status, text = place.operator.read("/metrics")
    assert status == 200
    found: dict[tuple[str, str], list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault((sample.name, sample.labels.get("name", "")), []).append((sample.labels, sample.value))
    return found


def read_log(place: Workplace) -> str:
    """Read what the operator has logged; nothing before it has begun."""
    return place.log.read_text(errors="replace") if place.log.exists() else ""


@dataclasses.dataclass
class HungEnd:
    """An operator that was told to stop while a write hangs; `code` is what it ended with, as soon as it has."""

    operator: OperatorProcess
    code: Future[int]


@pytest.fixture(scope="module")
def hung_end(shared_workplace: Workplace) -> Iterator[HungEnd]:
    """It takes 20 s, so it goes on while other tests run."""
    with open_branch(shared_workplace) as place, ThreadPoolExecutor(1) as waiting:
        assert place.operator is not None
        principal = place.world.create_service_principal().id
        held = place.world.hold("startJob", service_principal=principal)
        place.apply_job(principal)
        held.wait_held()
        yield HungEnd(place.operator, waiting.submit(place.operator.stop))
        held.remove()


class TestTheEnd:
    def test_a_write_that_hangs_is_waited_for(self, hung_end: HungEnd) -> None:
        process = hung_end.operator.process
        until(lambda: hung_end.operator.read("/readyz") == (503, "the operator was told to stop\n"), what="it stops")
        assert process.poll() is None

    def test_a_write_in_flight_is_finished_and_written_down(self, shared_workplace: Workplace) -> None:
        with open_branch(shared_workplace) as place:
            assert place.operator is not None
            principal = place.world.create_service_principal().id
            held = place.world.hold("createJob", "after", service_principal=principal)
            name = place.apply_job(principal)
            held.wait_held()
            place.operator.process.terminate()
            until(lambda: "The operator was told to stop" in read_log(place), what="it has heard")
            held.release()
            assert place.operator.process.wait(25) == 0
            found = place.job(name)
            [job] = place.world.jobs(principal)
            assert found["metadata"]["annotations"]["entrasync.io/job-id"] == job.id
            place.start_operator()
            assert place.wait_ready(name)["status"]["job"]["id"] == job.id
            assert place.writes(principal).count("createJob") == 1

    def test_without_anything_to_finish_it_is_quick(self, shared_workplace: Workplace) -> None:
        with open_branch(shared_workplace) as place:
            assert place.operator is not None
            place.wait_ready(place.apply_job(place.world.create_service_principal().id))
            assert place.operator.stop() == 0
            assert place.operator.exit_seconds is not None
            assert place.operator.exit_seconds < 3


class TestHealth:
    def test_without_the_crd_it_is_alive_but_not_ready_and_it_begins_by_itself(
        self, tmp_path: Path, shared_workplace: Workplace
    ) -> None:
        binaries = shared_workplace.cluster.plane.binaries
        with (
            ControlPlane.start(tmp_path, binaries=binaries) as plane,
            Cluster(plane) as cluster,
            open_branch(shared_workplace, starts=False) as place,
        ):
            namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place.namespace}}
            cluster.create("namespaces", namespace)
            place.cluster, place.post = cluster, dataclasses.replace(place.post, kubeconfig=plane.kubeconfig)
            operator = place.start_operator(is_awaited=False)
            until(
                lambda: "The CRD synchronizationjobs.entrasync.io is not installed" in read_log(place),
                what="it says so",
            )
            assert operator.read("/healthz") == (200, "ok\n")
            assert operator.read("/readyz") == (503, "the resources have not been read yet\n")
            cluster.apply_crds(CRDS)
            operator.wait_ready()
            place.wait_ready(place.apply_job(place.world.create_service_principal().id))
            assert operator.read("/healthz") == (200, "ok\n")
            assert read_log(place).count(missing) == 1

    def test_once_it_works_it_is_alive_and_ready(self, workplace: Workplace) -> None:
        assert workplace.operator is not None
        assert workplace.operator.read("/healthz") == (200, "ok\n")
        assert workplace.operator.read("/readyz") == (200, "ok\n")


class TestMetrics:
    def test_each_job_shows_its_code_quarantine_last_success_and_the_age_of_its_mirror(
        self, workplace: Workplace
    ) -> None:
        principal = workplace.world.create_service_principal().id
        job = workplace.world.create_job(principal, started=True).id
        ended = "2026-01-02T03:04:05Z"
        workplace.world.override(job, merge={"status": {"lastSuccessfulExecution": {"timeEnded": ended}}})
        workplace.world.quarantine(job, "TooManyDeletes")
        name = workplace.apply_job(principal)
        workplace.wait_condition(name, "Quarantined")
        metrics = read_metrics(workplace)
        [(labels, value)] = metrics["entrasync_job_status_code", name]
        assert (labels["namespace"], labels["code"], value) == (workplace.namespace, "Quarantine", 1)
        assert metrics["entrasync_job_quarantined", name][0][1] == 1
        assert metrics["entrasync_job_last_success_timestamp_seconds", name][0][1] == 1767323045
        assert 0 <= metrics["entrasync_job_mirror_age_seconds", name][0][1] < 600

    def test_a_job_that_is_no_more_shows_nothing(self, workplace: Workplace) -> None:
        name = workplace.apply_job(workplace.world.create_service_principal().id)
        workplace.wait_ready(name)
        assert any(about == name for _, about in read_metrics(workplace))
        workplace.delete_job(name)
        workplace.wait_gone(name)
        until(lambda: all(about != name for _, about in read_metrics(workplace)), what="its metrics are gone")

    def test_calls_of_graph_throttling_and_passes_are_counted(self, shared_workplace: Workplace) -> None:
        with open_branch(shared_workplace) as place:
            principal = place.world.create_service_principal().id
            place.world.fault(
                "answer", operation="listJobs", service_principal=principal, status=429, retry_after="seconds"
            )
            place.wait_ready(place.apply_job(principal, schedule={"state": "Paused"}))
            metrics = read_metrics(place)
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


class TestTheLog:
    def test_a_call_is_told_with_resource_action_and_graphs_request_id(self, workplace: Workplace) -> None:
        principal = workplace.world.create_service_principal().id
        name = workplace.apply_job(principal)
        workplace.wait_ready(name)
        lines = [line for line in read_log(workplace).splitlines() if f"/{name}" in line and '"create_job"' in line]
        assert len(lines) == 1
        assert re.search(r'"request_id": "[0-9a-f-]{36}"', lines[0])

    def test_neither_secret_nor_token_shows_anywhere_even_when_all_goes_wrong(self, own_workplace: Workplace) -> None:
        place = own_workplace
        name = place.apply_job(place.world.create_service_principal().id, pollInterval="30s")
        place.wait_ready(name)
        place.world.set_application(secrets=["another"])
        place.world.revoke_tokens()
        place.wait_condition(name, "Stalled", reason="CredentialRefused")
        assert find_leaks(place) == []


def test_a_write_that_hangs_holds_up_the_end_for_less_than_25_seconds(hung_end: HungEnd) -> None:
    assert hung_end.code.result(30) == 0
    assert hung_end.operator.exit_seconds is not None
    assert 19 < hung_end.operator.exit_seconds < 25
