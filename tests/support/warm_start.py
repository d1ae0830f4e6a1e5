"""Operators and simulators forked from an interpreter that has imported their modules, which is most of a start.

They are still processes of their own, with their own arguments, environment and log, which tests may stop or
kill. Tests of the commands themselves, and the benchmarks, start the commands.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from entrasync.process import cli
from graph_simulator import __main__ as graph_simulator

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.preloaded"])


class ForkedProcess:
    """A forked process with the part of `subprocess.Popen` that its users need."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; raises `subprocess.TimeoutExpired`."""
        self._process.join(timeout)
        if (code := self._process.exitcode) is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout or 0)
        return code

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


def fork_operator(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
    """Start an operator. Its output is appended to the log, which exists at once."""
    return fork(cli.main, arguments, environment, log=log)


def fork_simulator(arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> ForkedProcess:
    """Start a Graph simulator. Its output is appended to the log, which exists at once."""
    return fork(graph_simulator.main, arguments, environment, log=log)


Main = Callable[[Sequence[str]], int | None]


def fork(main: Main, arguments: Sequence[str], environment: Mapping[str, str], *, log: Path) -> ForkedProcess:
    """Start a program. Its output is appended to the log, which exists at once."""
    log.touch()
    process = _CONTEXT.Process(target=_run, args=(main, arguments, environment, log), daemon=True)
    process.start()
    return ForkedProcess(process)


def _run(main: Main, arguments: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    with log.open("ab") as output:
        os.dup2(output.fileno(), sys.stdout.fileno())
        os.dup2(output.fileno(), sys.stderr.fileno())
    os.environ.clear()
    os.environ.update(environment)
    threading.Thread(target=_end_with_the_tester, daemon=True).start()
    sys.exit(main(arguments))


def _end_with_the_tester() -> None:
    """End when the tests end, however they do: the forking interpreter lives as long as one of its children."""
    if (tester := multiprocessing.parent_process()) is not None:
        tester.join()
        os.kill(os.getpid(), signal.SIGKILL)
