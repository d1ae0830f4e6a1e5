"""Installs the operator as its image has it, and starts it from there.

Kopf imports `kubernetes` and httpx imports `rich` wherever they find them. The environment of the tests and the plugin
has both, and an operator that runs in it takes 11 MiB more than in a cluster.
"""

import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmarks.checkout import PROJECT
from benchmarks.errors import NotMeasuredError
from graph_simulator.process import Begin, Running

FOLDER = PROJECT / "build" / "bench" / "operator"
LOCK = PROJECT / "requirements.lock"
TAIL_LINES = 15


def _begin(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    with log.open("ab") as output:
        return subprocess.Popen(
            [install_operator(), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )


begin_installed_operator: Begin = _begin
"""Starts the installed operator."""


@cache
def install_operator() -> Path:
    """Install the locked dependencies, unless they are there, and this checkout. Returns the program.

    Raises:
        NotMeasuredError: pip failed; the message has the end of its output.
    """
    installed, wheels = FOLDER / "installed.lock", FOLDER / "wheels"
    if not installed.exists() or installed.read_bytes() != LOCK.read_bytes():
        venv.create(FOLDER, with_pip=False, clear=True, symlinks=True)
        _run_pip("--python", _python(), "install", "--require-hashes", "--only-binary=:all:", "--requirement", LOCK)
        installed.write_bytes(LOCK.read_bytes())
    shutil.rmtree(wheels, ignore_errors=True)  # that of another version may be there
    _run_pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, PROJECT)
    [wheel] = wheels.glob("*.whl")
    _run_pip("--python", _python(), "install", "--no-deps", "--no-index", "--force-reinstall", wheel)
    return _python().with_name("entra-sync-operator")


def _python() -> Path:
    return FOLDER / "bin" / "python"


def _run_pip(*words: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TAIL_LINES:])
        raise NotMeasuredError(f"pip could not install the operator into {FOLDER}:\n{tail}")
