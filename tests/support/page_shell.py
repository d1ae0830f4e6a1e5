"""Runs the commands of pages in a shell, as their readers do."""

import subprocess
from collections.abc import Mapping
from pathlib import Path


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
