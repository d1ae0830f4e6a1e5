"""What the chart renders for the important sets of values, by every Helm version."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.golden_chart import CLUSTER, NAMESPACES, VALUE_SETS, expected, render_set
from tests.support.helm import CHART, ROOT, Helm, documents, tidy

CRDS = sorted((ROOT / "crds").glob("*.yaml"))
CRD_RULE = {
    "apiGroups": ["apiextensions.k8s.io"],
    "resources": ["customresourcedefinitions"],
    "resourceNames": ["synchronizationjobs.entrasync.io"],
    "verbs": ["get"],
}
KEEP = "  annotations:\n    helm.sh/resource-policy: keep\n"


def render_crd(helm: Helm, *, keep: bool) -> str:
    """Render the CRDs, without the lines that Helm puts before each."""
    values = {"crds": {"keep": keep}}
    rendered = helm.render("entra", "--show-only=templates/crds.yaml", values=values)
    return rendered.removeprefix("---\n").replace("# Source: entra-sync-operator/templates/crds.yaml\n", "")


def render_rights(helm: Helm, value_set: Path) -> list[dict[str, Any]]:
    """Render the roles and bindings of the operator for a set of values, without the roles for people."""
    rendered = [each for each in documents(render_set(helm, value_set)) if each["apiVersion"].startswith("rbac.")]
    return [each for each in rendered if not each["metadata"]["name"].endswith(("-view", "-edit", "-admin"))]


def test_helm_lint_reports_nothing(helm: Helm) -> None:
    assert "0 chart(s) failed" in helm("lint", "--strict", CHART)


@pytest.mark.parametrize("value_set", VALUE_SETS, ids=lambda path: path.stem)
def test_the_rendered_manifests_equal_the_stored_ones(helm: Helm, value_set: Path) -> None:
    agreed = expected(value_set).read_text(encoding="utf-8")
    assert render_set(helm, value_set) == agreed, "if this is meant: `make golden`, and read the diff"


def test_every_set_of_values_has_its_manifests() -> None:
    assert {path.name for path in expected(VALUE_SETS[0]).parent.glob("*.yaml")} == {path.name for path in VALUE_SETS}


def test_a_crd_is_rendered_byte_for_byte(helm3: Helm) -> None:
    assert render_crd(helm3, keep=False) == "---\n".join(path.read_text(encoding="utf-8") for path in CRDS)


def test_every_helm_renders_the_same_apart_from_empty_lines(helm: Helm) -> None:
    assert tidy(render_crd(helm, keep=False)) == tidy("---\n".join(path.read_text(encoding="utf-8") for path in CRDS))


def test_a_kept_crd_differs_by_one_annotation_only(helm: Helm) -> None:
    kept = tidy(render_crd(helm, keep=True))
    assert kept.count(KEEP) == len(CRDS)
    assert kept.replace(KEEP, "") == tidy(render_crd(helm, keep=False))


def test_no_crd_is_rendered_where_they_are_installed_separately(helm: Helm) -> None:
    assert yaml.safe_load(CLUSTER.read_text(encoding="utf-8"))["crds"] == {"enabled": False}
    assert "CustomResourceDefinition" not in {document["kind"] for document in documents(render_set(helm, CLUSTER))}


def test_the_cluster_and_a_namespace_get_the_same_rights(helm: Helm) -> None:
    """So tests of one role hold for the other too."""
    [cluster] = [each for each in render_rights(helm, CLUSTER) if each["kind"] == "ClusterRole"]
    namespaces = render_rights(helm, NAMESPACES)
    *shared, crd = cluster["rules"]
    assert crd == CRD_RULE
    in_teams = [each for each in namespaces if each["metadata"]["namespace"] in {"team-a", "team-b"}]
    assert [role["rules"] for role in in_teams if role["kind"] == "Role"] == [shared] * 2
    assert sorted(each["metadata"]["namespace"] for each in in_teams) == ["team-a", "team-a", "team-b", "team-b"]
    assert {document["kind"] for document in in_teams} == {"Role", "RoleBinding"}


def test_the_right_on_the_lease_of_the_election_is_granted_in_the_releases_namespace_only(helm: Helm) -> None:
    for value_set in (CLUSTER, NAMESPACES):
        granting = [
            each
            for each in render_rights(helm, value_set)
            if any(rule.get("resourceNames") == ["entra-entra-sync-operator"] for rule in each.get("rules", ()))
        ]
        assert [(each["kind"], each["metadata"]["namespace"]) for each in granting] == [("Role", "entra-sync")]


def test_a_release_for_namespaces_that_installs_the_crds_may_read_the_one_of_jobs_and_no_more(helm3: Helm) -> None:
    values = {"watch": {"scope": "Namespaces", "namespaces": ["team-a"]}}
    rendered = documents(helm3.render("entra", "--show-only=templates/rbac.yaml", values=values))
    [role] = [document for document in rendered if document["kind"] == "ClusterRole"]
    assert role["rules"] == [CRD_RULE]
    [binding] = [document for document in rendered if document["kind"] == "ClusterRoleBinding"]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]


@pytest.mark.parametrize(
    ("release", "values", "name"),
    [
        ("entra", {}, "entra-entra-sync-operator"),
        ("entra-sync-operator", {}, "entra-sync-operator"),
        ("entra", {"nameOverride": "jobs"}, "entra-jobs"),
        ("entra", {"fullnameOverride": "jobs"}, "jobs"),
        ("a" * 53, {}, ("a" * 53 + "-entra-syn")),
    ],
    ids=["joined", "not twice", "the chart's part", "whole", "cut at 63"],
)
def test_names_follow_the_release_as_in_other_charts(
    helm3: Helm, release: str, values: dict[str, str], name: str
) -> None:
    [deployment] = documents(helm3.render(release, "--show-only=templates/deployment.yaml", values=values))
    assert deployment["metadata"]["name"] == name
