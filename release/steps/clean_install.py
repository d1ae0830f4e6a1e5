"""Installs what the images have into environments that have nothing else, as a stranger would, and runs it."""

import os
import sys
import venv
from pathlib import Path

from release.errors import NotReleasableError
from release.steps.commands import run_tool

_LOCK_ANEW = "Resolve it anew with: make lock"


def make_environment(folder: Path) -> Path:
    """Make an environment without pip, so that nothing but the lock is in it. Returns its Python."""
    venv.create(folder, with_pip=False, clear=True, symlinks=True)
    return folder / "bin" / "python"


def install_lock(python: Path, lock: Path) -> None:
    """Install locked dependencies by their hashes, from wheels only."""
    run_tool(
        [*_pip(python), "install", "--quiet", "--require-hashes", "--only-binary=:all:", "--requirement", lock],
        to=f"install {lock.name} by its hashes",
        advice=_LOCK_ANEW,
    )


def install_wheel(python: Path, wheel: Path) -> None:
    """Install the wheel where its locked dependencies are, without looking for others."""
    run_tool(
        [*_pip(python), "install", "--quiet", "--no-deps", "--no-index", wheel],
        to=f"install {wheel.name}",
        advice="Look at its metadata.",
    )
    run_tool(
        [*_pip(python), "check"],
        to=f"find every dependency of {wheel.name} in its lock",
        advice=_LOCK_ANEW,
    )


def check_program(python: Path, version: str, root: Path) -> None:
    """Run the installed program outside of the checkout, so that it cannot find the checkout's modules.

    Raises:
        NotReleasableError: It has another version, or does not write the CRDs of the checkout.
    """
    program = python.with_name("entra-sync-operator")
    stated = run_tool(
        [program, "--version"],
        cwd=python.parent,
        env=_own_variables(),
        to="say its version",
        advice="A dependency may be missing from pyproject.toml.",
    ).strip()
    if stated != f"{program.name} {version}":
        raise NotReleasableError(
            f"The installed program says {stated!r}, and pyproject.toml says {version}. Build the wheel again."
        )
    run_tool(
        [program, "crds", "--check", (root / "crds").absolute()],
        cwd=python.parent,
        env=_own_variables(),
        to="write the CRDs of crds/",
        advice="Run: make crds",
    )


def check_simulator(python: Path, root: Path) -> None:
    """Run the simulator with nothing but its locked dependencies, as its image has it.

    Raises:
        NotReleasableError: It does not run.
    """
    run_tool(
        [python, "-m", "graph_simulator", "--help"],
        cwd=python.parent,
        env=_own_variables() | {"PYTHONPATH": str((root / "sandbox").absolute()), "PYTHONDONTWRITEBYTECODE": "1"},
        to="run the simulator",
        advice="A dependency may be missing from the group simulator of pyproject.toml.",
    )


def _own_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def _pip(python: Path) -> list[str | Path]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
