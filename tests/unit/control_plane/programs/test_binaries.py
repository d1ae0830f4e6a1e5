"""Checks how the programs are obtained, with folders, an archive and a builder of the test's own."""

import hashlib
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from control_plane import ControlPlaneError, supervisor
from control_plane.programs import archive, binaries, catalog
from control_plane.programs.catalog import (
    ALL,
    ETCD_VERSION,
    GITOPS_ENGINES,
    HELM3_KUBERNETES_MINOR,
    HELMS,
    KUBERNETES_VERSION,
    PROGRAMS,
    REQUIRED,
    WITH_CONTROLLERS,
    Program,
)
from control_plane.programs.search import Go
from control_plane.programs.toolchain import needed_go, parse_version

SOME_GO = Go(Path("/no/go"), (1, 26, 0))


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, without KUBEBUILDER_ASSETS, helm and network, and with a Go that is never run."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setattr(binaries, "own_helm", lambda *_: None)
    monkeypatch.setattr(binaries, "go_on_path", lambda: SOME_GO)
    monkeypatch.setattr(binaries, "archive_url", lambda _: (tmp_path / "no-such-archive").as_uri())
    return tmp_path / "entra-sync-operator" / "control-plane"


def put(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_text("#!/bin/sh\n")
        (folder / name).chmod(0o755)


def builder(*, fails_at: str = "") -> Callable[[Program, Go, object, Path], None]:
    def build(program: Program, _go: Go, _target: object, into: Path) -> None:
        put(into, program.name)
        if program.name == fails_at:
            raise ControlPlaneError("the compiler gave up")

    return build


def pack(folder: Path, *names: str) -> Path:
    put(folder / "controller-tools" / "envtest", *names)
    with tarfile.open(folder / "envtest.tgz", "w:gz") as packed:
        packed.add(folder / "controller-tools", "controller-tools")
    return folder / "envtest.tgz"


def test_programs_in_kubebuilder_assets_are_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    put(tmp_path / "assets", *REQUIRED)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))
    assert binaries.obtain()["etcd"] == tmp_path / "assets" / "etcd"


def test_built_programs_are_found_in_the_cache_the_next_time(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(binaries, "build_program", builder())
    assert binaries.installed() is None
    built = binaries.obtain()
    assert binaries.installed() == built
    assert built["kubectl"].is_relative_to(cache)


def test_a_program_whose_build_failed_is_not_found_afterwards(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(binaries, "build_program", builder(fails_at="kube-apiserver"))
    with pytest.raises(ControlPlaneError, match="the compiler gave up"):
        binaries.obtain()
    assert binaries.installed(["kube-apiserver"]) is None
    assert "by the official envtest archive" in capsys.readouterr().err


def test_a_control_plane_needs_no_helm_and_no_controllers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "build_program", builder())
    assert set(binaries.obtain().found) == {"etcd", "kube-apiserver", "kubectl"}
    assert binaries.installed(HELMS) is None
    assert binaries.installed(WITH_CONTROLLERS) is None


def test_the_error_for_a_program_that_was_not_obtained_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "build_program", builder())
    with pytest.raises(ControlPlaneError, match=r"kube-controller-manager is not among .* get --all"):
        binaries.obtain()["kube-controller-manager"]


def test_each_helm_is_built_into_a_folder_of_its_own_version(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(binaries, "build_program", builder())
    built = binaries.obtain(ALL)
    assert {built[name].relative_to(cache).parts[0] for name in HELMS} == {PROGRAMS[name].edition for name in HELMS}
    assert binaries.installed(ALL) == built


def test_the_archive_is_tried_for_its_programs_even_if_others_have_to_be_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(binaries, "build_program", builder())
    binaries.obtain(ALL)
    told = [line for line in capsys.readouterr().err.splitlines() if "Getting" in line]
    assert "etcd, kube-apiserver, kubectl by the official envtest archive" in told[0]
    assert "kube-controller-manager, helm3, helm4, gitops-engines by a build with the Go on the PATH" in told[-1]


def test_an_error_lists_what_was_tried_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "build_program", builder(fails_at="etcd"))
    with pytest.raises(ControlPlaneError) as failure:
        binaries.obtain()
    assert "envtest archive" in str(failure.value)
    assert "point KUBEBUILDER_ASSETS at a folder" in str(failure.value)


