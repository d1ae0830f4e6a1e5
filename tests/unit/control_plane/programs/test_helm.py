"""Checks that the user's own helm is used only where its version fits."""

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
    ("version", "is_enough"),
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
def test_a_helm_fits_if_it_has_the_same_major_version_and_is_not_older(version: str, is_enough: bool) -> None:
    assert fits(version, "3.22.0") is is_enough


def test_the_helm_that_the_variable_names_comes_before_the_one_on_the_path(tmp_path: Path) -> None:
    named = put_helm(tmp_path / "named", "v3.22.0", "helm-of-mine")
    put_helm(tmp_path / "path", "v3.22.0")
    found = own_helm("3.22.0", {"HELM": str(named), "PATH": str(tmp_path / "path")})
    assert found is not None
    assert (found.path, found.label) == (named, "HELM")


def test_each_wanted_version_finds_the_helm_that_fits_it(tmp_path: Path) -> None:
    named = put_helm(tmp_path / "named", "v3.22.0", "helm-of-mine")
    on_path = put_helm(tmp_path / "path", "v4.3.1")
    environment = {"HELM": str(named), "PATH": str(tmp_path / "path")}
    found = {wanted: own_helm(wanted, environment) for wanted in ("3.22.0", "4.3.0")}
    assert {wanted: helm and helm.path for wanted, helm in found.items()} == {"3.22.0": named, "4.3.0": on_path}


@pytest.mark.parametrize("version", ["v3.1.0", ""])
def test_a_helm_that_does_not_fit_or_does_not_run_is_not_used(tmp_path: Path, version: str) -> None:
    put_helm(tmp_path, version)
    assert own_helm("3.22.0", {"PATH": str(tmp_path)}) is None


def test_no_helm_is_looked_for_where_no_version_is_wanted(tmp_path: Path) -> None:
    put_helm(tmp_path, "v3.22.0")
    assert own_helm("", {"PATH": str(tmp_path)}) is None
