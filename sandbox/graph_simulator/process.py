"""Runs the simulator, or another Python module, as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

SOURCE_ROOT = Path(__file__).resolve().parents[1]
POLL_INTERVAL_SECONDS = 0.01


class Running(Protocol):
    """A started process, with the methods of `subprocess.Popen` that callers use."""

    pid: int

    def poll(self) -> int | None:
        """Return its exit code; None while it runs."""
        ...

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return its exit code.

        Raises:
            subprocess.TimeoutExpired: It has not ended after `timeout` seconds.
        """
        ...

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""
        ...

    def kill(self) -> None:
        """End it by SIGKILL."""
        ...


Begin = Callable[[Sequence[str], Mapping[str, str], Path], Running]
"""Starts a program with arguments and environment, and appends its output to a file, which it creates at once."""


def begin_module(module: str, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """Start `python -m MODULE` in a new interpreter."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
        )


begin_simulator: Begin = partial(begin_module, "graph_simulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start a simulator; the fields are the options of its command line."""

    port: int = 0
    metadata_port: int = 0
    clock_start: datetime | None = None
    clock_origin: float | None = None
    clock_rate: float = 1.0
    clock_frozen: bool = False
    latency_ms: float = 0.0
    seed: int = 1
    world: Path | None = None

    def list_arguments(self, directory: Path) -> list[str]:
        """List the arguments of the command line."""
        arguments = ["--dir", str(directory), "--die-with-parent"]
        numbers = {"port": self.port, "metadata-port": self.metadata_port, "clock-rate": self.clock_rate}
        numbers |= {"latency-ms": self.latency_ms, "seed": self.seed}
        arguments += [word for name, number in numbers.items() for word in (f"--{name}", str(number))]
        if self.clock_start is not None:
            arguments += ["--clock-start", self.clock_start.isoformat()]
        if self.clock_origin is not None:
            arguments += ["--clock-origin", str(self.clock_origin)]
        if self.clock_frozen:
            arguments.append("--clock-frozen")
        if self.world is not None:
            arguments += ["--world", str(self.world)]
        return arguments


@contextmanager
def run_process(directory: Path, launch: Launch, *, begin: Begin = begin_simulator) -> Iterator[dict[str, Any]]:
    """Run a simulator in a process of its own until the end of the block, and yield its world.json once it is ready.

    Raises:
        RuntimeError: It ended before it was ready; the message has the end of its log.
    """
    directory.mkdir(parents=True, exist_ok=True)
    world, log = directory / "world.json", directory / "simulator.log"
    world.unlink(missing_ok=True)
    process = begin(launch.list_arguments(directory), os.environ | {"PYTHONPATH": str(SOURCE_ROOT)}, log)
    try:
        while not world.exists():
            if process.poll() is not None:
                raise RuntimeError(f"the simulator did not start:\n{log.read_text(errors='replace')[-4000:]}")
            time.sleep(POLL_INTERVAL_SECONDS)
        yield json.loads(world.read_text(encoding="utf-8"))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
