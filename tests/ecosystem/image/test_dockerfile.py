"""The image: rules for its Dockerfile, and its own build steps, run here as far as possible.

There is no container engine and no image registry here, so the base image and the downloads are left out (the lock
of the image is compared with the one that this environment was installed from, hashes and all).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

import pytest

from graph_simulator.process import Running
from tests.support.dockerfile import Instruction, read_stages
from tests.support.helm import ROOT
from tests.support.pod import image_instruction
from tests.support.simulator_client import SimulatorClient

BUILD, BUILD_SIMULATOR, BARE, SIMULATOR, LAST = read_stages(ROOT / "Dockerfile")
ALL = [*BUILD, *BUILD_SIMULATOR, *BARE, *SIMULATOR, *LAST]
IMAGES = pytest.mark.parametrize("image", [LAST, SIMULATOR], ids=["operator", "simulator"])
HOME, SIMULATOR_HOME = "/opt/entra-sync-operator", "/opt/graph-simulator"


def runs(stage: list[Instruction]) -> list[str]:
    return [instruction.rest for instruction in stage if instruction.word == "RUN"]


def copied(stage: list[Instruction]) -> list[str]:
    return [name for each in stage if each.word == "COPY" for name in each.arguments[:-1]]


def locked(lock: str) -> dict[str, set[str]]:
    """Read a lock: `name==version` and its hashes."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    found = re.findall(r"^(\S+==\S+)(.*?)(?=^\S+==|\Z)", text, re.MULTILINE | re.DOTALL)
    return {pin: set(re.findall(r"sha256:[0-9a-f]{64}", rest)) for pin, rest in found}


class TestDockerfile:
    def test_all_stages_begin_with_the_same_plain_slim_python(self) -> None:
        bases = [stage[0].arguments[0] for stage in (BUILD, BUILD_SIMULATOR, BARE)]
        assert [stage[0].arguments[0] for stage in (SIMULATOR, LAST)] == ["bare", "bare"]
        assert len(set(bases)) == 1
        assert re.fullmatch(r"python:3\.\d+-slim", bases[0])

    def test_every_oci_builder_understands_the_dockerfile(self) -> None:
        """buildah 1.28 supports neither here-documents nor COPY --link nor BuildKit's mounts."""
        text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        assert "<<" not in text
        assert "syntax=" not in text
        assert {option.split("=")[0] for each in ALL for option in each.options} <= {"--from"}

    def test_everything_downloaded_is_locked_with_hashes(self) -> None:
        lines = [line for step in runs(ALL) for line in step.split("&&")]
        installs = [line for line in lines if re.search(r"\bpip\b.* install\b", line)]
        assert len(installs) == 4
        for line in installs:
            assert "--require-hashes" in line or "--no-index" in line, line
        assert not any("apt-get" in line or "curl" in line for line in runs(ALL))

    def test_what_runs_has_no_pip_and_only_what_was_built(self) -> None:
        [line] = runs(BARE)
        assert "pip --disable-pip-version-check uninstall --yes" in line
        assert "ensurepip" in line
        assert [each.rest for each in LAST if each.word == "COPY"] == [f"--from=build {HOME} {HOME}"]
        assert [each.rest for each in SIMULATOR if each.word == "COPY"] == [
            f"--from=build-simulator {SIMULATOR_HOME} {SIMULATOR_HOME}"
        ]
        assert runs([*SIMULATOR, *LAST]) == []

    def test_the_user_of_the_image_is_a_number_and_not_root(self) -> None:
        """The kubelet cannot find out whether a user name means root."""
        [user] = [each.rest for each in [*BARE, *SIMULATOR, *LAST] if each.word == "USER"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)

    def test_the_image_runs_the_operator_without_a_shell(self) -> None:
        assert (image_instruction("ENTRYPOINT"), image_instruction("CMD")) == (["entra-sync-operator"], ["run"])

    @IMAGES
    def test_an_image_says_what_it_is_in_the_words_of_oci(self, image: list[Instruction]) -> None:
        [labels] = [each.rest for each in image if each.word == "LABEL"]
        told = dict(re.findall(r'org\.opencontainers\.image\.([a-z.]+)="([^"]+)"', labels))
        assert set(told) == {"title", "description", "licenses", "version", "revision", "base.name"}
        assert told["base.name"] == BARE[0].arguments[0]
        assert told["revision"] == "$REVISION"

    def test_the_build_context_has_what_is_copied_and_nothing_else(self) -> None:
        ignored, *lines = [
            line
            for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
            if not line.startswith("#")
        ]
        assert ignored == "*"
        allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
        assert allowed == {name.removeprefix("./") for name in copied([*BUILD, *BUILD_SIMULATOR])}
        assert all((ROOT / name).exists() for name in allowed)

    @pytest.mark.parametrize("lock", ["requirements.lock", "requirements-build.lock", "requirements-simulator.lock"])
    def test_the_image_gets_exactly_the_tested_packages(self, lock: str) -> None:
        tested = locked("requirements-dev.lock")
        pins = locked(lock)
        assert pins
        assert all(hashes and tested.get(pin) == hashes for pin, hashes in pins.items())


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that the last stage copies."""
    return build(tmp_path_factory.mktemp("image"))


def build(folder: Path) -> Path:
    """Run the steps that need no network; return the environment."""
    copy_sources(folder / "src")
    create, _, _, install, finish = runs(BUILD)
    run_step(create, folder)
    link_locked("requirements.lock", folder / HOME[1:])
    run_step(install, folder)
    run_step(finish, folder)
    return folder / HOME[1:]


@pytest.fixture(scope="module")
def simulator_image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The environment that the stage of the simulator copies."""
    folder = tmp_path_factory.mktemp("simulator-image")
    (folder / "src").mkdir()
    create, _, finish = runs(BUILD_SIMULATOR)
    run_step(create, folder)
    link_locked("requirements-simulator.lock", folder / SIMULATOR_HOME[1:])
    [(_, _), (source, target)] = [each.arguments for each in BUILD_SIMULATOR if each.word == "COPY"]
    copy_folder(ROOT / source, folder / target[1:])
    run_step(finish, folder)
    return folder / SIMULATOR_HOME[1:]


