"""Parts of the chart that the stored manifests do not show: what values have to do with each other, and files."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.alert_cases import read_rules
from tests.support.helm import CHART, REPOSITORY, Helm, documents, tidy
from tests.support.installation import NOBODY

OPEN: dict[str, Any] = {"connection": {"namespaces": ["*"]}}
NAMED: dict[str, Any] = {"connection": {"namespaces": ["identity"]}}
WITHOUT_CONNECTION: dict[str, Any] = {"connection": {"identity": "None"}}
AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
WITH_EVERY_TEMPLATE: dict[str, Any] = {
    "simulator": {"enabled": True},
    "networkPolicy": {"enabled": True},
    "clouds": {"Private": {"graphUrl": "https://graph.private.example", "authority": "https://login.private.example"}},
    "graphConnections": [{"name": "contoso", "spec": {"tenantId": NOBODY, "cloud": "Simulator"}}],
    "metrics": {part: {"enabled": True} for part in ("serviceMonitor", "prometheusRule", "grafanaDashboard")},
}
DIGEST = f"sha256:{'7c' * 32}"
NONE, ALL = {"view"}, {"view", "edit", "admin"}

RULES = """groups:
  - name: jobs
    rules:
      - alert: Ill
        expr: entrasync_job_quarantined == 1
        annotations:
          summary: "{{ $labels.name }} is in quarantine."
