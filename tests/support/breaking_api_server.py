"""An API server whose watches break: it answers calls about jobs, and never tells of a change."""

import json
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

from tests.support.paging_api_server import PagingApiServer, read_query, send

Call = BaseHTTPRequestHandler
TOKEN = "entrasync.io/requested-at"


def cut(call: Call) -> None:
    """Begin a watch, and break it off in the middle of an event."""
    _begin(call)
    call.wfile.write(b"20\r\n{")


def fall_silent(call: Call) -> None:
    """Begin a watch, and say nothing until the command hangs up."""
    _begin(call)
    never_answer(call)


def never_answer(call: Call) -> None:
    """Say nothing at all until the command hangs up."""
    with suppress(ConnectionError):
        call.rfile.read(1)


class BreakingApiServer(PagingApiServer):
    """Holds jobs by name. `refused` is the one that cannot be annotated."""

    def __init__(self, *names: str, break_watch: Callable[[Call], None] = cut, refused: str = "") -> None:
        self.jobs: dict[str, dict[str, Any]] = {
            name: {"metadata": {"namespace": "default", "name": name, "uid": name, "annotations": {}}} for name in names
        }
        super().__init__(list(self.jobs.values()))
        self.watches = 0
        self.is_lost_after_watch = False
        self.answers_at: int | None = None
        """The watch during which the operator answers, counted from 1."""
        self._break_watch = break_watch
        self._refused = refused

    def get(self, call: Call) -> None:
        """Answer a read or a list, or begin a watch and break it."""
        if "watch" in read_query(call):
            self._watch(call)
        elif (name := _name(call)) in self.jobs:
            send(call, 200, self.jobs[name])
        elif not (self.watches and self.is_lost_after_watch):  # else it hangs up
            super().get(call)

    def patch(self, call: Call) -> None:
        """Annotate a job, or refuse to."""
        job = self.jobs[_name(call)]
        body = _read_body(call)
        if job["metadata"]["name"] == self._refused:
            send(call, 500, {"kind": "Status", "message": "etcdserver: leader changed"})
            return
        job["metadata"]["annotations"] |= body["metadata"]["annotations"]
        send(call, 200, job)

    def post(self, call: Call) -> None:
        """Make a request."""
        body = _read_body(call)
        body["metadata"] |= {"namespace": "default", "name": "made", "uid": "made"}
        send(call, 201, body)

    def _watch(self, call: Call) -> None:
        self.watches += 1
        for job in self.jobs.values() if self.watches == self.answers_at else ():
            job["status"] = {"lastHandledReconcileAt": job["metadata"]["annotations"][TOKEN]}
        self._break_watch(call)


def _name(call: Call) -> str:
    return urlsplit(call.path).path.rsplit("/", 1)[-1]


def _read_body(call: Call) -> Any:
    return json.loads(call.rfile.read(int(call.headers["Content-Length"])))


def _begin(call: Call) -> None:
    call.send_response(200)
    call.send_header("Content-Type", "application/json")
    call.send_header("Transfer-Encoding", "chunked")
    call.end_headers()
    call.wfile.flush()
