"""The API server takes the objects for the Prometheus operator by that operator's own CRDs, and keeps every field."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.alert_cases import RULES
from tests.support.cluster import Cluster, Object
from tests.support.helm import Helm, documents
from tests.support.installation import clear, make_namespace

GROUP = "monitoring.coreos.com"
API_VERSION = f"{GROUP}/v1"
PLURALS = {"ServiceMonitor": "servicemonitors", "PodMonitor": "podmonitors", "PrometheusRule": "prometheusrules"}

SCRAPE = {
    "enabled": True,
    "labels": {"release": "prometheus"},
    "annotations": {"example.com/owner": "platform"},
    "interval": "1m",
    "scrapeTimeout": "20s",
    "honorLabels": True,
    "relabelings": [{"action": "labeldrop", "regex": "pod"}],
    "metricRelabelings": [{"sourceLabels": ["le"], "regex": "0.1", "action": "drop"}],
    "endpointAdditionalProperties": {"scheme": "https", "tlsConfig": {"serverName": "metrics"}, "enableHttp2": False},
}
"""Each value of a monitor."""


@pytest.fixture(scope="module")
def monitored_cluster(bare_cluster: Cluster, crds_of_others: Path) -> Iterator[Cluster]:
    """A cluster with the CRDs of the Prometheus operator that the chart has objects of."""
    for plural in PLURALS.values():
        bare_cluster.apply_crds(crds_of_others / f"{GROUP}_{plural}.yaml")
    yield bare_cluster
    clear(bare_cluster)


def render_monitoring(helm: Helm, namespace: str, metrics: Object) -> dict[str, Object]:
    """Render the chart; return its objects for the Prometheus operator by their kinds."""
    rendered = documents(helm.render("entra", f"--namespace={namespace}", values={"metrics": metrics}))
    return {each["kind"]: each for each in rendered if each["apiVersion"] == API_VERSION}


def lost(sent: Any, kept: Any, at: str = "") -> list[str]:
    """Name each field that was sent and that was not kept as it was. What the API server added does not count."""
    if isinstance(sent, dict) and isinstance(kept, dict):
        return [path for key, value in sent.items() for path in lost(value, kept.get(key), f"{at}.{key}")]
    if isinstance(sent, list) and isinstance(kept, list) and len(sent) == len(kept):
        return [path for number, value in enumerate(sent) for path in lost(value, kept[number], f"{at}[{number}]")]
    return [] if sent == kept else [at]


@pytest.mark.parametrize(
    ("name", "metrics", "monitor"),
    [
        ("plain", {"serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}, "ServiceMonitor"),
        ("plain-pods", {"podMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}, "PodMonitor"),
        ("full", {"serviceMonitor": SCRAPE, "prometheusRule": {"enabled": True}}, "ServiceMonitor"),
        ("full-pods", {"podMonitor": SCRAPE, "prometheusRule": {"enabled": True}}, "PodMonitor"),
    ],
)
def test_each_object_for_prometheus_is_taken_strictly_and_kept_whole(
    monitored_cluster: Cluster, helm3: Helm, tmp_path: Path, name: str, metrics: Object, monitor: str
) -> None:
    namespace = f"monitoring-{name}"
    make_namespace(monitored_cluster, namespace)
    rendered = render_monitoring(helm3, namespace, metrics)
    assert set(rendered) == {monitor, "PrometheusRule"}
    manifests = tmp_path / "manifests.yaml"
    manifests.write_text(yaml.safe_dump_all(rendered.values()), encoding="utf-8")
    strictly = ("--server-side", "--validate=strict", f"--namespace={namespace}", f"--filename={manifests}")
    monitored_cluster.plane.kubectl("apply", *strictly)
    for kind, sent in rendered.items():
        kept = monitored_cluster.get(API_VERSION, PLURALS[kind], sent["metadata"]["name"], namespace)
        assert lost(sent, kept) == []


def test_an_install_hands_the_rules_of_the_file_to_the_prometheus_operator(
    monitored_cluster: Cluster, helm: Helm
) -> None:
    namespace = f"monitoring-by-{helm.name}"
    make_namespace(monitored_cluster, namespace)
    metrics = {"serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True}}
    watch = {"scope": "Namespaces", "namespaces": [namespace]}
    others = {"crds": {"enabled": False}, "connection": {"checkSecret": False}}
    values = {"fullnameOverride": namespace, "watch": watch, "metrics": metrics, **others}
    helm.at(monitored_cluster).install("entra", namespace, values=values)
    assert len(monitored_cluster.list(API_VERSION, "servicemonitors", namespace)) == 1
    [kept] = monitored_cluster.list(API_VERSION, "prometheusrules", namespace)
    assert lost(yaml.safe_load(RULES.read_text(encoding="utf-8")), kept["spec"]) == []