"""
DASHBOARD = '{"title": "Jobs", "query": "{{name}}"}\n'


def render(helm: Helm, template: str, values: dict[str, Any], *more: str) -> list[dict[str, Any]]:
    return documents(helm.render("entra", f"--show-only=templates/{template}", *more, values=values))


@pytest.mark.parametrize(
    ("values", "aggregated"),
    [
        (OPEN, NONE),
        (NAMED, ALL),
        (WITHOUT_CONNECTION, ALL),
        (OPEN | {"rbac": {"aggregateToEdit": True, "aggregateToAdmin": True}}, ALL),
        (NAMED | {"rbac": {"aggregateToEdit": False, "aggregateToAdmin": False}}, NONE),
    ],
    ids=["a tenant open to all", "named namespaces", "no connection of its own", "asked for", "refused"],
)
def test_editors_of_any_namespace_are_given_jobs_only_where_that_opens_no_tenant_to_all(
    helm3: Helm, values: dict[str, Any], aggregated: set[str]
) -> None:
    labels = {label for role in render(helm3, "people.yaml", values) for label in role["metadata"]["labels"]}
    assert {label.removeprefix(AGGREGATE) for label in labels if label.startswith(AGGREGATE)} == aggregated


def test_a_release_for_namespaces_has_nothing_outside_of_them_unless_it_installs_the_crds(helm3: Helm) -> None:
    values = {"watch": {"scope": "Namespaces", "namespaces": ["team-a"]}, "crds": {"enabled": False}}
    rendered = documents(helm3.render("entra", values=values))
    assert [each["kind"] for each in rendered if each["kind"].startswith("Cluster")] == []


def test_common_labels_are_on_every_object_of_the_chart_and_no_selector(helm: Helm) -> None:
    """Each template makes something, but for the one of objects that the user wrote himself."""
    labels = {"cost-centre": "4711"}
    text = helm.render("entra", values=WITH_EVERY_TEMPLATE | {"commonLabels": labels})
    used = {path.removeprefix(f"{CHART.name}/") for path in re.findall(r"^# Source: (.+)$", text, re.MULTILINE)}
    templates = {str(path.relative_to(CHART)) for path in (CHART / "templates").rglob("*.yaml")}
    assert templates - used == {"templates/extraobjects.yaml"}
    rendered = documents(text)
    pods = [each["spec"]["template"] for each in rendered if each["kind"] == "Deployment"]
    without = [each for each in rendered + pods if not labels.items() <= each["metadata"].get("labels", {}).items()]
    assert without == []
    selected = json.dumps([list(selectors(each)) for each in rendered])
    assert "app.kubernetes.io/instance" in selected
    assert "cost-centre" not in selected


def selectors(found: Any) -> Iterator[Any]:
    """Find each selector in an object."""
    parts = found.items() if isinstance(found, dict) else enumerate(found) if isinstance(found, list) else ()
    for key, part in parts:
        if str(key).lower().endswith("selector"):
            yield part
        yield from selectors(part)


@pytest.mark.parametrize("scope", [{"scope": "Cluster"}, {"scope": "Namespaces", "namespaces": ["31"]}])
def test_names_of_digits_only_are_names_and_no_numbers(helm: Helm, scope: dict[str, Any]) -> None:
    """Kubernetes takes them, but no number in their place."""
    named = {"nameOverride": "1234", "serviceAccount": {"name": "123"}, "watch": scope}
    connection = {"name": "17", "namespace": "19", "spec": {"tenantId": NOBODY, "cloud": "Simulator"}}
    values = WITH_EVERY_TEMPLATE | named | {"graphConnections": [connection], "crds": {"enabled": False}}
    found = list(scalars(documents(helm.render("1234", "--namespace=2024", values=values))))
    names = {"1234", "2024", "123", "17", "19", *scope.get("namespaces", [])}
    assert names - {each for each in found if isinstance(each, str)} == set()
    assert [each for each in found if not isinstance(each, str) and str(each) in names] == []


def scalars(found: Any) -> Iterator[Any]:
    """Find everything in an object that has no parts."""
    if isinstance(found, dict | list):
        for part in found.values() if isinstance(found, dict) else found:
            yield from scalars(part)
    else:
        yield found


@pytest.mark.parametrize("place", ["podLabels", "commonLabels"])
def test_the_label_that_azure_documents_for_its_pods_may_be_given_too(helm: Helm, place: str) -> None:
    label = {"azure.workload.identity/use": "true"}
    [deployment] = render(helm, "deployment.yaml", {"connection": {"identity": "WorkloadIdentity"}, place: label})
    assert label.items() <= deployment["spec"]["template"]["metadata"]["labels"].items()


def test_the_pods_of_a_trial_run_where_the_operator_may_run(helm3: Helm) -> None:
    placed = {"nodeSelector": {"kubernetes.io/arch": "amd64"}, "tolerations": [{"key": "team", "operator": "Exists"}]}
    limits = {"": "300Mi", "-simulator": "64Mi", "-test": "300Mi"}
    own, small = ({"resources": {"limits": {"memory": limits[part]}}} for part in ("", "-simulator"))
    values = own | placed | {"simulator": {"enabled": True} | small}
    rendered = [each for each in documents(helm3.render("entra", values=values)) if is_run(each)]
    pods = {each["metadata"]["name"]: each["spec"].get("template", each)["spec"] for each in rendered}
    assert [{name: pod.get(name) for name in placed} for pod in pods.values()] == [placed] * 3
    told = {name: pod["containers"][0]["resources"]["limits"]["memory"] for name, pod in pods.items()}
    assert told == {f"entra-entra-sync-operator{part}": limit for part, limit in limits.items()}


@pytest.mark.parametrize(
    ("images", "tag"),
    [
        ({}, "0.1.0"),
        ({"image": {"tag": "edge"}}, "edge"),
        ({"image": {"tag": "edge"}, "simulator": {"image": {"tag": "other"}}}, "other"),
        ({"image": {"digest": DIGEST}, "simulator": {"image": {"tag": "other"}}}, "other"),
        ({"simulator": {"image": {"tag": "other", "digest": DIGEST}}}, f"other@{DIGEST}"),
    ],
    ids=["the chart's", "the operator's", "its own", "without the operator's digest", "its own digest"],
)
def test_the_simulator_has_the_tag_of_the_operator_unless_it_says_another(
    helm3: Helm, images: dict[str, Any], tag: str
) -> None:
    values = images | {"simulator": {"enabled": True} | images.get("simulator", {})}
    [pod] = [each for each in render(helm3, "simulator.yaml", values) if each["kind"] == "Deployment"]
    assert pod["spec"]["template"]["spec"]["containers"][0]["image"] == f"{REPOSITORY}-simulator:{tag}"


def is_run(document: dict[str, Any]) -> bool:
    """Return whether it is a pod or makes some."""
    return document["kind"] in ("Deployment", "Pod")


def test_everything_is_in_the_namespace_that_overrides_the_releases(helm: Helm) -> None:
    values = {"namespaceOverride": "elsewhere", "networkPolicy": {"enabled": True}}
    rendered = documents(helm.render("entra", "--namespace=entra-sync", values=values))
    assert {each["metadata"].get("namespace", "elsewhere") for each in rendered} == {"elsewhere"}
    subjects = [subject for each in rendered for subject in each.get("subjects", [])]
    assert {subject["namespace"] for subject in subjects} == {"elsewhere"}
    assert "entra-sync\n" not in yaml.safe_dump_all(rendered)


@pytest.mark.parametrize(
    ("registry", "repository", "image"),
    [
        ("mirror:5000", "registry.example.com/team/operator", "mirror:5000/team/operator:1"),
        ("mirror:5000", "localhost/operator", "mirror:5000/operator:1"),
        ("mirror:5000", "team/operator", "mirror:5000/team/operator:1"),
        ("mirror:5000", "operator", "mirror:5000/operator:1"),
        ("harbor.corp/proxy", "registry.example.com/team/operator", "harbor.corp/proxy/team/operator:1"),
        ("harbor.corp/proxy/", "team/operator", "harbor.corp/proxy/team/operator:1"),
    ],
)
def test_the_registry_of_all_charts_takes_the_place_of_the_images(
    helm3: Helm, registry: str, repository: str, image: str
) -> None:
    values = {"global": {"imageRegistry": registry}, "image": {"repository": repository, "tag": "1"}}
    [deployment] = render(helm3, "deployment.yaml", values)
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == image


def test_a_new_pod_stands_by_before_an_old_one_is_stopped(helm: Helm) -> None:
    [deployment] = render(helm, "deployment.yaml", {})
    strategy = deployment["spec"]["strategy"]
    assert strategy["type"] == "RollingUpdate"
    assert strategy["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_a_spread_of_pods_counts_those_of_the_release_unless_it_says_which(helm3: Helm) -> None:
    mine = {"labelSelector": {"matchLabels": {"team": "a"}}}
    constraint = {"topologyKey": "zone", "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}
    values = {"topologySpreadConstraints": [constraint, constraint | mine]}
    [deployment] = render(helm3, "deployment.yaml", values)
    spread = deployment["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [each["labelSelector"] for each in spread] == [deployment["spec"]["selector"], mine["labelSelector"]]


def test_a_budget_by_the_pods_that_must_be_left_names_no_others(helm3: Helm) -> None:
    for least in (0, 1, "50%"):
        [budget] = render(helm3, "poddisruptionbudget.yaml", {"podDisruptionBudget": {"minAvailable": least}})
        assert budget["spec"]["minAvailable"] == least
        assert "maxUnavailable" not in budget["spec"]


@pytest.mark.parametrize(
    "values",
    [
        {"replicas": 3, "podDisruptionBudget": {"minAvailable": "66%"}},
        {"podDisruptionBudget": {"maxUnavailable": "1%"}},
        {"podDisruptionBudget": {"minAvailable": 1, "maxUnavailable": 0}},
        {"replicas": 1, "podDisruptionBudget": {"minAvailable": 1}},
        {"podDisruptionBudget": {"enabled": False, "maxUnavailable": 0}},
    ],
    ids=json.dumps,
)
def test_a_budget_that_lets_a_pod_go_or_is_not_made_is_taken(helm3: Helm, values: dict[str, Any]) -> None:
    assert len(documents(helm3.render("entra", values=values))) > 1


def test_more_ways_out_are_open_besides_those_of_every_cluster(helm3: Helm) -> None:
    more = [{"ports": [{"port": 16443, "protocol": "TCP"}]}]
    [policy] = render(helm3, "networkpolicy.yaml", {"networkPolicy": {"enabled": True, "extraEgress": more}})
    ports = {each["port"] for rule in policy["spec"]["egress"] for each in rule["ports"]}
    assert ports == {53, 5353, 443, 6443, 16443}


@pytest.fixture(scope="module")
def watched_chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the chart with rules and a dashboard of the test."""
    chart = tmp_path_factory.mktemp("chart") / CHART.name
    shutil.copytree(CHART, chart, ignore=shutil.ignore_patterns("rules", "dashboards"))
    for folder, name, text in (("rules", "jobs.yaml", RULES), ("dashboards", "jobs.json", DASHBOARD)):
        (chart / "files" / folder).mkdir()
        (chart / "files" / folder / name).write_text(text, encoding="utf-8")
    return chart


