"""Which values the chart accepts, and the messages for wrong ones."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.chart_readme import read_rows, write_readme
from tests.support.helm import CHART, ROOT, Helm, HelmError, documents

VALUES = (CHART / "values.yaml").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
ABOUT_CHART: dict[str, Any] = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))

MINE = {"graphUrl": "https://graph.example", "authority": "https://login.example"}

READ_WHOLE = ("podSecurityContext", "securityContext", "resources")
"""Values that are Kubernetes' own objects."""

Case = tuple[dict[str, Any], str]
"""Wrong values, and the message that names them."""

WRONG: list[list[Case]] = [
    [
        ({"replica": 2}, "additional properties 'replica' not allowed"),
        ({"replicas": 0}, "'/replicas': minimum: got 0, want 1"),
        ({"leaderElection": {"leaseDuration": "3s"}}, "'/leaderElection/leaseDuration': '3s' does not match pattern"),
        ({"image": {"tga": "x"}}, "'/image': additional properties 'tga' not allowed"),
        (
            {"image": {"pullPolicy": "Sometimes"}},
            "'/image/pullPolicy': value must be one of 'Always', 'IfNotPresent', 'Never'",
        ),
        ({"image": {"tag": 1.1}}, "'/image/tag': got number, want string"),
        ({"connection": {"checkSecret": "yes"}}, "'/connection/checkSecret': got string, want boolean"),
        (
            {"connection": {"existingSecret": "Not A Name"}},
            "'/connection/existingSecret': 'Not A Name' does not match pattern",
        ),
        ({"connection": {"cloud": "Not A Cloud"}}, "'/connection/cloud': 'Not A Cloud' does not match pattern"),
        (
            {"connection": {"identity": "Password"}},
            "'/connection/identity': value must be one of 'None', 'ClientSecret'",
        ),
        ({"connection": {"tenantId": "contoso.com"}}, "'/connection/tenantId': 'contoso.com' does not match pattern"),
        ({"connection": {"namespaces": ["A"]}}, "'/connection/namespaces/0': 'A' does not match pattern"),
        ({"clouds": {"Mine": MINE | {"url": "x"}}}, "'/clouds/Mine': additional properties 'url' not allowed"),
        (
            {"connection": {"clientSecret": "hunter2"}},
            "'/connection': additional properties 'clientSecret' not allowed",
        ),
        ({"watch": {"scope": "Namespaced"}}, "'/watch/scope': value must be one of 'Cluster', 'Namespaces'"),
        ({"watch": {"namespaces": ["a", "a"]}}, "'/watch/namespaces': items at 0 and 1 are equal"),
        (
            {"defaults": {"managementPolicy": "Watch"}},
            "'/defaults/managementPolicy': value must be one of 'Manage', 'Observe'",
        ),
        (
            {"defaults": {"deletionPolicy": "Keep"}},
            "'/defaults/deletionPolicy': value must be one of '', 'Delete', 'Pause'",
        ),
        ({"pollInterval": "often"}, "'/pollInterval': 'often' does not match pattern"),
        ({"logLevel": "trace"}, "'/logLevel': value must be one of 'debug', 'info', 'warning', 'error'"),
        ({"httpPort": 80}, "'/httpPort': minimum: got 80, want 1,024"),
        ({"extraArgs": "--concurrency=64"}, "'/extraArgs': got string, want array"),
        ({"extraVolumes": [{"emptyDir": {}}]}, "'/extraVolumes/0': missing property 'name'"),
        ({"global": {"imageRegistry": "a/b"}}, "'/global/imageRegistry': 'a/b' does not match pattern"),
        ({"namespaceOverride": "My Team"}, "'/namespaceOverride': 'My Team' does not match pattern"),
        ({"commonLabels": {"cost": 7}}, "'/commonLabels/cost': got number, want string"),
        ({"podDisruptionBudget": {"maxUnavailable": "half"}}, "'/podDisruptionBudget/maxUnavailable': 'half' does not"),
        ({"strategy": {"type": "Blue"}}, "'/strategy/type': value must be one of 'RollingUpdate', 'Recreate'"),
        ({"revisionHistoryLimit": -1}, "'/revisionHistoryLimit': minimum: got -1, want 0"),
        ({"rbac": {"aggregateToEdit": "no"}}, "'/rbac/aggregateToEdit': got string, want null or boolean"),
        ({"graphConnections": [{"spec": {"tenantId": "x"}}]}, "'/graphConnections/0': missing property 'name'"),
        ({"simulator": {"port": 443}}, "'/simulator/port': minimum: got 443, want 1,024"),
        ({"extraObjects": [1]}, "'/extraObjects/0': got number, want"),
        ({"metrics": {"podMonitor": {"interval": "often"}}}, "'/metrics/podMonitor/interval': 'often' does not"),
        ({"metrics": {"service": {"ipFamilies": ["IPv5"]}}}, "'/metrics/service/ipFamilies/0': value must be one of"),
        ({"livenessProbe": {"httpGet": {}}}, "'/livenessProbe': additional properties 'httpGet' not allowed"),
        ({"topologySpreadConstraints": [{}]}, "'/topologySpreadConstraints/0': missing properties 'topologyKey'"),
        ({"dnsPolicy": "Mine"}, "'/dnsPolicy': value must be one of '', 'ClusterFirst'"),
    ],
    [
        ({"clouds": {"Mine": {"graphUrl": "https://g"}}}, "'/clouds/Mine': missing property 'authority'"),
        ({"watch": {"namespaces": "team-a"}}, "'/watch/namespaces': got string, want array"),
        ({"httpPort": "http"}, "'/httpPort': got string, want integer"),
    ],
    [
        (
            {"clouds": {"Mine": MINE | {"graphUrl": "http://g"}}},
            "'/clouds/Mine/graphUrl': 'http://g' does not match pattern",
        ),
        ({"watch": {"namespaces": ["Team A"]}}, "'/watch/namespaces/0': 'Team A' does not match pattern"),
    ],
]
"""Each list is refused by one call of Helm, which reports all faults. A second case of a value is in the next list."""

