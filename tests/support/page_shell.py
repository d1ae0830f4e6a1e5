"""Runs the commands of pages in a shell, as their readers do."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.cluster import Cluster
from tests.support.helm import ROOT, Helm


def run_page_command(command: str, *, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end. A variable that is not set is an error."""
    return subprocess.run(  # noqa: S602  # our own pages, whose commands are meant for a shell
        f"set -u; {command}",
        shell=True,
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )


def prepare_checkout(folder: Path, helm: Helm, cluster: Cluster) -> None:
    """Give a folder what the pages name in a checkout, and `helm` and `kubectl` in its folder `bin`."""
    (folder / "bin").mkdir(parents=True)
    for name, program in {"helm": helm.program, "kubectl": cluster.plane.binaries["kubectl"]}.items():
        (folder / "bin" / name).symlink_to(program)
    for name in ("charts", "examples"):
        (folder / name).symlink_to(ROOT / name)
