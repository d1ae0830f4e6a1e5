"""Builds the images where there is a builder, and runs them where there is an engine."""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from release.errors import NotReleasableError
from release.steps.commands import run_tool


@dataclass(frozen=True)
class Builder:
    """A program that builds images from a Dockerfile."""

    name: str
    build: tuple[str, ...]
    is_engine: bool = True
    """Whether it also runs what it built."""


BUILDERS = (
    Builder("docker", ("build",)),
    Builder("podman", ("build",)),
    Builder("buildah", ("bud",), is_engine=False),
)


@dataclass(frozen=True)
class Found:
    """The builder to use, if any, and why others are not used."""

    builder: Builder | None
    reason: str


def find_builder(
    find: Callable[[str], str | None] = shutil.which, answers: Callable[[str], bool] | None = None
) -> Found:
    """Find a builder on the PATH that answers.

    Args:
        find: Finds a program.
        answers: Whether a program works, as docker does only while its daemon runs.
    """
    silent = []
    for builder in BUILDERS:
        path = find(builder.name)
        if path is None:
            continue
        if (answers or _answers)(path):
            return Found(builder, "")
        silent.append(builder.name)
    if silent:
        return Found(None, f"{' and '.join(silent)} is on the PATH but does not answer")
    return Found(None, f"none of {', '.join(builder.name for builder in BUILDERS)} is on the PATH")


def build_images(found: Found, version: str, root: Path, *, is_required: bool) -> str:
    """Build the images of the operator and of the simulator, and run each. Returns a sentence that says what was done.

    Raises:
        NotReleasableError: An image is faulty, or they are required and cannot be built.
    """
    builder = found.builder
    if builder is None:
        if is_required:
            raise NotReleasableError(
                f"The images cannot be built: {found.reason}. Install or start one, or leave out IMAGE=required."
            )
        return f"The images were not built: {found.reason}."
    operator, simulator = f"entra-sync-operator:{version}", f"entra-sync-operator-simulator:{version}"
    revision = run_tool(["git", "rev-parse", "HEAD"], to="name the commit", advice="Use a clone made by Git.", cwd=root)
    options = ("--build-arg", f"REVISION={revision.strip()}")
    _build(builder, operator, root, options)
    if builder.is_engine:
        _check_version(operator, _run(builder, operator, "--version"), version)
    _build(builder, simulator, root, (*options, "--target", "simulator"))
    if not builder.is_engine:
        return f"{builder.name} built {operator} and {simulator}. They were not run, which needs docker or podman."
    _run(builder, simulator, "--help")
    return f"{builder.name} built {operator} and {simulator}, and ran them."


def _build(builder: Builder, tag: str, root: Path, options: tuple[str, ...]) -> None:
    run_tool(
        [builder.name, *builder.build, "--tag", tag, *options, root],
        to=f"build {tag} from Dockerfile",
        advice="Mend it as its output says.",
    )


def _run(builder: Builder, tag: str, argument: str) -> str:
    return run_tool(
        [builder.name, "run", "--rm", "--network=none", tag, argument],
        to=f"run {tag}",
        advice="Look at ENTRYPOINT in Dockerfile.",
    ).strip()


def _check_version(tag: str, stated: str, version: str) -> None:
    if stated != f"entra-sync-operator {version}":
        raise NotReleasableError(f"The image {tag} says {stated!r}. Build it again without a cache.")


def _answers(program: str) -> bool:
    try:
        return subprocess.run([program, "info"], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