def link_locked(lock: str, environment: Path) -> None:
    """Put exactly the packages of a lock into an environment, from the one that the tests run in."""
    into = environment / site_packages(environment)
    for pin in locked(lock):
        found = metadata.distribution(pin.split("==")[0])
        for name in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (into / name).exists():  # a few packages share a folder
                (into / name).symlink_to(str(found.locate_file(name)))


class TestBuildSteps:
    """The build steps that need no network, unchanged, with the image's folders below a folder of the test."""

    def test_the_environment_has_the_operator_and_no_pip(self, image: Path) -> None:
        assert (image / "bin" / "entra-sync-operator").exists()
        assert list(image.rglob("pip*")) == []

    def test_the_operator_runs_from_the_environment_and_writes_nothing_into_it(self, image: Path) -> None:
        before = snapshot(image)
        shown = run_operator(image, "--help")
        assert "run the operator" in shown.stdout
        assert run_operator(image, "crds").stdout == "---\n".join(
            path.read_text(encoding="utf-8") for path in sorted((ROOT / "crds").glob("*.yaml"))
        )
        assert snapshot(image) == before

    def test_a_second_build_makes_the_same_files_with_the_same_times(self, image: Path) -> None:
        first, folder = read_files(image), image.parents[1]
        shutil.rmtree(folder)
        second = read_files(build(folder))
        assert {name: first[name] == second.get(name) for name in first} == dict.fromkeys(second, True)
        assert {time for time, _ in first.values()} == {int(build_variables()["SOURCE_DATE_EPOCH"])}

    def test_an_operator_without_settings_says_what_it_needs(self, image: Path) -> None:
        done = run_operator(image, *image_instruction("CMD"), f"--client-id={uuid.uuid4()}")
        assert done.returncode == 2
        assert "--tenant-id (ENTRASYNC_TENANT_ID) is needed" in done.stderr

    def test_the_simulator_runs_from_its_environment_and_writes_nothing_into_it(
        self, simulator_image: Path, tmp_path: Path
    ) -> None:
        before = snapshot(simulator_image)
        assert list(simulator_image.rglob("pip*")) == []

        def begin(arguments: Sequence[str], _: Mapping[str, str], log: Path) -> Running:
            return begin_simulator(simulator_image, arguments, log)

        with SimulatorClient.run(tmp_path, begin=begin) as simulator:
            assert simulator.jobs(simulator.create_service_principal().id) == []
        assert snapshot(simulator_image) == before


def copy_sources(to: Path) -> None:
    to.mkdir(parents=True)
    for name in copied(BUILD):
        source = ROOT / name
        if source.is_dir():
            copy_folder(source, to / name)
        else:
            shutil.copy(source, to)


def copy_folder(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))


def run_step(line: str, folder: Path) -> None:
    """Run a RUN instruction with the shell that a builder uses."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    done = subprocess.run(  # our own Dockerfile
        ["/bin/sh", "-c", line.replace("/opt/", f"{folder}/opt/")],
        cwd=folder / "src",
        env=build_variables() | {"PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def build_variables() -> dict[str, str]:
    """Read what ARG and ENV of the first stage set."""
    pairs = [pair for each in BUILD if each.word in {"ARG", "ENV"} for pair in each.arguments]
    return dict(pair.split("=", 1) for pair in pairs)


def run_operator(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = read_environment(LAST, HOME, image)
    command = [*find_program(LAST, environment), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def begin_simulator(image: Path, arguments: Sequence[str], log: Path) -> Running:
    environment = read_environment(SIMULATOR, SIMULATOR_HOME, image)
    command = [*find_program(SIMULATOR, environment), *arguments]
    with log.open("ab") as output:
        return subprocess.Popen(command, env=environment, stdout=output, stderr=output)


def read_environment(stage: list[Instruction], home: str, image: Path) -> dict[str, str]:
    """Read the environment of a stage's container, with the home of its image on this machine."""
    settings = " ".join(each.rest for each in [*BARE, *stage] if each.word == "ENV")
    variables = dict(pair.split("=", 1) for pair in settings.split())
    return {name: value.replace(home, str(image)).replace("$PATH", os.defpath) for name, value in variables.items()}


def find_program(stage: list[Instruction], environment: Mapping[str, str]) -> list[str]:
    """Find the program of a stage's ENTRYPOINT, and its first words."""
    [(name, *words)] = [json.loads(each.rest) for each in stage if each.word == "ENTRYPOINT"]
    program = shutil.which(name, path=environment["PATH"])
    assert program is not None
    return [program, *words]


def site_packages(home: Path) -> Path:
    [found] = home.glob("lib/python3*/site-packages")
    return found.relative_to(home)


def read_files(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Read each file with its time, except the interpreter, which lies elsewhere."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {str(path): (int(path.stat().st_mtime), path.read_bytes()) for path in files}


def snapshot(folder: Path) -> Mapping[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
