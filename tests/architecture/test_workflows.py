"""The workflows: what they run exists, what they use is pinned, and zizmor finds nothing in them.

zizmor's own rules are asked by `make check`. These tests hold what it does not know.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from release.publication import Publication
from release.steps.bill_of_materials import OPERATOR, SIMULATOR
from tests.support.helm import ROOT
from tests.support.pod import VARIABLE

FOLDER = ROOT / ".github"
WORKFLOWS = sorted((FOLDER / "workflows").glob("*.yml"))
FILES = sorted(path for path in FOLDER.rglob("*.yml"))
USE = re.compile(r"^\s*(?:- )?uses: (\S+)(.*)$", re.MULTILINE)
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION_COMMENT = re.compile(r" # v\d+\.\d+\.\d+")
REGISTRIES = re.compile(r"\b(?:ghcr\.io|docker\.io|quay\.io|gcr\.io|pypi\.org|registry\.\w+)\b")
MAKES = "make release-check"
NEVER_UPDATED = "/sandbox/control_plane/programs/kubernetes-oldest"
ZIZMOR = Path(sys.executable).with_name("zizmor")


def name_of(path: Path) -> str:
    return path.name


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def steps_of(path: Path) -> list[dict[str, Any]]:
    return [step for job in read(path)["jobs"].values() for step in job.get("steps", [])]


def zizmor(folder: Path) -> subprocess.CompletedProcess[str]:
    words: list[str | Path] = [ZIZMOR, "--offline", "--quiet", "--pedantic", "--strict-collection", folder]
    return subprocess.run(words, capture_output=True, text=True, check=False)


class TestWorkflows:
    def test_are_those_of_the_releasing_page(self) -> None:
        assert {path.name for path in WORKFLOWS} == {"ci.yml", "release.yml", "lock.yml"}

    @pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
    def test_pin_each_action_by_its_commit_and_say_its_version(self, path: Path) -> None:
        used = [each for each in USE.findall(path.read_text(encoding="utf-8")) if not each[0].startswith("$/")]
        assert [name for name, _ in used if not PINNED.fullmatch(name)] == []
        assert [name for name, comment in used if not VERSION_COMMENT.fullmatch(comment)] == []

    def test_use_one_commit_of_each_action(self) -> None:
        used = {name for path in WORKFLOWS for name, _ in USE.findall(path.read_text(encoding="utf-8"))}
        actions = [name.partition("@")[0] for name in used]
        assert sorted(set(actions)) == sorted(actions)

    @pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
    def test_grant_nothing_but_what_each_job_names(self, path: Path) -> None:
        content = read(path)
        assert content["permissions"] == {}
        assert [name for name, job in content["jobs"].items() if not job.get("permissions")] == []

    @pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
    def test_keep_no_credentials_in_the_checkout(self, path: Path) -> None:
        checkouts = [step for step in steps_of(path) if step.get("uses", "").startswith("actions/checkout@")]
        assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []

    @pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
    def test_run_targets_of_make_and_files_that_exist(self, path: Path) -> None:
        commands = "\n".join(step.get("run", "") for step in steps_of(path))
        targets = set(re.findall(r"^make ([a-z-]+)", commands, re.MULTILINE))
        rules = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
        assert targets <= rules
        assert [name for name in re.findall(r"^(\.ci/\w+)", commands, re.MULTILINE) if not (ROOT / name).exists()] == []

    @pytest.mark.parametrize("path", WORKFLOWS, ids=name_of)
    def test_put_no_expression_into_a_shell(self, path: Path) -> None:
        assert [step["run"] for step in steps_of(path) if "${{" in step.get("run", "")] == []

    @pytest.mark.parametrize("path", FILES, ids=name_of)
    def test_name_no_registry(self, path: Path) -> None:
        assert REGISTRIES.findall(path.read_text(encoding="utf-8")) == [], "use the variable REGISTRY"

    def test_of_ci_run_what_a_contributor_runs(self) -> None:
        assert ".ci/run" in [step.get("run") for step in steps_of(FOLDER / "workflows" / "ci.yml")]

    def test_of_ci_fail_where_a_test_of_the_ecosystem_would_be_skipped(self) -> None:
        """The one that may be skipped elsewhere needs user namespaces, which Ubuntu's AppArmor takes away."""
        [folders] = re.findall(
            r"^ECOSYSTEM_TESTS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
        )
        files = [
            path
            for name in folders.split()
            for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
        ]
        skipping = re.compile(r"\b(?:skipif|importorskip|xfail|pytest\.skip|mark\.skip)\b")
        assert [path.name for path in files if skipping.search(path.read_text(encoding="utf-8"))] == ["test_running.py"]
        steps = read(FOLDER / "workflows" / "ci.yml")["jobs"]["test"]["steps"]
        [at] = [at for at, step in enumerate(steps) if step.get("run") == ".ci/run"]
        assert steps[at]["env"] == {VARIABLE: "required"}
        assert steps[at - 1]["run"] == "sudo sysctl --write kernel.apparmor_restrict_unprivileged_userns=0"

    def test_of_ci_check_on_each_change_what_a_release_checks(self) -> None:
        [here] = [step["run"] for step in steps_of(FOLDER / "workflows" / "ci.yml") if MAKES in step.get("run", "")]
        [there] = [
            step["run"] for step in steps_of(FOLDER / "workflows" / "release.yml") if MAKES in step.get("run", "")
        ]
        settings = [re.findall(r"\b([A-Z]+(?:_[A-Z]+)*)=", command) for command in (here, there)]
        assert settings == [["IMAGE", "IMAGE_REPOSITORY", "REPOSITORY"], ["TAG", *settings[0]]]

    def test_of_a_release_publish_only_what_was_tested_and_checked(self) -> None:
        jobs = read(FOLDER / "workflows" / "release.yml")["jobs"]
        assert (jobs["check"]["needs"], jobs["publish"]["needs"]) == ("test", "check")
        assert not any(grant == "write" for name in ("test", "check") for grant in jobs[name]["permissions"].values())

    def test_of_a_release_push_and_sign_each_image(self) -> None:
        commands = "\n".join(step.get("run", "") for step in steps_of(FOLDER / "workflows" / "release.yml"))
        for image in ("$IMAGE", "$IMAGE-simulator"):
            assert f'push_image "{image}"' in commands
            assert re.search(rf'cosign sign --yes "{re.escape(image)}@\$\w+"', commands)

    @pytest.mark.parametrize(("image", "bill"), [("$IMAGE", OPERATOR.bill), ("$IMAGE-simulator", SIMULATOR.bill)])
    def test_of_a_release_attach_to_each_image_its_own_bill_of_materials(self, image: str, bill: str) -> None:
        commands = "\n".join(step.get("run", "") for step in steps_of(FOLDER / "workflows" / "release.yml"))
        predicate = re.escape(f"--predicate build/release/{bill}")
        assert re.search(rf'cosign attest --yes --type cyclonedx {predicate} "{re.escape(image)}@\$\w+"', commands)

    def test_of_a_release_check_the_chart_with_the_image_that_is_pushed(self) -> None:
        jobs = read(FOLDER / "workflows" / "release.yml")["jobs"]
        [step] = [each for each in jobs["check"]["steps"] if MAKES in each.get("run", "")]
        assert 'IMAGE_REPOSITORY="$IMAGE_REPOSITORY"' in step["run"]
        assert step["env"]["IMAGE_REPOSITORY"] == jobs["check"]["outputs"]["image"]
        assert jobs["publish"]["env"]["IMAGE"] == "${{ needs.check.outputs.image }}"

    def test_of_a_release_push_the_chart_where_its_readme_says(self) -> None:
        commands = "\n".join(step.get("run", "") for step in steps_of(FOLDER / "workflows" / "release.yml"))
        assert 'CHARTS=$(dirname "$IMAGE")/charts' in commands
        assert re.search(r'helm push "\S+" "oci://\$CHARTS"', commands)
        assert Publication("host/owner/name").chart == "oci://host/owner/charts/entra-sync-operator"

    def test_of_a_release_publish_the_package_that_was_checked_with_no_right_but_to_log_in(self) -> None:
        job = read(FOLDER / "workflows" / "release.yml")["jobs"]["package"]
        assert (job["needs"], job["environment"], job["permissions"]) == ("publish", "pypi", {"id-token": "write"})
        used = [step["uses"].partition("@")[0] for step in job["steps"] if "uses" in step]
        assert used == ["actions/download-artifact", "pypa/gh-action-pypi-publish"], "what is published is built once"
        [commands] = [step["run"] for step in job["steps"] if "run" in step]
        assert "sha256sum --check SHA256SUMS" in commands
        assert all(name in commands for name in ("entra_sync_operator-*.whl", "entra_sync_operator-*.tar.gz"))


