"""Checks how Prometheus is obtained, with an apt-get and a dpkg-deb of the test's own."""

from pathlib import Path

import pytest

from control_plane import ControlPlaneError
from control_plane.programs.prometheus import PROGRAMS, obtain_prometheus

DOWNLOADS = 'case "$*" in *download*) touch prometheus_2.deb;; esac'
DOWNLOADS_BY_NEW_LISTS = 'case "$*" in "download prometheus") exit 100;; *download*) touch prometheus_2.deb;; esac'
FAILS = "echo 'E: Unable to locate package prometheus'; exit 100"
UNPACKS = 'mkdir -p "$3/usr/bin" && for name in prometheus promtool; do : > "$3/usr/bin/$name"; done'


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only folder on the PATH beside those of the system's own tools, with an empty cache."""
    (tmp_path / "tools").mkdir()
    for tool in ("mkdir", "touch"):
        (tmp_path / "tools" / tool).symlink_to(Path("/bin") / tool)
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "tools"


def put(folder: Path, name: str, does: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{does}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("answer", [DOWNLOADS, DOWNLOADS_BY_NEW_LISTS])
def test_it_is_taken_from_debians_package_and_found_in_the_cache_afterwards(folder: Path, answer: str) -> None:
    put(folder, "apt-get", answer)
    put(folder, "dpkg-deb", UNPACKS)
    first = obtain_prometheus()
    assert set(first.found) == set(PROGRAMS)
    assert first["promtool"].is_relative_to(folder.parent / "cache")
    (folder / "apt-get").unlink()
    assert obtain_prometheus() == first


def test_it_is_taken_from_the_path_where_it_is_installed(folder: Path) -> None:
    for name in PROGRAMS:
        put(folder, name, "exit 0")
    assert obtain_prometheus()["prometheus"] == folder / "prometheus"


def test_the_error_says_what_to_do_on_a_machine_without_apt_get() -> None:
    with pytest.raises(ControlPlaneError, match=r"has no apt-get\. Install Prometheus so that .* are on the PATH"):
        obtain_prometheus()


def test_the_error_quotes_apt_get_and_says_what_to_do_when_there_is_no_such_package(folder: Path) -> None:
    put(folder, "apt-get", FAILS)
    put(folder, "dpkg-deb", UNPACKS)
    with pytest.raises(ControlPlaneError, match=r"Install Prometheus[\s\S]*Unable to locate package prometheus"):
        obtain_prometheus()
