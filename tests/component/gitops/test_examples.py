"""What the examples for Argo CD and Flux name is there."""

from pathlib import Path
from typing import Any

import yaml

from tests.support.gitops.argo_cd import FOLDER
from tests.support.helm import ROOT

FLUX = FOLDER.parent / "flux"


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


class TestFlux:
    def test_takes_the_chart_and_the_jobs_from_sources_that_are_there(self) -> None:
        operator = documents(FLUX / "operator.yaml")
        [kustomization] = documents(FLUX / "kustomization.yaml")
        sources = {each["metadata"]["name"] for each in operator if each["kind"] == "GitRepository"}
        [release] = [each["spec"]["chart"]["spec"] for each in operator if each["kind"] == "HelmRelease"]
        assert (ROOT / release["chart"] / "Chart.yaml").exists()
        assert {release["sourceRef"]["name"], kustomization["spec"]["sourceRef"]["name"]} == sources
        assert (FOLDER.parent / "kustomize" / kustomization["spec"]["path"]).is_dir()


class TestArgoCd:
    def test_takes_the_chart_and_then_the_jobs_from_folders_that_are_there(self) -> None:
        operator, jobs = documents(FOLDER / "applications.yaml")
        assert (ROOT / operator["spec"]["source"]["path"] / "Chart.yaml").exists()
        assert (FOLDER.parent / "kustomize" / jobs["spec"]["source"]["path"]).is_dir()
        waves = [int(each["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]) for each in (operator, jobs)]
        assert waves[0] < waves[1]
