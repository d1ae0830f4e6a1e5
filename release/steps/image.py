"""Builds the image where there is a builder, and runs it where there is an engine."""

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


def build_image(found: Found, version: str, root: Path, *, is_required: bool) -> str:
    """Build the image and ask it for its version. Returns a sentence that says what was done.

    Raises:
        NotReleasableError: The image is faulty, or it is required and cannot be built.
    """
    builder, tag = found.builder, f"entra-sync-operator:{version}"
    if builder is None:
        if is_required:
            raise NotReleasableError(
                f"The image cannot be built: {found.reason}. Install or start one of them, or leave out IMAGE=required."
            )
        return f"The image was not built: {found.reason}."
    run_tool(
        [builder.name, *builder.build, "--tag", tag, root],
        to="build the image from Dockerfile",
        advice="Mend it as its output says.",
    )
    if not builder.is_engine:
        return f"{builder.name} built {tag}. It was not run, which needs docker or podman."
    stated = run_tool(
        [builder.name, "run", "--rm", "--network=none", tag, "--version"],
        to=f"run {tag}",
        advice="Look at ENTRYPOINT in Dockerfile.",
    ).strip()
    if stated != f"entra-sync-operator {version}":
        raise NotReleasableError(f"The image {tag} says {stated!r}. Build it again without a cache.")
    return f"{builder.name} built {tag} and ran it."


def _answers(program: str) -> bool:
    try:
        return subprocess.run([program, "info"], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
