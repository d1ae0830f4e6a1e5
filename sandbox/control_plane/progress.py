"""Tell whoever waits how a long step goes: a line that counts on a terminal, a line now and then elsewhere."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from control_plane.errors import CommandFailedError

QUIET_SECONDS = 15.0  # without a terminal: often enough to see life, seldom enough for a CI log
TAIL_LINES = 20


def say(text: str) -> None:
    """Write a line to standard error; standard output is for answers."""
    print(text, file=sys.stderr, flush=True)


class Step:
    """One long step and the time it takes."""

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = stream or sys.stderr
        self._live = self._stream.isatty()
        self._started = time.monotonic()
        self._said = self._started
        self._print(f"{label} ...")

    @property
    def seconds(self) -> float:
        """How long the step has taken so far."""
        return time.monotonic() - self._started

    def tick(self, detail: str = "") -> None:
        """Show that the step is alive. Call it about once a second."""
        now = time.monotonic()
        if self._live or now - self._said >= QUIET_SECONDS:
            self._said = now
            self._print(f"{self._label} ... {self.seconds:.0f} s{detail and ', ' + detail}")

    def done(self, *, well: bool = True) -> None:
        """Show that the step has ended, and after how long."""
        self._print(f"{self._label}: {'done in' if well else 'failed after'} {self.seconds:.0f} s", last=True)

    def _print(self, text: str, *, last: bool = False) -> None:
        if self._live:
            # Erase what the line held before; only the last state of it stays.
            print(f"\r\033[K{text}", end="\n" if last else "", file=self._stream, flush=True)
        else:
            print(text, file=self._stream, flush=True)


def run_step(
    label: str, command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a command quietly, showing the time; raise CommandFailedError with its last lines if it fails."""
    step = Step(label)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        with subprocess.Popen(
            [os.fspath(part) for part in command],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            code = _wait(process, step)
        step.done(well=code == 0)
        if code:
            output.seek(0)
            tail = "".join(output.readlines()[-TAIL_LINES:]).rstrip()
            raise CommandFailedError(f"{label}: {Path(command[0]).name} ended with exit code {code}. It said:\n{tail}")


def _wait(process: subprocess.Popen[bytes], step: Step) -> int:
    while True:
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            step.tick()
