"""A redirect of the API server: what was asked, and the token that proves who asks, goes to no other host."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import kopf
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from entrasync.kube.client.api_client import ApiClient
from entrasync.kube.client.authentication import Authentication
from entrasync.kube.client.session import open_session
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable


@dataclass
class Servers:
    """An API server, another server, and a client of the first. `received` has the requests of both."""

    client: ApiClient
    received: list[str] = field(default_factory=list)
    location: str = ""
    other: str = ""


@pytest.fixture
async def servers(tmp_path: Path) -> AsyncIterator[Servers]:
    async def redirect(request: web.Request) -> web.Response:
        found.received.append(f"api server: {request.method} {request.path}")
        if request.path == "/moved":
            return web.json_response({"moved": True})
        return web.Response(status=int(request.query.get("status", "307")), headers={"Location": found.location})

    async def answer(request: web.Request) -> web.Response:
        found.received.append(f"other: {request.method} {request.headers.get('Authorization')}")
        return web.json_response({})

    token = tmp_path / "token"
    token.write_text("toy~token")
    async with TestServer(_app(redirect)) as api_server, TestServer(_app(answer)) as other:
        info = kopf.ConnectionInfo(server=str(api_server.make_url("/")).rstrip("/"))
        session = open_session(info, authentication=Authentication(token))
        found = Servers(ApiClient(info.server, session.aiohttp_session), other=str(other.make_url("/")))
        yield found
        await session.aiohttp_session.close()


def _app(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.Application:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    return app


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_to_another_host_is_not_followed(servers: Servers, method: str, status: int) -> None:
    servers.location = servers.other
    body = {"a": 1} if method == "PATCH" else None
    with pytest.raises(ApiServerUnavailable, match="which is not followed"):
        await servers.client.call(method, "/api", query={"status": str(status)}, body=body)
    assert servers.received == [f"api server: {method} /api"]


async def test_of_a_watch_is_not_followed_either(servers: Servers) -> None:
    servers.location = servers.other
    with pytest.raises(ApiServerUnavailable, match="which is not followed"):
        await anext(servers.client.watch("/api", query={}))
    assert len(servers.received) == 1


async def test_within_the_api_server_is_followed(servers: Servers) -> None:
    servers.location = "/moved"
    assert await servers.client.call("GET", "/api") == {"moved": True}
