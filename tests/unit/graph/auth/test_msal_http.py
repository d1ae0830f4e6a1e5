"""How MSAL's calls end, and to whom they go."""

import asyncio
import ssl
from collections.abc import Collection

import httpx
import pytest

from entrasync.graph.auth import msal_http
from entrasync.graph.auth.login_response import LoginResponse
from entrasync.graph.auth.msal_http import MsalHttpClient


def answer(request: httpx.Request) -> httpx.Response:
    return httpx.Response(400, stream=httpx.ByteStream(b"no document"), request=request)


def make_client(hosts: Collection[str] | None, loop: asyncio.AbstractEventLoop) -> MsalHttpClient:
    tls = ssl.create_default_context()
    client = MsalHttpClient(tls, loop, hosts=hosts, transport=httpx.MockTransport(answer))
    client.start_login()
    return client


async def get(hosts: Collection[str] | None) -> LoginResponse:
    client = make_client(hosts, asyncio.get_running_loop())
    with pytest.raises(ValueError, match="no JSON object"):
        await asyncio.to_thread(client.get, "https://login.example/discovery")
    return client.last_response


async def end_all_tasks() -> None:
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})


class TestMsalHttpClient:
    def test_ends_its_call_although_the_loop_has_stopped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The process waits for the threads of its logins when it ends."""
        monkeypatch.setattr(msal_http, "LOGIN_SECONDS", 0.0)
        loop = asyncio.new_event_loop()
        client = make_client(["login.example"], loop)
        with pytest.raises(TimeoutError):
            client.get("https://login.example/discovery")
        loop.run_until_complete(end_all_tasks())  # else Python warns of a call that never began
        loop.close()

    async def test_is_for_the_machines_own_endpoint_without_hosts(self) -> None:
        assert (await get(None)).is_token_request

    async def test_is_for_no_host_with_an_empty_list_of_hosts(self) -> None:
        assert not (await get([])).is_token_request
