"""A proxy to an API server where somebody is always faster: each write meets a conflict once, and then passes."""

import asyncio
import json
import threading
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import aiohttp
import yaml
from aiohttp import web

from control_plane import ControlPlane

Contest = Literal["refused", "overtaken"]
"""How a write meets a conflict: the proxy refuses it (409), or edits the object before it passes the write on."""

_READS = {"GET", "HEAD"}
_MERGE = {"Content-Type": "application/merge-patch+json"}


class ContestedProxy:
    """Listens without TLS on a port of its own and passes calls on as the administrator. `with` runs and closes it."""

    def __init__(self, plane: ControlPlane, contest: Contest) -> None:
        self.contested: Counter[str] = Counter()
        """How many writes met a conflict, by method and by the path without namespaces and names."""
        self.port = 0
        self._plane = plane
        self._contest = contest
        self._tries: Counter[tuple[str, str, str]] = Counter()
        self._loop = asyncio.new_event_loop()
        self._is_open, self._end = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def write_kubeconfig(self, source: Path, target: Path) -> None:
        """Write a copy of a kubeconfig that leads through this proxy."""
        found = yaml.safe_load(source.read_text(encoding="utf-8"))
        found["clusters"][0]["cluster"] = {"server": f"http://127.0.0.1:{self.port}"}
        target.write_text(yaml.safe_dump(found), encoding="utf-8")

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_open.wait(60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()
        self._loop.close()

    async def _run(self) -> None:
        app = web.Application(client_max_size=0)
        app.router.add_route("*", "/{path:.*}", self._handle)
        connector = aiohttp.TCPConnector(ssl=self._plane.certificates.client_context(), limit=0)
        async with aiohttp.ClientSession(self._plane.url, connector=connector) as self._session:
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0, handler_cancellation=True)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.port = runner.addresses[0][1]
            self._is_open.set()
            await self._end.wait()
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if self._meets_conflict(request, body):
            if self._contest == "refused":
                conflict = {"kind": "Status", "status": "Failure", "reason": "Conflict", "code": 409}
                return web.json_response(conflict | {"message": "the object has been modified"}, status=409)
            await self._edit(request.path)
        return await self._pass_on(request, body)

    def _meets_conflict(self, request: web.Request, body: bytes) -> bool:
        """Whether a write is the first of two of its kind. A look by an empty patch is another kind than a change."""
        if request.method in _READS or (self._contest == "overtaken" and request.method != "PATCH"):
            return False
        content = json.loads(body)
        kind = (request.method, request.path, ",".join(sorted(content)) if isinstance(content, dict) else "JSON patch")
        self._tries[kind] += 1
        if self._tries[kind] % 2 == 0:
            return False
        self.contested[f"{request.method} {shorten_path(request.path)}"] += 1
        return True

    async def _edit(self, path: str) -> None:
        """Edit the object of a path, as somebody does who is faster."""
        merge = {"metadata": {"annotations": {"contested": str(self.contested.total())}}}
        url = path.removesuffix("/status")
        async with self._session.patch(url, data=json.dumps(merge), headers=_MERGE) as answer:
            assert answer.ok, await answer.text()

    async def _pass_on(self, request: web.Request, body: bytes) -> web.StreamResponse:
        headers = {name: request.headers[name] for name in ("Accept", "Content-Type") if name in request.headers}
        timeout = aiohttp.ClientTimeout(total=None)
        async with self._session.request(
            request.method, request.path_qs, data=body or None, headers=headers, timeout=timeout
        ) as answer:
            response = web.StreamResponse(
                status=answer.status, headers={"Content-Type": answer.headers["Content-Type"]}
            )
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            return response


def shorten_path(path: str) -> str:
    """Reduce a path to kind and subresource: `/apis/group/v1/namespaces/team/jobs/one/status` to `jobs/status`."""
    _, _, place = path.partition("/namespaces/")
    _, plural, *rest = place.split("/")
    return "/".join([plural, *rest[1:]])
