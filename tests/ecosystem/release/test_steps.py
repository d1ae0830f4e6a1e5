"""The steps of `make release-check` that need no network, each on what it makes of this very checkout."""

import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from release.checklist import SUMS, check_statements, open_release, write_sums
from release.errors import NotReleasableError
from release.steps.commands import run_tool
from release.steps.distributions import (
    Distributions,
    build_distributions,
    check_sdist,
    check_wheel,
    check_wheel_of_sdist,
    packaged_modules,
    tracked_files,
)
from release.steps.image import BUILDERS, Builder, Found, build_images, find_builder
from release.version import read_version
from tests.support.helm import ROOT

VERSION = read_version(ROOT)


@pytest.fixture(scope="module")
def distributions(checkout: Path) -> Distributions:
    return build_distributions(checkout, checkout.parent / "made")


class TestDistributions:
    def test_the_sdist_has_what_git_tracks(self, distributions: Distributions) -> None:
        check_sdist(distributions.sdist, tracked_files(ROOT))

    def test_the_wheel_has_the_operator_and_its_plugin_and_nothing_else(self, distributions: Distributions) -> None:
        modules = packaged_modules(ROOT, tracked_files(ROOT))
        assert {name.partition("/")[0] for name in modules} == {"entrasync", "kubectl_entrasync"}
        check_wheel(distributions.wheel, modules)

    def test_the_sdist_gives_the_same_wheel(self, distributions: Distributions) -> None:
        check_wheel_of_sdist(distributions)

    def test_a_file_that_the_sdist_lacks_is_named(self, distributions: Distributions) -> None:
        with pytest.raises(NotReleasableError, match=r"lacks docs/new\.md\. Add them to tool\.hatch\.build"):
            check_sdist(distributions.sdist, [*tracked_files(ROOT), "docs/new.md"])

    def test_files_that_git_does_not_track_are_named(self, distributions: Distributions) -> None:
        tracked = [name for name in tracked_files(ROOT) if not name.startswith("docs/")]
        with pytest.raises(NotReleasableError, match=r"has docs/.* and \d+ more\. Remove them, or let Git ignore them"):
            check_sdist(distributions.sdist, tracked)

    def test_a_file_of_the_wheel_that_is_not_of_the_operator_is_named(
        self, distributions: Distributions, tmp_path: Path
    ) -> None:
        spoilt = tmp_path / distributions.wheel.name
        shutil.copy(distributions.wheel, spoilt)
        with zipfile.ZipFile(spoilt) as archive:
            modules = [name for name in archive.namelist() if not name.startswith("entra_sync_operator-")]
        with zipfile.ZipFile(spoilt, "a") as archive:
            archive.writestr("tests/conftest.py", "")
        with pytest.raises(NotReleasableError, match=r"has tests/conftest\.py\. Remove them"):
            check_wheel(spoilt, modules)

    def test_an_sdist_that_gives_another_wheel_is_refused(
        self, distributions: Distributions, checkout: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "other"
        shutil.copytree(checkout, other)
        (other / "operator" / "entrasync" / "extra.py").write_text('"""One more."""\n', encoding="utf-8")
        sdist = build_distributions(other, tmp_path / "made").sdist
        with pytest.raises(NotReleasableError, match="is another than"):
            check_wheel_of_sdist(Distributions(distributions.wheel, sdist))


class TestImage:
    def test_is_not_built_where_nothing_can_build_it(self) -> None:
        found = find_builder(lambda _: None)
        said = build_images(found, VERSION, ROOT, is_required=False)
        assert said == "The images were not built: none of docker, podman, buildah is on the PATH."

    def test_is_not_built_by_a_docker_whose_daemon_does_not_run(self) -> None:
        found = find_builder({"docker": "/usr/bin/docker"}.get, lambda _: False)
        said = build_images(found, VERSION, ROOT, is_required=False)
        assert said == "The images were not built: docker is on the PATH but does not answer."

    def test_is_built_by_the_first_that_answers(self) -> None:
        paths = {builder.name: f"/usr/bin/{builder.name}" for builder in BUILDERS}
        found = find_builder(paths.get, lambda path: path != "/usr/bin/docker")
        assert found.builder is not None
        assert found.builder.name == "podman"

    def test_and_the_simulators_are_built_with_the_commit_and_run(self, tmp_path: Path) -> None:
        said = build_images(found_engine(tmp_path, f"entra-sync-operator {VERSION}"), VERSION, ROOT, is_required=True)
        operator, simulator = f"entra-sync-operator:{VERSION}", f"entra-sync-operator-simulator:{VERSION}"
        commit = run_tool(["git", "rev-parse", "HEAD"], to="", advice="", cwd=ROOT).strip()
        assert (tmp_path / "calls").read_text(encoding="utf-8").splitlines() == [
            f"build --tag {operator} --build-arg REVISION={commit} {ROOT}",
            f"run --rm --network=none {operator} --version",
            f"build --tag {simulator} --build-arg REVISION={commit} --target simulator {ROOT}",
            f"run --rm --network=none {simulator} --help",
        ]
        assert said.endswith(f"built {operator} and {simulator}, and ran them.")

    def test_of_another_version_is_a_fault(self, tmp_path: Path) -> None:
        with pytest.raises(NotReleasableError, match=r"says 'entra-sync-operator 9\.9\.9'"):
            build_images(found_engine(tmp_path, "entra-sync-operator 9.9.9"), VERSION, ROOT, is_required=True)

    def test_that_is_required_and_cannot_be_built_is_a_fault(self) -> None:
        with pytest.raises(NotReleasableError, match="leave out IMAGE=required"):
            build_images(Found(None, "no builder is here"), VERSION, ROOT, is_required=True)


def found_engine(folder: Path, stated: str) -> Found:
    """Make a container engine that writes down how it was called, and says the same to all."""
    program = folder / "engine"
    program.write_text(f'#!/bin/sh\necho "$*" >> {folder}/calls\necho {stated}\n', encoding="utf-8")
    program.chmod(0o755)
    return Found(Builder(str(program), ("build",)), "")


class TestStatements:
    def test_of_this_checkout_are_right(self, tmp_path: Path) -> None:
        check_statements(open_release(ROOT, tmp_path / "helm"))

    def test_are_refused_for_the_tag_of_another_version(self, tmp_path: Path) -> None:
        with pytest.raises(NotReleasableError, match=r"The tag is v9\.9\.9, and pyproject\.toml says"):
            check_statements(open_release(ROOT, tmp_path / "helm", tag="v9.9.9"))


class TestTools:
    def test_a_tool_that_fails_is_named_with_its_output(self) -> None:
        words = [sys.executable, "-c", "import sys; sys.exit('no room')"]
        with pytest.raises(NotReleasableError, match=r"could not pack \(exit code 1\)\. Make room\.\nno room"):
            run_tool(words, to="pack", advice="Make room.")

    def test_a_tool_that_is_missing_is_named(self) -> None:
        with pytest.raises(
            NotReleasableError, match=r"no-such-tool, needed to pack, could not be started: .* Get it\."
        ):
            run_tool(["no-such-tool"], to="pack", advice="Get it.")


def test_the_digests_are_those_that_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"wheel")
    write_sums(tmp_path)
    assert run_tool(["sha256sum", "--check", SUMS], cwd=tmp_path, to="check", advice="") == "a.whl: OK\n"
