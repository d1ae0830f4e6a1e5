"""Which values the chart refuses, and the messages that name them."""

import json
from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest

from tests.support.helm import CHART, Helm, HelmError

MINE = {"graphUrl": "https://graph.example", "authority": "https://login.example"}

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
        ({"logFormat": "xml"}, "'/logFormat': value must be one of 'json', 'text'"),
        ({"hostUsers": "no"}, "'/hostUsers': got string, want null or boolean"),
        ({"httpPort": 80}, "'/httpPort': minimum: got 80, want 1,024"),
        ({"extraArgs": "--concurrency=64"}, "'/extraArgs': got string, want array"),
        ({"extraVolumes": [{"emptyDir": {}}]}, "'/extraVolumes/0': missing property 'name'"),
        ({"global": {"imageRegistry": 5000}}, "'/global/imageRegistry': got number, want null or string"),
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

UNREADABLE_REPOSITORIES = (
    "reg/x:1.0",
    "https://reg/x",
    "reg.example/X",
    "reg/x@sha256:aa",
    "reg//x",
    "/x",
    "x/",
    "reg/a b",
    "reg:port/x",
)
UNREADABLE_TAGS = ("bad tag", "-1", ".1", "a/b", "1.0@sha256:aa", "x" * 129)
UNREADABLE_REGISTRIES = ("https://harbor.corp", "Harbor.corp/proxy", "harbor.corp//proxy", "harbor.corp:x", "a b")
IMAGES: dict[str, Callable[[dict[str, str]], dict[str, Any]]] = {
    "image": lambda image: {"image": image},
    "simulator.image": lambda image: {"simulator": {"image": image}},
}
"""Values with an image, by the place of it."""

NO_IMAGES: list[Case] = [
    *(
        (place({"repository": repository}), f'{name}.repository is "{repository}", which no cluster can pull: give a')
        for name, place in IMAGES.items()
        for repository in UNREADABLE_REPOSITORIES
    ),
    *(
        (place({"tag": tag}), f'{name}.tag is "{tag}", which is no tag: give at most 128 letters')
        for name, place in IMAGES.items()
        for tag in UNREADABLE_TAGS
    ),
    *(
        ({"global": {"imageRegistry": registry}}, f'global.imageRegistry is "{registry}", which is no registry: give')
        for registry in UNREADABLE_REGISTRIES
    ),
]
"""Names of images that the kubelet could not read."""

REAL: dict[str, Any] = {"name": "a", "spec": {"tenantId": "x"}}
SIMULATED: dict[str, Any] = {"name": "b", "spec": {"tenantId": "x", "cloud": "Simulator"}}

BUDGET: dict[str, Any] = {"replicas": 3}
BLOCKING: list[Case] = [
    ({"minAvailable": 3}, "podDisruptionBudget.minAvailable is 3, which keeps all 3 replicas, and no drain of a node"),
    ({"minAvailable": 4}, "podDisruptionBudget.minAvailable is 4, which keeps all 3 replicas, and no drain of a node"),
    ({"minAvailable": "100%"}, "podDisruptionBudget.minAvailable is 100%, which keeps all 3 replicas, and no drain"),
    ({"minAvailable": "67%"}, "podDisruptionBudget.minAvailable is 67%, which keeps all 3 replicas, and no drain"),
    ({"maxUnavailable": 0}, "podDisruptionBudget.maxUnavailable is 0, which keeps all 3 replicas, and no drain"),
    ({"maxUnavailable": "0%"}, "podDisruptionBudget.maxUnavailable is 0%, which keeps all 3 replicas, and no drain"),
]
"""Budgets by which none of three pods may ever be evicted. Kubernetes rounds a percentage up."""

CONTRADICTIONS: list[Case] = [
    ({"image": {"repository": ""}}, "image.repository is empty: leave it as the chart of a release has it, or build"),
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
    (
        {"simulator": {"enabled": True}, "connection": {"cloud": "Simulator"}, "clouds": {"Simulator": MINE}},
        "simulator.enabled is true, but connection names a real tenant, a login or a cloud, which nobody would use",
    ),
    (
        {"simulator": {"enabled": True}, "clouds": {"Simulator": MINE}},
        "simulator.enabled is true, but clouds has Simulator, the name of the simulator's own cloud: name yours",
    ),
    (
        {"simulator": {"enabled": True}, "graphConnections": [SIMULATED, REAL]},
        "simulator.enabled is true, but graphConnections[1].spec.cloud is Global: set it to Simulator, or",
    ),
    *((BUDGET | {"podDisruptionBudget": budget}, message) for budget, message in BLOCKING),
    (
        {"podAnnotations": {"entrasync.io/clouds": "x"}, "clouds": {"Mine": MINE}},
        "podAnnotations has entrasync.io/clouds, which the chart sets itself: leave it out",
    ),
    (
        {"metrics": {"grafanaDashboard": {"sidecarLabel": "helm.sh/chart"}}},
        "metrics.grafanaDashboard.sidecarLabel is helm.sh/chart, which the chart sets itself: choose another",
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
    check_refusal(helm, values, message)


@pytest.mark.parametrize(("values", "message"), NO_IMAGES)
def test_an_image_that_no_kubelet_could_read_is_refused_in_one_sentence(
    helm3: Helm, values: dict[str, Any], message: str
) -> None:
    check_refusal(helm3, values, message)


@pytest.mark.parametrize(
    "image",
    [
        {"repository": "operator"},
        {"repository": "team/operator", "tag": "v1.0_a-B"},
        {"repository": "localhost:5000/a__b/c-d.e", "tag": "_"},
        {"repository": "[fd00::1]:5000/operator", "tag": "x" * 128},
    ],
)
def test_any_image_that_a_kubelet_reads_is_taken(helm3: Helm, image: dict[str, str]) -> None:
    values = {"image": image, "simulator": {"image": image, "enabled": True}}
    assert helm3.render("entra", values=values).count(f'image: "{image["repository"]}:') == 3


def check_refusal(helm: Helm, values: dict[str, Any], message: str) -> None:
    with pytest.raises(HelmError) as refused:
        helm.render("entra", values=values)
    [sentence] = [line for line in str(refused.value).splitlines() if "execution error" in line]
    assert f": {message}" in sentence
    assert sentence.endswith(".")


def test_no_default_names_an_unpublished_image(helm3: Helm) -> None:
    with pytest.raises(HelmError, match=r"image\.repository is empty"):
        helm3("template", "entra", CHART)
