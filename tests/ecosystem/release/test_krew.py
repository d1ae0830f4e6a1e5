"""What krew installs: the archive, the description of it, and the launcher in it, which runs the wheel by pipx."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest
import yaml

from release.errors import NotReleasableError
from release.steps.krew import ARCHIVE, LAUNCHER, check_krew_plugin, write_krew_plugin
from tests.support.helm import ROOT

VERSION = "1.2.3"
WHEEL = f"entra_sync_operator-{VERSION}-py3-none-any.whl"
REPOSITORY = "https://github.com/contoso/entra-sync-operator"
PIPX = '#!/bin/sh\nprintf "%s\\n" "$@"\n'
"""Prints what it is asked for."""


@pytest.fixture
def description(tmp_path: Path) -> Path:
    (tmp_path / WHEEL).write_bytes(b"a wheel")
    return write_krew_plugin(tmp_path / WHEEL, ROOT, tmp_path, version=VERSION, repository=REPOSITORY)


class TestTheDescription:
    def test_leads_to_the_archive_of_the_release(self, description: Path) -> None:
        document = yaml.safe_load(description.read_text())
        assert document["metadata"]["name"] == description.stem == "entrasync"
        assert document["spec"]["version"] == "v1.2.3"
        [platform] = document["spec"]["platforms"]
        assert platform["uri"] == f"{REPOSITORY}/releases/download/v1.2.3/{ARCHIVE}"
        assert platform["bin"] == LAUNCHER
        check_krew_plugin(description, VERSION)

    def test_is_the_same_each_time(self, description: Path, tmp_path: Path) -> None:
        before = description.read_bytes()
        again = write_krew_plugin(tmp_path / WHEEL, ROOT, tmp_path, version=VERSION, repository=REPOSITORY)
        assert again.read_bytes() == before

    def test_of_another_archive_is_no_release(self, description: Path) -> None:
        (description.parent / ARCHIVE).write_bytes(b"another one")
        with pytest.raises(NotReleasableError, match=r"entrasync\.yaml is not that of kubectl-entrasync\.tar\.gz"):
            check_krew_plugin(description, VERSION)

    def test_of_another_version_is_no_release(self, description: Path) -> None:
        with pytest.raises(NotReleasableError, match="Run: make release-check"):
            check_krew_plugin(description, "1.2.4")


class TestTheLauncher:
    def test_runs_the_wheel_beside_it_by_the_link_of_krew(self, description: Path, tmp_path: Path) -> None:
        link = unpack(description, tmp_path)
        pipx = tmp_path / "bin" / "pipx"
        pipx.write_text(PIPX)
        pipx.chmod(0o755)
        done = run(link, "get", "-n", "a b")
        spec = f"{tmp_path / 'store' / WHEEL}[kubectl]"
        assert done.stdout.splitlines() == ["run", "-q", "--spec", spec, "kubectl-entrasync", "get", "-n", "a b"]

    def test_without_pipx_says_what_to_install(self, description: Path, tmp_path: Path) -> None:
        done = run(unpack(description, tmp_path), "get")
        assert done.returncode == 2
        assert done.stderr == "Error: kubectl entrasync needs pipx. Install it as https://pipx.pypa.io says.\n"


def unpack(description: Path, folder: Path) -> Path:
    """Unpack the archive and link the launcher, as krew does. Returns the link, beside what it needs on the PATH."""
    with tarfile.open(description.parent / ARCHIVE) as archive:
        archive.extractall(folder / "store", filter="data")
    (folder / "bin").mkdir()
    for name in ("dirname", "readlink"):
        (folder / "bin" / name).symlink_to(str(shutil.which(name)))
    link = folder / "bin" / LAUNCHER
    link.symlink_to(folder / "store" / LAUNCHER)
    return link


def run(link: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": str(link.parent)}
    return subprocess.run([link, *arguments], capture_output=True, text=True, check=False, env=environment)
