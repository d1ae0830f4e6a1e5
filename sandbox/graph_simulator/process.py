import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

SOURCE_ROOT = Path(__file__).resolve().parents[1]


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
        """Write the command line, without the interpreter."""
        arguments = ["-m", "graph_simulator", "--dir", str(directory), "--die-with-parent"]
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
def run_process(directory: Path, launch: Launch) -> Iterator[dict[str, Any]]:
    """Run a simulator in a process of its own, from its ready line to the end of the block; gives its world.json.

    Raises:
        RuntimeError: It ended before it was ready; the message has the end of its log.
    """
    directory.mkdir(parents=True, exist_ok=True)
    log = directory / "simulator.log"
    environment = os.environ | {"PYTHONPATH": str(SOURCE_ROOT)}
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, *launch.list_arguments(directory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
        )
    with process:
        try:
            if process.stdout is None or not process.stdout.readline():
                raise RuntimeError(f"the simulator did not start:\n{log.read_text(errors='replace')[-4000:]}")
            yield json.loads((directory / "world.json").read_text(encoding="utf-8"))
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
