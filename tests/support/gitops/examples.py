"""The examples of examples/gitops, as tests read them."""

from pathlib import Path

import yaml

from tests.support.helm import ROOT, Object

FLUX = ROOT / "examples" / "gitops" / "flux"
ARGO_CD = ROOT / "examples" / "gitops" / "argo-cd"
KUSTOMIZE = ROOT / "examples" / "gitops" / "kustomize"
OVERLAY = KUSTOMIZE / "overlays" / "production"


def read_all(*paths: Path) -> list[Object]:
    """Read the objects of files."""
    return [each for path in paths for each in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def read_kind(kind: str, path: Path) -> list[Object]:
    """Read the objects of one kind in a file."""
    return [each for each in read_all(path) if each["kind"] == kind]


def helm_release() -> Object:
    """Read the HelmRelease by which Flux installs the operator."""
    [release] = read_kind("HelmRelease", FLUX / "operator.yaml")
    return release


def application(name: str) -> Object:
    """Read one of the Applications of Argo CD."""
    [found] = [each for each in read_all(ARGO_CD / "applications.yaml") if each["metadata"]["name"] == name]
    return found


def chart_values() -> dict[str, Object]:
    """Read the values that each tool gives to the chart."""
    operator = application("entra-sync-operator")
    return {
        "Flux": helm_release()["spec"]["values"],
        "Argo CD": operator["spec"]["source"]["helm"]["valuesObject"],
    }
