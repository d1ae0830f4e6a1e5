"""What the examples for Argo CD and Flux name is there, and the chart takes the values that they give to it."""

import json

import pytest

from tests.support.gitops.examples import (
    ARGO_CD,
    FLUX,
    KUSTOMIZE,
    application,
    chart_values,
    helm_release,
    read_all,
    read_kind,
)
from tests.support.helm import CHART, ROOT, Helm, Object, documents

NAME = "entra-sync-operator"


def kustomizations() -> list[Object]:
    return read_kind("Kustomization", FLUX / "kustomizations.yaml")


class TestFlux:
    def test_takes_the_chart_and_the_jobs_from_sources_that_are_there(self) -> None:
        chart = helm_release()["spec"]["chart"]["spec"]
        [jobs] = [each["spec"] for each in kustomizations() if each["metadata"]["name"] == "synchronization-jobs"]
        sources = {each["metadata"]["name"] for each in read_kind("GitRepository", FLUX / "operator.yaml")}
        assert (ROOT / chart["chart"] / "Chart.yaml").exists()
        assert {chart["sourceRef"]["name"], jobs["sourceRef"]["name"]} == sources
        assert (KUSTOMIZE / jobs["path"]).is_dir()

    def test_has_no_file_that_kustomize_takes_for_its_own_where_it_lies_beside_others(self) -> None:
        own = {"kustomization.yaml", "kustomization.yml", "Kustomization"}
        assert not own & {path.name for path in FLUX.iterdir()}

    def test_waits_for_kustomizations_that_are_there(self) -> None:
        names = {each["metadata"]["name"] for each in kustomizations()}
        waited_for = {other["name"] for each in kustomizations() for other in each["spec"].get("dependsOn", ())}
        assert waited_for
        assert waited_for <= names


class TestArgoCd:
    def test_takes_the_chart_and_then_the_jobs_from_folders_that_are_there(self) -> None:
        operator, jobs = application(NAME), application("synchronization-jobs")
        assert (ROOT / operator["spec"]["source"]["path"] / "Chart.yaml").exists()
        assert (KUSTOMIZE / jobs["spec"]["source"]["path"]).is_dir()
        waves = [int(each["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]) for each in (operator, jobs)]
        assert waves[0] < waves[1]

    def test_makes_the_namespace_of_each_application(self) -> None:
        for each in read_all(ARGO_CD / "applications.yaml"):
            assert "CreateNamespace=true" in each["spec"]["syncPolicy"]["syncOptions"]


@pytest.mark.parametrize("tool", chart_values())
def test_the_chart_takes_the_values_of_a_tool(helm3: Helm, tool: str) -> None:
    values = chart_values()[tool]
    rendered = documents(helm3("template", NAME, CHART, "--values=-", content=json.dumps(values)))
    [pod] = [each["spec"]["template"]["spec"] for each in rendered if each["kind"] == "Deployment"]
    [container] = pod["containers"]
    assert container["image"].startswith(f"{values['image']['repository']}:")


@pytest.mark.parametrize("tool", chart_values())
def test_the_pod_of_a_tool_waits_for_no_secret_that_the_examples_lack(helm3: Helm, tool: str) -> None:
    rendered = documents(helm3("template", NAME, CHART, "--values=-", content=json.dumps(chart_values()[tool])))
    [pod] = [each["spec"]["template"]["spec"] for each in rendered if each["kind"] == "Deployment"]
    assert "secret" not in json.dumps(pod).lower()
