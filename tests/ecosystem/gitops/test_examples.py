"""What Kustomize makes of examples/gitops, and what the API server says of it in the namespaces that it names."""

from pathlib import Path

import pytest
import yaml

from control_plane import ControlPlane
from entrasync.api.names import CONNECTION_KIND, KIND
from tests.support.chart_fixtures import find_helm
from tests.support.cluster import Cluster, Object
from tests.support.gitops.examples import FLUX, OVERLAY, chart_values, read_all
from tests.support.helm import CHART

FLUX_CRDS = (
    "source.toolkit.fluxcd.io_gitrepositories",
    "kustomize.toolkit.fluxcd.io_kustomizations",
    "helm.toolkit.fluxcd.io_helmreleases",
)
BROUGHT_BY_FLUX = "flux-system"
"""The namespace that `flux bootstrap` makes."""


def apply(plane: ControlPlane, manifests: list[Object]) -> list[Object]:
    """Apply manifests where they say, which fails in a namespace that is not there; return what is no namespace.

    The namespaces among them are made, because a dry run would make none. The rest is a dry run.
    """
    namespaces = [each for each in manifests if each["kind"] == "Namespace"]
    others = [each for each in manifests if each["kind"] != "Namespace"]
    options = ("--server-side", "--validate=strict", "--filename=-")
    plane.kubectl("apply", *options, content=yaml.safe_dump_all(namespaces))
    answered = plane.kubectl("apply", *options, "--dry-run=server", content=yaml.safe_dump_all(others))
    assert answered.count("serverside-applied (server dry run)") == len(others) > 0
    return others


def test_the_overlay_is_accepted_in_the_namespace_that_it_declares_and_its_names_are_followed(
    control_plane: ControlPlane, cluster: Cluster, crd_installed: None
) -> None:
    made = list(yaml.safe_load_all(control_plane.kubectl("kustomize", str(OVERLAY))))
    assert [each["metadata"]["name"] for each in made if each["kind"] == "Namespace"] == ["identity"]
    objects = {found["kind"]: found for found in apply(control_plane, made)}
    assert set(objects) == {CONNECTION_KIND, KIND}
    assert {found["metadata"]["namespace"] for found in objects.values()} == {"identity"}
    connection, job = objects[CONNECTION_KIND], objects[KIND]
    assert job["spec"]["connectionRef"]["name"] == connection["metadata"]["name"] == "contoso-production"
    assert job["spec"]["deletionPolicy"] == "Retain"
    waves = [found["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for found in (connection, job)]
    assert waves == sorted(waves)


def test_flux_takes_its_example_in_the_namespaces_that_it_declares_and_knows_each_field(
    control_plane: ControlPlane, cluster: Cluster, crds_of_others: Path
) -> None:
    for crd in FLUX_CRDS:
        cluster.apply_crds(crds_of_others / f"{crd}.yaml")
    metadata = {"name": BROUGHT_BY_FLUX}
    brought = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    manifests = read_all(*sorted(FLUX.glob("*.yaml")))
    others = apply(control_plane, [brought, *manifests])
    kinds = ["GitRepository", "GitRepository", "HelmRelease", "Kustomization", "Kustomization"]
    assert sorted(each["kind"] for each in others) == kinds


@pytest.mark.parametrize("tool", chart_values())
def test_the_values_of_a_tool_install_the_chart_without_a_secret(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, tool: str
) -> None:
    helm = find_helm("helm4", tmp_path_factory).at(cluster)
    values = chart_values()[tool]
    without_crds = {"crds": {"enabled": False}}  # those of this cluster are not Helm's
    words = ("install", "entra-sync-operator", CHART, "--dry-run=server", "--namespace=default", "--values=-")
    helm(*words, content=yaml.safe_dump(values | without_crds))
