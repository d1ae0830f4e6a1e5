"""A proxy to a server on loopback that a test can cut as a network failure does, or make silent."""

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import yaml


class CuttableProxy:
    """Listens on a port of its own and passes bytes both ways. `with` closes it."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._calls: list[tuple[socket.socket, socket.socket]] = []
        self._is_open = threading.Event()
        self._is_open.set()
        self._threads = [threading.Thread(target=self._accept)]
        self.port: int = self._listener.getsockname()[1]

    @classmethod
    def to(cls, url: str) -> Self:
        """Make a proxy to the server of a URL."""
        return cls(urlsplit(url).port or 0)

    def write_kubeconfig(self, source: Path, target: Path) -> None:
        """Write a copy of a kubeconfig that leads through this proxy."""
        found = yaml.safe_load(source.read_text(encoding="utf-8"))
        found["clusters"][0]["cluster"]["server"] = f"https://127.0.0.1:{self.port}"
        target.write_text(yaml.safe_dump(found), encoding="utf-8")

    def cut(self) -> None:
        """Break every open connection. New ones pass."""
        for call in list(self._calls):
            _break(*call)

    def fall_silent(self) -> None:
        """Pass nothing on any more and answer nobody, without closing a connection, until `recover`."""
        self._is_open.clear()

    def recover(self) -> None:
        """Pass everything on again, also what has waited."""
        self._is_open.set()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.recover()
        _break(self._listener)
        self._threads[0].join()
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._serve, args=(near,)))
            self._threads[-1].start()

    def _serve(self, near: socket.socket) -> None:
        # The server may be away: then the call is broken, as a network does.
        with near, contextlib.suppress(ConnectionRefusedError), socket.create_connection(self._target) as far:
            self._calls.append((near, far))
            back = threading.Thread(target=self._pass_on, args=(far, near))
            back.start()
            self._pass_on(near, far)
            back.join()
            self._calls.remove((near, far))

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65536):
                self._is_open.wait()
                sink.sendall(content)
        _break(source, sink)


def _break(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
