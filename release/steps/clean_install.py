"""Installs the wheel as a stranger would, into an environment that has nothing else, and runs it."""

import os
import sys
import venv
from pathlib import Path

from release.errors import NotReleasableError
from release.steps.commands import run_tool

LOCK = "requirements.lock"


def make_environment(folder: Path) -> Path:
    """Make an environment without pip, so that nothing but the lock is in it. Returns its Python."""
    venv.create(folder, with_pip=False, clear=True, symlinks=True)
    return folder / "bin" / "python"


def install_wheel(python: Path, wheel: Path, root: Path) -> None:
    """Install the locked dependencies by their hashes, and then the wheel without looking for others."""
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python]
    run_tool(
        [*pip, "install", "--quiet", "--require-hashes", "--only-binary=:all:", "--requirement", root / LOCK],
        to=f"install {LOCK} by its hashes",
        advice="Resolve it anew with: make lock",
    )
    run_tool(
        [*pip, "install", "--quiet", "--no-deps", "--no-index", wheel],
        to=f"install {wheel.name}",
        advice="Look at its metadata.",
    )
    run_tool(
        [*pip, "check"],
        to=f"find every dependency of {wheel.name} in {LOCK}",
        advice="Resolve it anew with: make lock",
    )


def check_program(python: Path, version: str, root: Path) -> None:
    """Run the installed program outside of the checkout, so that it cannot find the checkout's modules.

    Raises:
        NotReleasableError: It has another version, or does not write the CRDs of the checkout.
    """
    program = python.with_name("entra-sync-operator")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    stated = run_tool(
        [program, "--version"],
        cwd=python.parent,
        env=environment,
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
        env=environment,
        to="write the CRDs of crds/",
        advice="Run: make crds",
    )
