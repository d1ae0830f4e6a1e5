"""Runs programs until the parent process ends: `python supervisor.py FOLDER PROGRAMS`.

Its standard input is a pipe whose other end only the parent holds, and each line on it names more programs to start,
or, with no command line, programs to kill.
However the parent ends, even by SIGKILL, the system closes that end; this process then kills its programs and ends.
That works on Linux and on macOS. The module imports only the standard library and is run as a file, so that it starts
in a few hundredths of a second.
"""

import ctypes
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

EXIT_PROGRAM_ENDED = 4

_PR_SET_PDEATHSIG = 1

Children = dict[str, subprocess.Popen[bytes]]


def main() -> int:
    """Start the programs, given as JSON (name to command line), wait for a reason to stop, and return an exit code."""
    folder, wakened = Path(sys.argv[1]), _signals()
    children: Children = {}
    try:
        _obey(sys.argv[2], children, folder)
        return _wait(children, folder, wakened=wakened)
    finally:
        _kill(children)


def _signals() -> socket.socket:
    """Turn signals into bytes on a socket, which can be waited for together with the parent's end."""
    wakened, waking = socket.socketpair()
    waking.setblocking(False)
    signal.set_wakeup_fd(waking.detach())
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    return wakened


def _obey(programs: str | bytes, children: Children, folder: Path) -> None:
    """Start programs by their command lines, and kill those that have none."""
    for name, command in json.loads(programs).items():
        if command is None:
            _kill({name: children.pop(name)})
        else:
            children[name] = _start(command, folder / "logs" / f"{name}.log")
    _write_process_ids(folder, {name: child.pid for name, child in children.items()})


def _start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=log.parent.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=_kill_with_supervisor(),
        )


def _kill_with_supervisor() -> Callable[[], None] | None:
    """On Linux, let the system kill the child even if this process itself is killed."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)

    def die_with_supervisor() -> None:
        library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

    return die_with_supervisor


def _write_process_ids(folder: Path, ids: Mapping[str, int]) -> None:
    partial = folder / "processes.json.partial"
    partial.write_text(json.dumps({"supervisor": os.getpid(), **ids}), encoding="utf-8")
    partial.replace(folder / "processes.json")


def _wait(children: Children, folder: Path, *, wakened: socket.socket) -> int:
    """Wait until the parent has ended or asks for the end, or a program ends by itself."""
    # The file has no buffer: a second line in it would not wake the selector.
    with open(0, "rb", buffering=0) as orders, selectors.DefaultSelector() as selector:
        selector.register(orders, selectors.EVENT_READ)
        selector.register(wakened, selectors.EVENT_READ)
        while all(child.poll() is None for child in children.values()):
            for key, _ in selector.select():
                if key.fileobj is wakened:
                    if {signal.SIGTERM, signal.SIGINT} & set(wakened.recv(64)):
                        return 0
                elif order := orders.readline():
                    _obey(order, children, folder)
                else:
                    return 0
    return EXIT_PROGRAM_ENDED


def _kill(children: Children) -> None:
    """Kill all programs: SIGTERM would let the API server wait for its watchers, and etcd's files survive SIGKILL."""
    for child in children.values():
        child.kill()
    for child in children.values():
        child.wait()


if __name__ == "__main__":
    sys.exit(main())
