"""Starts a control plane's processes, waits until they are ready, and stops them."""

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

START_TIMEOUT_SECONDS = 60.0  # an idle machine takes less than two
STOP_TIMEOUT_SECONDS = 10.0

_POLL_INTERVAL_SECONDS = 0.03
_REQUEST_TIMEOUT_SECONDS = 5.0
_TAIL_LINES = 15
_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_PORT_TAKEN = "address already in use"


class PortTakenError(Exception):
    """Another program took a port that was free a moment ago."""


@contextmanager
def locked_folder(folder: Path) -> Iterator[int]:
    """Lock a folder, and yield the lock's descriptor, which the supervisor keeps open.

    Raises:
        ControlPlaneError: A control plane runs in that folder.
    """
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ControlPlaneError(f"A control plane runs in {folder} already; take another folder.") from None
        yield lock.fileno()


def pick_free_ports() -> Ports:
    """Pick free ports, and hold each until all are known, so that they differ."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in fields(Ports)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return Ports(*(each.getsockname()[1] for each in sockets))


GO_MEMORY_SETTINGS = {"GOGC": "800", "GOMEMLIMIT": "1GiB"}
"""Settings for servers that run for minutes: Go collects garbage rarely, and at one gigabyte at the latest.

A start uses a third less processor time with them, and each request less too. Who keeps thousands of objects in such a
server sets GOMEMLIMIT in the environment: near the limit Go does little else than collect garbage.
"""


def launch(
    folder: Path, lock: int, programs: Mapping[str, Sequence[str]], ports: Ports, certificates: Certificates
) -> subprocess.Popen[bytes]:
    """Start the programs under a supervisor, wait until they are ready, and return the supervisor.

    If that fails, no process is left behind.

    Raises:
        PortTakenError: Another program took one of the ports.
        ControlPlaneError: The programs did not become ready; the message has the ends of the logs.
    """
    supervisor = subprocess.Popen(
        [sys.executable, "-I", "-S", _SUPERVISOR, folder, json.dumps(programs)],
        stdin=subprocess.PIPE,
        env=GO_MEMORY_SETTINGS | os.environ,
        pass_fds=[lock],
        start_new_session=True,  # Ctrl-C must reach only this process, which stops the supervisor
    )
    context = certificates.client_context()
    _await(folder, supervisor, lambda: _is_ready(ports.api_server, context))
    return supervisor


def launch_controllers(
    folder: Path, supervisor: subprocess.Popen[bytes], command: Sequence[str], ports: Ports, certificates: Certificates
) -> None:
    """Let a supervisor whose API server is ready start the controller manager too, and wait until it is healthy.

    It is started late because it waits only ten seconds for an API server. If it fails, the whole control plane ends,
    and the errors are those of `launch`.
    """
    _order(supervisor, {CONTROLLER_MANAGER: command})
    context = certificates.client_context(with_admin=False)
    _await(folder, supervisor, lambda: _is_healthy(ports.controller_manager, context))


def kill_programs(folder: Path, supervisor: subprocess.Popen[bytes], names: Sequence[str]) -> None:
    """Let a supervisor kill programs, and wait until they have ended. The others go on.

    If it fails, the whole control plane ends, and the errors are those of `launch`.
    """
    _order(supervisor, dict.fromkeys(names))
    _await(folder, supervisor, lambda: not set(names) & read_process_ids(folder).keys())


def start_again(
    folder: Path,
    supervisor: subprocess.Popen[bytes],
    programs: Mapping[str, Sequence[str]],
    ports: Ports,
    certificates: Certificates,
) -> None:
    """Let a supervisor start programs that were killed, and wait until the API server is ready.

    If it fails, the whole control plane ends, and the errors are those of `launch`.
    """
    _order(supervisor, programs)
    context = certificates.client_context()
    _await(
        folder,
        supervisor,
        lambda: set(programs) <= read_process_ids(folder).keys() and _is_ready(ports.api_server, context),
    )


def read_process_ids(folder: Path) -> dict[str, int]:
    """Read the ids of the processes that run, by name. The supervisor's is among them."""
    ids: dict[str, int] = json.loads((folder / "processes.json").read_text(encoding="utf-8"))
    return ids


def _order(supervisor: subprocess.Popen[bytes], programs: Mapping[str, Sequence[str] | None]) -> None:
    """Tell a supervisor what to start, and, by None, what to kill."""
    if supervisor.stdin is not None:
        with suppress(BrokenPipeError):  # the supervisor has ended; the wait that follows reports why
            os.write(supervisor.stdin.fileno(), json.dumps(programs).encode() + b"\n")


def stop_supervisor(supervisor: subprocess.Popen[bytes]) -> None:
    """End the supervisor by closing its input, and wait until its programs have ended too."""
    if supervisor.stdin is not None:
        supervisor.stdin.close()
    try:
        supervisor.wait(STOP_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def _await(folder: Path, supervisor: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    """Wait until a condition holds; stop the supervisor if it does not."""
    try:
        _poll_until(folder, supervisor, holds)
    except BaseException:
        stop_supervisor(supervisor)
        raise


def _poll_until(folder: Path, supervisor: subprocess.Popen[bytes], holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not holds():
        if supervisor.poll() is not None:
            logs = _read_log_ends(folder)
            if _PORT_TAKEN in logs:
                raise PortTakenError
            raise ControlPlaneError(f"The control plane ended before it was ready.\n{logs}")
        if time.monotonic() > deadline:
            logs = _read_log_ends(folder)
            raise ControlPlaneError(f"The control plane was not ready after {START_TIMEOUT_SECONDS:.0f} s.\n{logs}")
        time.sleep(_POLL_INTERVAL_SECONDS)


def _is_ready(port: int, context: ssl.SSLContext) -> bool:
    """Check whether the API server is ready and has created its first namespaces, which it does a little later."""
    return _answer(port, context, ("/readyz", "/api/v1/namespaces/default"))


def _is_healthy(port: int, context: ssl.SSLContext) -> bool:
    """Check whether the controller manager is healthy, which needs no credentials."""
    return _answer(port, context, ("/healthz",))


def _answer(port: int, context: ssl.SSLContext, paths: Sequence[str]) -> bool:
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=_REQUEST_TIMEOUT_SECONDS)
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


def _read_log_ends(folder: Path) -> str:
    """Return the end of each log."""
    ends = []
    for log in sorted((folder / "logs").glob("*.log")):
        if log.name != "audit.log":
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
            ends += [f"{log}:", *lines[-_TAIL_LINES:]]
    return "\n".join(ends)
