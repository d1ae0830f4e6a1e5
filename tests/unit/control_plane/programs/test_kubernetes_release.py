"""Checks how another release of Kubernetes is built, with a go of the test's own."""

from pathlib import Path

import pytest

from control_plane import ControlPlaneError
from control_plane.programs.kubernetes_release import build_api_server, write_module

GO_MOD = """\
module k8s.io/kubernetes

go 1.24.0

godebug default=go1.24

require (
\tgithub.com/blang/semver/v4 v4.0.0
\tk8s.io/api v0.0.0
)

replace (
\tk8s.io/api => ./staging/src/k8s.io/api
\tk8s.io/apiserver => ./staging/src/k8s.io/apiserver
)
"""
GO = """\
#!/bin/sh
case "$*" in
version) echo "go version go1.99.0 linux/amd64";;
*mod*download*1.34.4) echo '{"GoMod": "FOLDER/kubernetes.mod"}';;
*mod*download*) echo '{"Error": "unknown revision v1.34.99"}'; exit 1;;
*) echo "$PWD: $*" >> FOLDER/asked;;
esac
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with a go that is the first on the PATH."""
    (tmp_path / "kubernetes.mod").write_text(GO_MOD)
    (tmp_path / "go").write_text(GO.replace("FOLDER", str(tmp_path)))
    (tmp_path / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_the_module_requires_the_release_and_its_libraries_by_the_same_version() -> None:
    assert write_module(GO_MOD, "1.34.4").splitlines()[1:] == [
        "go 1.24.0",
        "godebug default=go1.24",
        "require k8s.io/kubernetes v1.34.4",
        "replace k8s.io/api => k8s.io/api v0.34.4",
        "replace k8s.io/apiserver => k8s.io/apiserver v0.34.4",
    ]


def test_its_modules_are_resolved_before_the_build_which_says_the_version(folder: Path) -> None:
    into = folder / "built"
    assert build_api_server("1.34.4", into) == into / "kube-apiserver"
    assert (into / "go.mod").read_text() == write_module(GO_MOD, "1.34.4")
    resolved, built = (folder / "asked").read_text().splitlines()
    assert resolved == f"{into}: list -mod=mod -deps k8s.io/kubernetes/cmd/kube-apiserver"
    assert built.startswith(f"{into}: build -mod=readonly")
    assert "version.gitVersion=v1.34.4 " in built


@pytest.mark.parametrize("release", ["1.34", "v1.34.4", "latest"])
def test_what_is_no_release_is_refused_with_an_example(folder: Path, release: str) -> None:
    with pytest.raises(ControlPlaneError, match=r'"\S+" is no release of Kubernetes; name one such as 1\.32\.13\.'):
        build_api_server(release, folder / "built")


def test_a_release_that_there_is_not_is_named_with_the_words_of_go(folder: Path) -> None:
    with pytest.raises(ControlPlaneError, match=r"Kubernetes 1\.34\.99 could not be downloaded.*unknown revision"):
        build_api_server("1.34.99", folder / "built")