def test_rules_and_dashboards_reach_the_cluster_as_they_are(helm: Helm, watched_chart: Path) -> None:
    """What is in braces is of Prometheus and Grafana, and not of Helm."""
    asked = [f"--set=metrics.{part}.enabled=true" for part in ("prometheusRule", "grafanaDashboard")]
    rendered = helm("template", "entra", watched_chart, f"--set=image.repository={REPOSITORY}", *asked)
    found = {each["kind"]: each for each in documents(rendered) if "clouds" not in each["metadata"]["name"]}
    assert found["PrometheusRule"]["spec"] == yaml.safe_load(RULES)
    assert found["ConfigMap"]["data"] == {"jobs.json": DASHBOARD}
    assert found["ConfigMap"]["metadata"]["labels"]["grafana_dashboard"] == "1"


@pytest.mark.parametrize(
    ("part", "endpoints"), [("serviceMonitor", "endpoints"), ("podMonitor", "podMetricsEndpoints")]
)
def test_more_properties_of_an_endpoint_stand_beside_those_of_the_values_and_win(
    helm3: Helm, part: str, endpoints: str
) -> None:
    """Such as for a proxy in the pod that serves the metrics by TLS."""
    secured = {"port": "metrics-tls", "scheme": "https", "honorLabels": False}
    monitor = {"enabled": True, "honorLabels": True, "interval": "1m", "endpointAdditionalProperties": secured}
    [made] = render(helm3, "monitors.yaml", {"metrics": {part: monitor}})
    assert made["spec"][endpoints] == [{"path": "/metrics", "interval": "1m"} | secured]


