"""Shows the progress of long steps, by a line that counts on a terminal and by occasional lines elsewhere."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TextIO

from control_plane.errors import CommandFailedError

PLAIN_INTERVAL_SECONDS = 15.0  # between two lines without a terminal: rare enough for a CI log
TAIL_LINES = 20


def say(text: str) -> None:
    """Write a line to standard error; standard output is for results."""
    print(text, file=sys.stderr, flush=True)


class Step:
    """A long step and the time it takes."""

    def __init__(self, label: str, stream: TextIO | None = None) -> None:
        self._label = label
        self._stream = stream or sys.stderr
        self._is_terminal = self._stream.isatty()
        self._started = time.monotonic()
        self._said = self._started
        self._print(f"{label} ...")

    @property
    def seconds(self) -> float:
        """Seconds since the step began."""
        return time.monotonic() - self._started

    def tick(self, detail: str = "") -> None:
        """Show that the step is still running. Callers call this about once a second."""
        now = time.monotonic()
        if self._is_terminal or now - self._said >= PLAIN_INTERVAL_SECONDS:
            self._said = now
            self._print(f"{self._label} ... {self.seconds:.0f} s{detail and ', ' + detail}")

    def done(self, *, succeeded: bool = True) -> None:
        """Show that the step has ended, and after how long."""
        self._print(f"{self._label}: {'done in' if succeeded else 'failed after'} {self.seconds:.0f} s", last=True)

    def _print(self, text: str, *, last: bool = False) -> None:
        if self._is_terminal:
            # Erase what the line held before, so that only its last state stays.
            print(f"\r\033[K{text}", end="\n" if last else "", file=self._stream, flush=True)
        else:
            print(text, file=self._stream, flush=True)


def run_step(
    label: str, command: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a command, and show only the time that it takes.

    Raises:
        CommandFailedError: It failed; the message has the end of its output.
    """
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
        step.done(succeeded=code == 0)
        if code:
            output.seek(0)
            tail = "".join(output.readlines()[-TAIL_LINES:]).rstrip()
            raise CommandFailedError(
                f"{label}: {Path(command[0]).name} ended with exit code {code}. Its output ends:\n{tail}"
            )


def _wait(process: subprocess.Popen[bytes], step: Step) -> int:
    while True:
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            step.tick()