OWN_LABEL = {"labels": {"helm.sh/chart": "x"}}
LABELLED: dict[str, dict[str, Any]] = {
    "serviceAccount.labels": {"serviceAccount": OWN_LABEL},
    **{
        f"metrics.{part}.labels": {"metrics": {part: OWN_LABEL}}
        for part in ("service", "serviceMonitor", "podMonitor", "prometheusRule", "grafanaDashboard")
    },
    "graphConnections[0].labels": {"graphConnections": [{"name": "a", "spec": {"tenantId": "x"}} | OWN_LABEL]},
}
"""Values with a label that the chart sets itself, by their place."""

CONTRADICTIONS: list[Case] = [
    ({"image": {"repository": ""}}, "image.repository is empty: no image is published yet, so build one"),
    (
        {"watch": {"scope": "Namespaces"}},
        "watch.scope is Namespaces but watch.namespaces is empty: list the namespaces",
    ),
    (
        {"leaderElection": {"enabled": False}},
        "replicas is 2 but leaderElection.enabled is false, and all pods would do everything: set replicas=1",
    ),
    ({"watch": {"namespaces": ["team-a"]}}, "watch.namespaces is given but watch.scope is Cluster"),
    (
        {"connection": {"identity": "ClientCertificate"}},
        "connection.identity is ClientCertificate but connection.tenantId or connection.clientId is empty",
    ),
    (
        {"connection": {"identity": "ManagedIdentity"}},
        "connection.identity is ManagedIdentity but connection.tenantId is empty",
    ),
    ({"connection": {"cloud": "Mars"}}, "connection.cloud is Mars, which is no cloud of Microsoft's and not in clouds"),
    ({"connection": {"namespaces": ["*", "a"]}}, "connection.namespaces has * and names"),
    ({"commonLabels": {"helm.sh/chart": "x"}}, "commonLabels has helm.sh/chart, which the chart sets itself"),
    ({"podLabels": {"app.kubernetes.io/name": "x"}}, "podLabels has app.kubernetes.io/name, which the chart sets"),
    (
        {"replicas": 1, "leaderElection": {"enabled": False}, "strategy": {"rollingUpdate": {"maxSurge": 1}}},
        "strategy.type is RollingUpdate but leaderElection.enabled is false, and an old and a new pod would both",
    ),
    (
        {"metrics": {"serviceMonitor": {"enabled": True}, "podMonitor": {"enabled": True}}},
        "metrics.serviceMonitor.enabled and metrics.podMonitor.enabled are both true, and every pod would be scraped",
    ),
    (
        {"metrics": {"serviceMonitor": {"enabled": True}, "service": {"enabled": False}}},
        "metrics.serviceMonitor.enabled is true but metrics.service.enabled is false, so there is no Service to scrape",
    ),
    (
        {"simulator": {"enabled": True}, "connection": {"tenantId": "0f2c7c1e-5b0e-4b57-9a43-1d1d6a3f8e01"}},
        "simulator.enabled is true, but connection names a real tenant, a login or a cloud, which nobody would use",
    ),
    ({"pollInterval": "10s"}, "pollInterval is 10s: it must be at least 30s and at most 24h"),
    ({"pollInterval": "24h1s"}, "pollInterval is 24h1s: it must be at least 30s and at most 24h"),
    ({"apiServerSilence": "0h4s"}, "apiServerSilence is 0h4s: it must be at least 5s"),
    *((values, f"{place} has helm.sh/chart, which the chart sets itself") for place, values in LABELLED.items()),
    ({"serviceAccount": {"create": False}}, "serviceAccount.create is false but serviceAccount.name is empty: name"),
]


