"""An API server that answers one kind of call: it lists SynchronizationJobs, page by page."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

Query = dict[str, str]


class PagingApiServer:
    """Holds the jobs that it lists. `lists` has the queries of all calls, and `forgets_at` makes a token expire."""

    def __init__(self, jobs: Sequence[dict[str, Any]]) -> None:
        self.lists: list[Query] = []
        self.forgets_at: int | None = None
        self._jobs = jobs

    def answer(self, query: Query) -> tuple[int, dict[str, Any]]:
        """Return the status and the body of a page. A token is the place of the page in the list."""
        self.lists.append(query)
        begin = int(query.get("continue", 0))
        if begin and begin == self.forgets_at:
            words = "The provided continue parameter is too old to display a consistent list result."
            return 410, {"kind": "Status", "code": 410, "reason": "Expired", "message": words}
        end = begin + int(query.get("limit", len(self._jobs)))
        token = str(end) if end < len(self._jobs) else ""
        metadata = {"resourceVersion": "1", **({"continue": token} if token else {})}
        return 200, {"kind": "SynchronizationJobList", "metadata": metadata, "items": self._jobs[begin:end]}

    def get(self, call: BaseHTTPRequestHandler) -> None:
        """Answer a GET."""
        send(call, *self.answer(read_query(call)))

    def patch(self, call: BaseHTTPRequestHandler) -> None:
        """Answer a PATCH."""
        send(call, 405, {})

    def post(self, call: BaseHTTPRequestHandler) -> None:
        """Answer a POST."""
        send(call, 405, {})

    @contextmanager
    def serve(self, kubeconfig: Path) -> Iterator[None]:
        """Answer until the end of the block, and write a kubeconfig that leads here."""
        get, patch, post = self.get, self.patch, self.post

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                get(self)

            def do_PATCH(self) -> None:
                patch(self)

            def do_POST(self) -> None:
                post(self)

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            _write_kubeconfig(kubeconfig, f"http://127.0.0.1:{server.server_port}")
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()


def read_query(call: BaseHTTPRequestHandler) -> Query:
    """Return the query of a call."""
    return {name: values[0] for name, values in parse_qs(urlsplit(call.path).query).items()}


def send(call: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    """Answer a call."""
    data = json.dumps(body).encode()
    call.send_response(status)
    call.send_header("Content-Type", "application/json")
    call.send_header("Content-Length", str(len(data)))
    call.end_headers()
    with suppress(ConnectionError):  # the command was ended
        call.wfile.write(data)


def _write_kubeconfig(file: Path, address: str) -> None:
    document = {
        "clusters": [{"name": "large", "cluster": {"server": address}}],
        "users": [{"name": "anna", "user": {"token": "of-anna"}}],
        "contexts": [{"name": "large", "context": {"cluster": "large", "user": "anna"}}],
        "current-context": "large",
    }
    file.write_text(yaml.safe_dump(document))
