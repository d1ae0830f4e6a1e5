"""What metrics show, and how they are written."""

from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from entrasync.api.names import PROVISIONING_KIND
from entrasync.core.provisioning.request_resource import RequestResource
from entrasync.process.observability.metrics import Metrics
from entrasync.reconcile.engine.store import Store
from tests.support.provisioning_facts import request


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


def list_conditions(metrics: Metrics) -> list[tuple[dict[str, str], float]]:
    families = text_string_to_metric_families(metrics.render().decode())
    [shown] = [family for family in families if family.name == "entrasync_resource_condition"]
    return [(sample.labels, sample.value) for sample in shown.samples]


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
