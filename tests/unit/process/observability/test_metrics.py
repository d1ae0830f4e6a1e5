"""What metrics show, and how they are written."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from entrasync.api.names import CONNECTION_KIND, INSTALL_CONNECTION_KIND, KIND, PROVISIONING_KIND
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.kube.client.namespace_access import NamespaceAccess
from entrasync.process.observability.catalogue import METRICS, SCRAPED_LABELS
from entrasync.process.observability.connection_views import ConnectionView
from entrasync.process.observability.metrics import Metrics
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.state.jobs import JobStore
from entrasync.reconcile.state.memory import MemoryStore
from tests.support.facts import holder
from tests.support.provisioning_facts import request
from tests.support.still_clock import StillClock


@given(st.text())
@example('"} 1\nentrasync_graph_calls_total{operation="x')
@example("\\")
def test_no_text_breaks_out_of_its_label(text: str) -> None:
    metrics = Metrics()
    metrics.called(text, 200, 0.1, "id")
    families = text_string_to_metric_families(metrics.render().decode())
    [calls] = [family for family in families if family.name == "entrasync_graph_calls"]
    assert [sample.labels for sample in calls.samples if sample.name.endswith("_total")] == [
        {"operation": text, "status": "200"}
    ]


def list_series(metrics: Metrics, name: str) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(metrics.render().decode())
    [shown] = [family for family in families if family.name == name]
    return [(sample.labels, sample.value) for sample in shown.samples]


def list_conditions(metrics: Metrics) -> list[tuple[dict[str, str], float]]:
    return list_series(metrics, "entrasync_resource_condition")


def test_the_conditions_of_a_provisioning_request_are_shown_until_it_is_gone() -> None:
    metrics, requests = Metrics(), Store[RequestResource]()
    metrics.watch_requests(requests)
    failed = [{"type": kind, "status": value} for kind, value in (("Ready", "False"), ("Stalled", "True"))]
    seen = request(status={"conditions": [each | {"reason": "NotSent", "message": "No."} for each in failed]})
    requests.put(seen)
    labels = {"kind": PROVISIONING_KIND, "resource_namespace": "identity", "name": "anna"}
    assert list_conditions(metrics) == [(labels | {"condition": "Ready"}, 0), (labels | {"condition": "Stalled"}, 1)]
    requests.remove(seen.key, seen.uid)
    assert list_conditions(metrics) == []


@pytest.mark.parametrize("row", METRICS, ids=lambda row: row.name)
def test_no_metric_has_a_label_that_a_scrape_renames(row: Any) -> None:
    assert SCRAPED_LABELS.isdisjoint(row.labels)


def test_no_two_metrics_have_one_name() -> None:
    assert len({row.name for row in METRICS}) == len(METRICS)


def watch_job(status: Mapping[str, Any]) -> Metrics:
    """Return the metrics of an operator that knows one job with this status."""
    metrics, jobs, clock = Metrics(), JobStore(), StillClock()
    jobs.put(holder(status=status))
    metrics.watch(jobs, MemoryStore(), WorkQueue(clock), clock, namespace_access=NamespaceAccess())
    return metrics


JOB = {"resource_namespace": "identity", "name": "salesforce"}
BEGAN = "2026-11-20T06:00:00Z"
BEGAN_SECONDS = datetime(2026, 11, 20, 6, tzinfo=UTC).timestamp()


class TestJob:
    def test_tells_how_many_objects_failed_in_its_last_cycle(self) -> None:
        metrics = watch_job({"synchronizationStatus": {"code": "Active", "lastExecution": {"countEscrowed": 7}}})
        assert list_series(metrics, "entrasync_job_escrows") == [(JOB, 7)]

    def test_without_a_cycle_tells_nothing_of_failed_objects(self) -> None:
        assert list_series(watch_job({}), "entrasync_job_escrows") == []

    def test_in_quarantine_tells_since_when_and_why(self) -> None:
        quarantine = {"seriesBegan": BEGAN, "reason": "TooManyDeletes"}
        metrics = watch_job({"synchronizationStatus": {"code": "Quarantine", "quarantine": quarantine}})
        shown = list_series(metrics, "entrasync_job_quarantine_since_timestamp_seconds")
        assert shown == [(JOB | {"reason": "TooManyDeletes"}, BEGAN_SECONDS)]

    def test_in_quarantine_without_a_reason_has_the_reason_unknown(self) -> None:
        metrics = watch_job({"synchronizationStatus": {"code": "Quarantine", "quarantine": {"seriesBegan": BEGAN}}})
        [(labels, _)] = list_series(metrics, "entrasync_job_quarantine_since_timestamp_seconds")
        assert labels["reason"] == "Unknown"

    def test_out_of_quarantine_tells_nothing_of_the_one_before(self) -> None:
        metrics = watch_job({"synchronizationStatus": {"code": "Active", "quarantine": {"seriesBegan": BEGAN}}})
        assert list_series(metrics, "entrasync_job_quarantine_since_timestamp_seconds") == []

    def test_tells_since_when_it_is_ready_or_not_and_why(self) -> None:
        ready = {
            "type": "Ready",
            "status": "False",
            "reason": "Quarantined",
            "message": "",
            "lastTransitionTime": BEGAN,
        }
        shown = list_series(watch_job({"conditions": [ready]}), "entrasync_resource_ready_since_timestamp_seconds")
        assert shown == [({"kind": KIND, **JOB, "status": "False", "reason": "Quarantined"}, BEGAN_SECONDS)]

    def test_with_a_malformed_time_of_its_condition_tells_no_time(self) -> None:
        ready = {"type": "Ready", "status": "True", "reason": "Healthy", "message": "", "lastTransitionTime": 7}
        metrics = watch_job({"conditions": [ready]})
        assert list_series(metrics, "entrasync_resource_ready_since_timestamp_seconds") == []
        assert list_conditions(metrics) == [({"kind": KIND, **JOB, "condition": "Ready"}, 1)]


def view(**overlay: Any) -> ConnectionView:
    """A connection that works, by a client secret."""
    usual: dict[str, Any] = {
        "kind": CONNECTION_KIND,
        "namespace": "identity",
        "name": "default",
        "tenant_id": "contoso",
        "works": True,
        "pause": timedelta(),
    }
    return ConnectionView(**(usual | overlay))


CONNECTION = {"kind": CONNECTION_KIND, "resource_namespace": "identity", "name": "default"}


class TestConnection:
    def watch(self, *views: ConnectionView) -> Metrics:
        metrics = Metrics()
        metrics.watch_connections(Store(), views)
        return metrics

    def test_tells_its_tenant_whether_it_works_and_how_long_it_pauses(self) -> None:
        metrics = self.watch(view(works=False, pause=timedelta(seconds=12)))
        assert list_series(metrics, "entrasync_connection_info") == [({**CONNECTION, "tenant_id": "contoso"}, 1)]
        assert list_series(metrics, "entrasync_connection_ready") == [(CONNECTION, 0)]
        assert list_series(metrics, "entrasync_connection_pause_seconds") == [(CONNECTION, 12)]

    @pytest.mark.parametrize("credential", ["certificate", "secret"])
    def test_tells_when_its_credential_ends(self, credential: str) -> None:
        ends = datetime.fromtimestamp(BEGAN_SECONDS, UTC)
        metrics = self.watch(view(credential=credential, credential_expires_at=ends))
        shown = list_series(metrics, "entrasync_connection_credential_expiry_timestamp_seconds")
        assert shown == [({**CONNECTION, "credential": credential}, BEGAN_SECONDS)]

    def test_tells_no_end_of_a_credential_that_is_not_known(self) -> None:
        shown = list_series(
            self.watch(view(credential="secret")), "entrasync_connection_credential_expiry_timestamp_seconds"
        )
        assert shown == []

    def test_of_the_install_is_shown_only_after_its_first_login(self) -> None:
        metrics, views = Metrics(), [None, view(kind=INSTALL_CONNECTION_KIND, namespace="")]
        metrics.watch_operator_connection(lambda: views.pop(0))
        assert list_series(metrics, "entrasync_connection_ready") == []
        shown = list_series(metrics, "entrasync_connection_ready")
        assert shown == [({"kind": INSTALL_CONNECTION_KIND, "resource_namespace": "", "name": "default"}, 1)]


def test_the_passes_of_each_kind_are_timed_apart() -> None:
    metrics = Metrics()
    metrics.time_passes(KIND).passed("settled", 0.1)
    metrics.time_passes(CONNECTION_KIND).passed("broken", 0.1)
    assert count_passes(metrics) == {
        (KIND, "settled"): 1,
        (KIND, "broken"): 0,
        (KIND, "timed_out"): 0,
        (CONNECTION_KIND, "broken"): 1,
        (CONNECTION_KIND, "timed_out"): 0,
    }


def count_passes(metrics: Metrics) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    samples = [sample for family in families for sample in family.samples]
    counts = [sample for sample in samples if sample.name == "entrasync_reconcile_seconds_count"]
    return {(sample.labels["kind"], sample.labels["outcome"]): sample.value for sample in counts}


def test_the_outcomes_of_requests_are_shown_before_the_first_has_ended() -> None:
    series = list_series(Metrics(), "entrasync_provisioning_requests")
    totals = {labels["outcome"]: value for labels, value in series if value == 0}
    assert set(totals) == {"Success", "Skipped", "Failure", "Refused", "Unknown"}


def test_a_replica_that_stands_by_shows_nothing_of_jobs_and_connections() -> None:
    metrics = watch_job({})
    metrics.watch_connections(Store(), [view()])
    metrics.watch_leadership(lambda: False)
    shown = {family.name for family in text_string_to_metric_families(metrics.render().decode())}
    of_leader = {row.name for row in METRICS if row.replicas == "leader"}
    assert shown.isdisjoint(of_leader)
    assert "entrasync_leader" in shown
