"""Runs `kubectl entrasync` as a user would: with a kubeconfig, and on a terminal where its looks matter."""

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kubectl_entrasync import __main__ as program

_COLUMNS, _LINES = 80, 40

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b\]8;[^\x1b]*\x1b\\")
"""Colours and the like, and the addresses of links."""


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    code: int
    output: str
    errors: str

    @property
    def document(self) -> Any:
        """The output as JSON."""
        return json.loads(self.output)


@dataclass(frozen=True)
class Plugin:
    """Runs commands in this process, each with the same kubeconfig."""

    kubeconfig: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def run(self, *arguments: str) -> Answer:
        """Run a command to its end."""
        self.monkeypatch.setenv("KUBECONFIG", str(self.kubeconfig))
        self.monkeypatch.setattr(sys, "argv", ["kubectl-entrasync", *arguments])
        self.capsys.readouterr()
        code = 0
        try:
            program.main()
        except SystemExit as end:
            code = int(end.code or 0)
        output, errors = self.capsys.readouterr()
        return Answer(code, output, errors)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command that goes on until it is ended."""
        command = (sys.executable, "-m", "kubectl_entrasync", *arguments)
        environment = {**os.environ, "KUBECONFIG": str(self.kubeconfig)}
        # What a shell starts in the background ignores Ctrl-C, and its children would too.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)

    def run_on_terminal(self, *arguments: str, typed: str = "") -> tuple[int, list[str]]:
        """Run a command on a terminal of 80 columns. Returns its exit code and the lines on the screen."""
        environment = {**os.environ, "KUBECONFIG": str(self.kubeconfig), "TERM": "xterm"}
        return run_on_terminal((sys.executable, "-m", "kubectl_entrasync", *arguments), environment, typed=typed)


def run_on_terminal(
    command: Sequence[str], environment: Mapping[str, str], *, typed: str = ""
) -> tuple[int, list[str]]:
    """Run a command on a terminal of 80 columns, where somebody has typed.

    Returns its exit code and the lines on the screen, without colours.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _LINES, _COLUMNS, 0, 0))
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=dict(environment)) as process:
        os.close(theirs)
        os.write(ours, typed.encode())
        screen = b"".join(_read(ours)).decode()
    os.close(ours)
    return process.returncode, [line.rstrip() for line in _CONTROL.sub("", screen).splitlines()]


def _read(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # the program has ended, and nobody holds the other side any more
            return
        if not chunk:
            return
        yield chunk
