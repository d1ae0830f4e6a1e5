"""People's own helm is taken where its version fits, and never where it does not."""

from pathlib import Path

import pytest

from control_plane.programs.helm import fits, own_helm


def put_helm(folder: Path, version: str, name: str = "helm") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    helm = folder / name
    helm.write_text(f"#!/bin/sh\necho {version}\n")
    helm.chmod(0o755)
    return helm


@pytest.mark.parametrize(
    ("version", "does"),
    [
        ("v3.22.0", True),
        ("v3.22.7+gdeadbee", True),
        ("v3.30.1", True),
        ("v3.21.9", False),
        ("v4.22.0", False),
        ("v3.22", False),
        ("no version", False),
    ],
)
def test_a_helm_does_if_it_is_of_the_same_major_version_and_not_older(version: str, does: bool) -> None:
    assert fits(version, "3.22.0") is does


def test_the_one_that_helm_names_comes_before_the_one_on_the_path(tmp_path: Path) -> None:
    named = put_helm(tmp_path / "named", "v3.22.0", "helm-of-mine")
    put_helm(tmp_path / "path", "v3.22.0")
    found = own_helm("3.22.0", {"HELM": str(named), "PATH": str(tmp_path / "path")})
    assert found is not None
    assert (found.path, found.label) == (named, "HELM")


def test_each_version_finds_its_own(tmp_path: Path) -> None:
    named = put_helm(tmp_path / "named", "v3.22.0", "helm-of-mine")
    on_path = put_helm(tmp_path / "path", "v4.3.1")
    environment = {"HELM": str(named), "PATH": str(tmp_path / "path")}
    finds = {wanted: own_helm(wanted, environment) for wanted in ("3.22.0", "4.3.0")}
    assert {wanted: find and find.path for wanted, find in finds.items()} == {"3.22.0": named, "4.3.0": on_path}


@pytest.mark.parametrize("version", ["v3.1.0", ""])
def test_one_that_does_not_fit_or_does_not_run_is_left_alone(tmp_path: Path, version: str) -> None:
    put_helm(tmp_path, version)
    assert own_helm("3.22.0", {"PATH": str(tmp_path)}) is None


def test_none_is_looked_for_where_none_is_wanted(tmp_path: Path) -> None:
    put_helm(tmp_path, "v3.22.0")
    assert own_helm("", {"PATH": str(tmp_path)}) is None
