"""Installs the operator as its image has it, and starts it from there.

Kopf imports `kubernetes` and httpx imports `rich` wherever they find them. The environment of the tests and the plugin
has both, and an operator that runs in it takes 11 MiB more than in a cluster.
"""

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from benchmarks.checkout import PROJECT
from benchmarks.errors import NotMeasuredError
from graph_simulator.process import Begin, Running
from release.errors import NotReleasableError
from release.steps.clean_install import install_lock, install_wheel, make_environment
from release.steps.distributions import build_distributions

FOLDER = PROJECT / "build" / "bench" / "operator"
LOCK = PROJECT / "requirements.lock"


def _begin(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    with log.open("ab") as output:
        return subprocess.Popen(
            [install_operator(), *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
        )


begin_installed_operator: Begin = _begin
"""Starts the installed operator."""


@cache
def install_operator() -> Path:
    """Install the locked dependencies and this checkout anew, once for all figures. Returns the program.

    Raises:
        NotMeasuredError: Something could not be built or installed; the message has the end of the tool's output.
    """
    try:
        python = make_environment(FOLDER)
        install_lock(python, LOCK)
        with tempfile.TemporaryDirectory(prefix="entra-sync-bench-") as folder:
            install_wheel(python, build_distributions(PROJECT, Path(folder)).wheel)
    except NotReleasableError as error:
        raise NotMeasuredError(f"the operator could not be installed into {FOLDER}: {error}") from error
    return python.with_name("entra-sync-operator")
