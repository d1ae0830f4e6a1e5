"""The processes of one control plane: claim a folder, pick ports, start, wait until ready, stop."""

import fcntl
import http.client
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import fields
from pathlib import Path

from control_plane.certificates import Certificates
from control_plane.commands import Ports
from control_plane.errors import ControlPlaneError
from control_plane.programs.catalog import CONTROLLER_MANAGER

START_SECONDS = 60.0  # it takes under two; a loaded machine may take its time
STOP_SECONDS = 10.0

_POLL_SECONDS = 0.03
_ANSWER_SECONDS = 5.0
_TAIL_LINES = 15
_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_PORT_TAKEN = "address already in use"


class PortTakenError(Exception):
    """Someone was faster to take a port that was free a moment ago."""


@contextmanager
def claimed(folder: Path) -> Iterator[int]:
    """Hold the lock of a folder, and yield its descriptor for the supervisor to hold on to it.

    Raises ControlPlaneError if a control plane runs there.
    """
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ControlPlaneError(f"A control plane runs in {folder} already; take another folder.") from None
        yield lock.fileno()


def free_ports() -> Ports:
    """Pick free ports. All are held until all are known, so that they differ."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in fields(Ports)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return Ports(*(each.getsockname()[1] for each in sockets))


FEW_COLLECTIONS = {"GOGC": "1600", "GOMEMLIMIT": "512MiB"}
"""For servers that live for minutes: Go collects its garbage seldom, and at half a gigabyte at the latest.

A start takes a third less of the processor so, and each request less too.
"""


def launch(
    folder: Path, claim: int, programs: Mapping[str, Sequence[str]], ports: Ports, certificates: Certificates
) -> subprocess.Popen[bytes]:
    """Start the programs under a supervisor, wait until they are ready, and return the supervisor.

    None is left behind if that fails: with PortTakenError, or ControlPlaneError and what the logs say last.
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-I", "-S", _SUPERVISOR, folder, json.dumps(programs)],
        stdin=subprocess.PIPE,
        env=FEW_COLLECTIONS | os.environ,
        pass_fds=[claim],
        start_new_session=True,  # Ctrl-C is for whoever started us, who stops it in good order
    )
    context = certificates.client_context()
    _await(folder, supervisor, lambda: _is_ready(ports.api_server, context))
    return supervisor


def launch_controllers(
    folder: Path, supervisor: subprocess.Popen[bytes], command: Sequence[str], ports: Ports, certificates: Certificates
) -> None:
    """Have a supervisor, whose API server is ready, start the controller manager too, and wait until it is well.

    It is no sooner started because it waits for an API server for ten seconds only. If it fails all of the control
    plane ends, and errors are those of `launch`.
    """
    order = json.dumps({CONTROLLER_MANAGER: command}).encode() + b"\n"
    if supervisor.stdin is not None:
        with suppress(BrokenPipeError):  # it has ended: the wait says why
            os.write(supervisor.stdin.fileno(), order)
    context = certificates.client_context(with_admin=False)
    _await(folder, supervisor, lambda: _is_well(ports.controller_manager, context))


def stop_supervisor(supervisor: subprocess.Popen[bytes]) -> None:
    """Let the supervisor know that we are done, and wait until all has ended."""
    if supervisor.stdin is not None:
        supervisor.stdin.close()
    try:
        supervisor.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _await(folder: Path, supervisor: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    """Wait until something holds; stop the supervisor if it never does."""
    try:
        _look_until(folder, supervisor, holds)
    except BaseException:
        stop_supervisor(supervisor)
        raise


def _look_until(folder: Path, supervisor: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not holds():
        if supervisor.poll() is not None:
            said = _last_words(folder)
            if _PORT_TAKEN in said:
                raise PortTakenError
            raise ControlPlaneError(f"The control plane ended before it was ready.\n{said}")
        if time.monotonic() > deadline:
            words = _last_words(folder)
            raise ControlPlaneError(f"The control plane was not ready after {START_SECONDS:.0f} s.\n{words}")
        time.sleep(_POLL_SECONDS)


def _is_ready(port: int, context: ssl.SSLContext) -> bool:
    """Tell whether the API server is ready and has made its first namespaces, which it does a little later."""
    return _answer(port, context, ("/readyz", "/api/v1/namespaces/default"))


def _is_well(port: int, context: ssl.SSLContext) -> bool:
    """Tell whether the controller manager is well; nobody need say who he is to ask that."""
    return _answer(port, context, ("/healthz",))


def _answer(port: int, context: ssl.SSLContext, paths: Sequence[str]) -> bool:
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=_ANSWER_SECONDS)
    with closing(connection):
        try:
            return all(_answers(connection, path) for path in paths)
        except (OSError, http.client.HTTPException):
            return False


def _answers(connection: http.client.HTTPSConnection, path: str) -> bool:
    connection.request("GET", path)
    response = connection.getresponse()
    response.read()
    return response.status == http.client.OK


def _last_words(folder: Path) -> str:
    """Return the end of each log."""
    words = []
    for log in sorted((folder / "logs").glob("*.log")):
        if log.name != "audit.log":
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            words += [f"{log}:", *lines[-_TAIL_LINES:]]
    return "\n".join(words)
