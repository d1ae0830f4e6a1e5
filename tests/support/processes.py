"""Processes as the system lists them, and this project's commands in processes of their own."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def running(process_ids: Iterable[int]) -> list[int]:
    """Return the processes that run. A process that has ended but was not collected yet does not."""
    return [each for each in process_ids if _state(each) not in {"", "Z"}]


def run_module(module: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run `python -m MODULE` to its end, and keep its output."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def start_module(module: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    """Start `python -m MODULE` with a pipe as its standard input."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def _state(process_id: int) -> str:
    asked = ["ps", "-o", "stat=", "-p", str(process_id)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()[:1]