def put_together(cases: list[Case]) -> dict[str, Any]:
    return reduce(merge, (values for values, _ in cases))


def merge(values: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """Merge two sets of values that have no value in common."""
    return values | more | {name: merge(values[name], more[name]) for name in values.keys() & more.keys()}


@pytest.mark.parametrize(
    ("together", "message"),
    [pytest.param(put_together(cases), message, id=json.dumps(values)) for cases in WRONG for values, message in cases],
)
def test_a_wrong_or_unknown_value_is_refused_by_name(helm3: Helm, together: dict[str, Any], message: str) -> None:
    with pytest.raises(HelmError) as refused:
        helm3.render("entra", values=together)
    assert f"- at {message}" in str(refused.value) or f"- at '': {message}" in str(refused.value)


def test_every_helm_refuses_all_wrong_values_at_once(helm: Helm) -> None:
    with pytest.raises(HelmError) as refused:
        helm.render("entra", values=put_together(WRONG[0]))
    assert [message for _, message in WRONG[0] if message not in str(refused.value)] == []
    complaints = [line for line in str(refused.value).splitlines() if line.lstrip().startswith("- at ")]
    assert sum(not line.endswith("validation failed") for line in complaints) == len(WRONG[0])


@pytest.mark.parametrize(("values", "message"), CONTRADICTIONS)
def test_missing_contradictory_or_unbearable_values_are_refused_in_one_sentence(
    helm: Helm, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(HelmError) as refused:
        helm.render("entra", values=values)
    [sentence] = [line for line in str(refused.value).splitlines() if "execution error" in line]
    assert f": {message}" in sentence
    assert sentence.endswith(".")


def test_no_default_names_an_unpublished_image(helm3: Helm) -> None:
    with pytest.raises(HelmError, match=r"image\.repository is empty"):
        helm3("template", "entra", CHART)


def test_every_value_has_a_comment() -> None:
    """The nearest line above each value, at its depth or in the block of its neighbour, is a comment."""
    assert list(uncommented(VALUES)) == []


def test_values_and_schema_have_the_same_keys() -> None:
    """`enabled` is for charts that include this one, and a probe may have a delay that ours do not need."""
    unset = {"enabled", *(f"{name}Probe.initialDelaySeconds" for name in ("startup", "liveness", "readiness"))}
    named = {path for path in named_properties(SCHEMA) if not path.startswith("strategy.")}
    assert set(named_values(yaml.safe_load(VALUES))) == named - unset | {"strategy"}


def test_the_set_that_has_everything_leaves_only_these_values_at_their_defaults() -> None:
    text = (ROOT / "tests" / "data" / "chart" / "values" / "everything.yaml").read_text(encoding="utf-8")
    defaults, everything = yaml.safe_load(VALUES), yaml.safe_load(text)
    same = [path for path in named_values(defaults) if value_at(everything, path) == value_at(defaults, path)]
    unset = ("simulator", "metrics.service", "metrics.podMonitor", "metrics.prometheusRule", "metrics.grafanaDashboard")
    assert same == [f"{part}.enabled" for part in unset]


def test_the_chart_can_be_included_by_another_under_a_condition(helm: Helm, tmp_path: Path) -> None:
    about = {"apiVersion": "v2", "name": "platform", "version": "1.0.0"}
    included = {
        "name": ABOUT_CHART["name"],
        "version": ABOUT_CHART["version"],
        "condition": "entra-sync-operator.enabled",
    }
    values = {
        "global": {"region": "west"},
        "entra-sync-operator": {"enabled": True, "image": {"repository": "registry.example.com/operator"}},
    }
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / CHART.name).symlink_to(CHART)
    (tmp_path / "Chart.yaml").write_text(yaml.safe_dump(about | {"dependencies": [included]}), encoding="utf-8")
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    assert "kind: Deployment" in helm("template", "platform", tmp_path)
    assert "kind: Deployment" not in helm("template", "platform", tmp_path, "--set=entra-sync-operator.enabled=false")


def test_every_template_stands_values_that_are_missing(helm: Helm) -> None:
    """As `helm upgrade --reuse-values` leaves them out that an earlier chart did not have."""
    values = yaml.safe_load(VALUES)
    groups = {name: None for name in values if name not in ("image", *READ_WHOLE)}
    leaves = {path: None for path in named_values(values) if path not in ("image.repository", *READ_WHOLE)}
    complete = helm.render("entra")
    assert helm.render("entra", values=groups) == complete
    assert helm.render("entra", *(f"--set={path}=null" for path in leaves)) == complete


def test_null_for_what_kubernetes_reads_whole_means_none(helm3: Helm) -> None:
    rendered = helm3.render("entra", values=dict.fromkeys(READ_WHOLE))
    [pod] = [each["spec"]["template"]["spec"] for each in documents(rendered) if each["kind"] == "Deployment"]
    assert (pod["securityContext"], pod["containers"][0]["resources"]) == (None, None)


def test_the_copy_of_the_values_that_templates_read_is_current() -> None:
    copy = (CHART / "files" / "defaults.yaml").read_text(encoding="utf-8")
    assert copy == VALUES, "files/defaults.yaml differs from values.yaml: run `make crds`"


def test_the_schema_closes_every_object_and_describes_every_property() -> None:
    for path, schema in properties(SCHEMA):
        assert schema.get("description"), path
        is_open = path == "global"  # the others' values are there too
        assert is_open or "properties" not in schema or schema["additionalProperties"] is False, path


def test_the_charts_readme_has_every_value_with_its_default_and_comment() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    assert write_readme(readme, VALUES) == readme, "the table is not current: run `make crds`"
    rows = list(read_rows(VALUES))
    told = {name for row in rows for name in row.defaults}
    assert set(named_values(yaml.safe_load(VALUES))) <= told
    assert all(row.comment for row in rows)


def test_artifact_hub_is_told_of_every_crd() -> None:
    told = yaml.safe_load(ABOUT_CHART["annotations"]["artifacthub.io/crds"])
    crds = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / "crds").glob("*.yaml")]
    assert {(each["name"], each["kind"], each["version"]) for each in told} == {
        (crd["metadata"]["name"], crd["spec"]["names"]["kind"], crd["spec"]["versions"][0]["name"]) for crd in crds
    }


