"""How metrics are written."""

from hypothesis import example, given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from entrasync.process.observability.metrics import Metrics


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