class TestZizmor:
    def test_finds_nothing(self) -> None:
        done = zizmor(FOLDER)
        assert done.returncode == 0, done.stdout + done.stderr

    def test_finds_what_is_planted(self, tmp_path: Path) -> None:
        planted = tmp_path / ".github" / "workflows" / "planted.yml"
        planted.parent.mkdir(parents=True)
        text = (FOLDER / "workflows" / "ci.yml").read_text(encoding="utf-8")
        planted.write_text(re.sub(r"actions/checkout@\w+ # v", "actions/checkout@v", text), encoding="utf-8")
        done = zizmor(tmp_path)
        assert done.returncode != 0
        assert "unpinned-uses" in done.stdout


class TestLock:
    def test_takes_no_version_that_is_younger_than_a_week(self) -> None:
        environment = {name: value for name, value in os.environ.items() if name not in ("COOLDOWN", "MAKEFLAGS")}
        words = ["make", "--dry-run", "--always-make", "lock"]
        done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        resolved = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("uv ")]
        assert {line[-1] for line in resolved} == {path.name for path in ROOT.glob("*.lock")}
        assert [line[line.index("--exclude-newer") + 1] for line in resolved] == ["7 days"] * len(resolved)

    def test_of_each_week_is_no_other(self) -> None:
        steps = steps_of(FOLDER / "workflows" / "lock.yml")
        assert [step["run"] for step in steps if step.get("run", "").startswith("make ")] == ["make lock"]
        assert not any("COOLDOWN" in str(step) for step in steps)


class TestDependabot:
    def test_looks_after_each_go_module_and_the_actions_and_the_image(self) -> None:
        updates = read(FOLDER / "dependabot.yml")["updates"]
        assert {each["package-ecosystem"] for each in updates} == {"github-actions", "docker", "gomod"}
        [modules] = [each["directories"] for each in updates if each["package-ecosystem"] == "gomod"]
        found = {f"/{path.parent.relative_to(ROOT)}" for path in (ROOT / "sandbox").rglob("go.mod")}
        assert found - set(modules) == {NEVER_UPDATED}
        assert set(modules) < found

    def test_waits_until_a_new_version_is_a_week_old(self) -> None:
        assert all(each["cooldown"]["default-days"] >= 7 for each in read(FOLDER / "dependabot.yml")["updates"])