def test_partial_files_of_a_killed_run_are_removed(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    put(cache / ".partial-of-a-killed-run", "etcd")
    monkeypatch.setattr(binaries, "build_program", builder())
    binaries.obtain()
    assert list(cache.glob(".partial-*")) == []


def test_a_file_that_is_not_executable_is_not_taken_for_a_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put(tmp_path / "assets", *REQUIRED)
    (tmp_path / "assets" / "etcd").chmod(0o644)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path / "assets"))
    assert binaries.installed() is None


def test_only_the_programs_of_the_archive_are_unpacked_when_its_digest_is_right(tmp_path: Path) -> None:
    packed = pack(tmp_path / "published", *REQUIRED, "something-else")
    (tmp_path / "into").mkdir()

    digest = hashlib.sha512(packed.read_bytes()).hexdigest()
    archive.fetch_archive(packed.as_uri(), digest, tmp_path / "into")

    assert {path.name for path in (tmp_path / "into").iterdir()} == set(REQUIRED)


def test_an_archive_with_a_wrong_digest_is_not_unpacked(tmp_path: Path) -> None:
    packed = pack(tmp_path / "published", *REQUIRED)
    (tmp_path / "into").mkdir()
    with pytest.raises(ControlPlaneError, match="is not what was published"):
        archive.fetch_archive(packed.as_uri(), "0" * 128, tmp_path / "into")
    assert not (tmp_path / "into" / "etcd").exists()


def test_go_mod_pins_the_catalogs_versions_of_kubernetes_and_etcd() -> None:
    lines = go_mod_lines(PROGRAMS["etcd"])
    assert f"k8s.io/kubernetes v{KUBERNETES_VERSION}" in lines
    assert f"go.etcd.io/etcd/server/v3 v{ETCD_VERSION}" in lines


@pytest.mark.parametrize("name", HELMS)
def test_the_go_mod_of_each_helm_pins_the_catalogs_version(name: str) -> None:
    program = PROGRAMS[name]
    assert f"{program.package.removesuffix('/cmd/helm')} v{program.own_version}" in go_mod_lines(program)


def test_helm_3_renders_for_the_kubernetes_version_of_its_go_mod() -> None:
    lines = go_mod_lines(PROGRAMS["helm3"])
    assert any(line.startswith(f"k8s.io/client-go v0.{HELM3_KUBERNETES_MINOR}.") for line in lines)


@pytest.mark.parametrize("name", [name for name in ALL if name != GITOPS_ENGINES])
def test_go_mod_declares_each_program_as_a_tool(name: str) -> None:
    package = PROGRAMS[name].package
    assert {package, f"tool {package}"} & go_mod_lines(PROGRAMS[name])


def test_a_change_of_the_source_of_a_program_of_our_own_makes_it_another_edition(tmp_path: Path) -> None:
    (tmp_path / "main.go").write_text("package main")
    before = catalog.edition_of(tmp_path)
    (tmp_path / "main.go").write_text("package main // changed")
    assert catalog.edition_of(tmp_path) != before
    assert PROGRAMS[GITOPS_ENGINES].edition == catalog.edition_of(PROGRAMS[GITOPS_ENGINES].module_folder)


@pytest.mark.parametrize(("name", "version"), [("etcd", (1, 25, 0)), ("helm3", (1, 26, 0)), ("helm4", (1, 26, 0))])
def test_the_needed_go_version_is_that_of_the_go_mod(name: str, version: tuple[int, int, int]) -> None:
    assert needed_go(PROGRAMS[name].module_folder / "go.mod") == version


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.27rc1 darwin/arm64", (1, 27, 0)),
        ("go 1.25.0", (1, 25, 0)),
        ("command not found", None),
    ],
)
def test_go_versions_are_parsed_from_the_output_of_go(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version


def test_the_supervisor_needs_only_the_standard_library() -> None:
    code = f"import runpy; runpy.run_path({supervisor.__file__!r})"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def go_mod_lines(program: Program) -> set[str]:
    text = (program.module_folder / "go.mod").read_text(encoding="utf-8")
    return {line.strip().removesuffix(" // indirect") for line in text.splitlines()}
