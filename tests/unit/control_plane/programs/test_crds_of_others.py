"""Checks how the CRDs of other projects are obtained, with a go of the test's own."""

from pathlib import Path

import pytest

from control_plane import ControlPlaneError
from control_plane.programs.crds_of_others import find_crds_of_others, obtain_crds_of_others

CRD = "monitoring.coreos.com_servicemonitors.yaml"
VERSION = 'if test "$1" = version; then echo "go version go1.99.0 linux/amd64"; exit; fi'
MAKES = (
    f'echo "$*" >> "$XDG_CACHE_HOME/asked"; for out; do :; done; out="${{out##*=}}"; mkdir -p "$out"; : > "$out/{CRD}"'
)
FAILS = "echo 'types.go:1:1: no such module'; exit 1"


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The first folder on the PATH, with an empty cache beside it."""
    (tmp_path / "tools").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'tools'}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "tools"


def put_go(folder: Path, does: str) -> None:
    (folder / "go").write_text(f"#!/bin/sh\n{VERSION}\n{does}\n")
    (folder / "go").chmod(0o755)


def test_they_are_made_once_from_the_types_that_the_go_file_imports(folder: Path) -> None:
    put_go(folder, MAKES)
    assert find_crds_of_others() is None
    made = obtain_crds_of_others()
    assert (made / CRD).is_file()
    [asked] = (folder.parent / "asked").read_text().splitlines()
    assert asked.startswith("tool controller-gen crd paths=github.com/")
    assert "/pkg/apis/monitoring/v1 " in asked
    put_go(folder, FAILS)
    assert obtain_crds_of_others() == find_crds_of_others() == made


def test_the_error_quotes_go_and_says_what_to_do_and_nothing_is_found_afterwards(folder: Path) -> None:
    put_go(folder, FAILS)
    with pytest.raises(ControlPlaneError, match=r"Install Go and run again\.[\s\S]*no such module"):
        obtain_crds_of_others()
    assert find_crds_of_others() is None