def test_the_chart_has_the_version_of_the_operator() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ABOUT_CHART["appVersion"] == ABOUT_CHART["version"] == project["version"]
    assert ABOUT_CHART["name"] == project["name"]


def uncommented(text: str) -> Iterator[str]:
    """Yield the values without a comment. One comment may be about all lines that follow it directly."""
    is_told, told_depth = False, 0
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if not line.strip():
            is_told = False
        elif line.lstrip().startswith("#"):
            is_told, told_depth = True, depth
        elif re.match(r"\s*[A-Za-z]+:", line):
            is_group = line.rstrip().endswith(":")
            if not (is_told and depth >= told_depth) and not is_group:
                yield line


def named_values(values: dict[str, Any], path: str = "") -> Iterator[str]:
    for name, value in values.items():
        here = f"{path}.{name}".lstrip(".")
        if isinstance(value, dict) and value and not here.lower().endswith(("securitycontext", "resources")):
            yield from named_values(value, here)
        else:
            yield here


def value_at(values: dict[str, Any], path: str) -> object:
    """Return the value at a path; a KeyError says that a set of values lacks it."""
    return reduce(lambda found, name: found[name], path.split("."), values)


def properties(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    for name, member in schema.get("properties", {}).items():
        here = f"{path}.{name}".lstrip(".")
        yield here, member
        yield from properties(member, here)


def named_properties(schema: dict[str, Any]) -> Iterator[str]:
    for path, member in properties(schema):
        if "properties" not in member:
            yield path