def test_a_pod_shares_the_users_of_its_node_unless_that_is_refused(helm3: Helm) -> None:
    for shared, told in ((None, {}), (False, {"hostUsers": False}), (True, {"hostUsers": True})):
        [deployment] = render(helm3, "deployment.yaml", {"hostUsers": shared})
        pod = deployment["spec"]["template"]["spec"]
        assert {name: pod[name] for name in ("hostUsers",) if name in pod} == told


def test_the_dashboards_of_the_chart_are_those_of_its_files(helm3: Helm) -> None:
    [made] = render(helm3, "dashboards.yaml", {"metrics": {"grafanaDashboard": {"enabled": True}}})
    files = {path.name: path.read_text(encoding="utf-8") for path in (CHART / "files" / "dashboards").iterdir()}
    assert made["data"] == files != {}


def test_the_address_of_the_runbooks_is_written_before_each_of_them(helm: Helm) -> None:
    values = {"metrics": {"prometheusRule": {"enabled": True, "runbookBaseUrl": "https://git.example.com/entra/"}}}
    [made] = [each for each in documents(helm.render("entra", values=values)) if each["kind"] == "PrometheusRule"]
    rules = [rule for group in made["spec"]["groups"] for rule in group["rules"]]
    assert [rule["alert"] for rule in rules] == list(read_rules())
    for rule in rules:
        own = read_rules()[rule["alert"]]
        url = f"https://git.example.com/entra/{own['annotations']['runbook_url']}"
        assert rule == {**own, "annotations": {**own["annotations"], "runbook_url": url}}


def test_nothing_of_monitoring_is_made_unasked(helm3: Helm, watched_chart: Path) -> None:
    rendered = tidy(helm3("template", "entra", watched_chart, f"--set=image.repository={REPOSITORY}"))
    assert "monitoring.coreos.com" not in rendered
    assert "grafana_dashboard" not in rendered
