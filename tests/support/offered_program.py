"""Offers a function of the test's own process as a program on the PATH, so that a call costs no start of Python."""

import json
import socketserver
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

_SCRIPT = """#!{python} -IS
import json, os, socket, sys
with socket.create_connection(("127.0.0.1", {port})) as there:
    call = {{"words": sys.argv[1:], "folder": os.getcwd(), "variables": dict(os.environ)}}
    there.sendall(json.dumps(call).encode() + b"\\n")
    answer = json.loads(there.makefile().readline())
sys.stdout.write(answer["output"])
sys.exit(answer["error"] or 0)
"""


class CallFailedError(Exception):
    """The call fails. The message is what the program prints to standard error."""


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@contextmanager
def offer_program(path: Path, function: Callable[[list[str], Path, dict[str, str]], str]) -> Iterator[None]:
    """Write a program that calls a function with its words, its folder and its variables, and prints the answer."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(json.dumps(_answer(function, json.loads(self.rfile.readline()))).encode() + b"\n")

    with _Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        path.write_text(_SCRIPT.format(python=sys.executable, port=server.server_address[1]), encoding="utf-8")
        path.chmod(0o755)
        try:
            yield
        finally:
            server.shutdown()


def _answer(function: Callable[[list[str], Path, dict[str, str]], str], call: dict[str, Any]) -> dict[str, str]:
    try:
        return {"output": function(call["words"], Path(call["folder"]), call["variables"]), "error": ""}
    except Exception as error:  # noqa: BLE001  whatever it is, the shell that called must end
        return {"output": "", "error": str(error) if isinstance(error, CallFailedError) else repr(error)}
