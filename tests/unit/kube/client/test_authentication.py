"""How the operator proves who it is to the API server, and what follows when the API server does not accept that."""

from pathlib import Path
from typing import Any

import aiohttp
import kopf
import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer

from entrasync.kube.client import authentication as module
from entrasync.kube.client.authentication import Authentication, NotAuthenticated, find_token_file


class TokenServer:
    """Accepts one token. Remembers all that it was shown."""

    def __init__(self) -> None:
        self.accepted, self.shown = "first", list[str]()
        self.app = web.Application()
        self.app.router.add_get("/", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        self.shown.append(request.headers.get("Authorization", ""))
        return web.Response(status=200 if self.shown[-1] == f"Bearer {self.accepted}" else 401)


async def call(server: BaseTestServer, authentication: Authentication) -> int:
    async with (
        aiohttp.ClientSession(middlewares=[authentication.authenticate]) as session,
        session.get(server.make_url("/")) as answer,
    ):
        return answer.status


class TestAuthentication:
    async def test_the_token_is_read_again_for_each_request(self, tmp_path: Path) -> None:
        accepting, file = TokenServer(), tmp_path / "token"
        file.write_text("first\n")
        authentication = Authentication(file)
        async with TestServer(accepting.app) as server:
            assert await call(server, authentication) == 200
            accepting.accepted = "second"
            file.write_text("second\n")
            assert await call(server, authentication) == 200
        assert accepting.shown == ["Bearer first", "Bearer second"]

    async def test_a_token_that_is_not_accepted_is_told_of_once_until_it_is_accepted_again(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        accepting, file = TokenServer(), tmp_path / "token"
        file.write_text("expired")
        authentication = Authentication(file)
        caplog.set_level("INFO", "entrasync")
        async with TestServer(accepting.app) as server:
            for _ in range(3):
                with pytest.raises(NotAuthenticated):
                    await call(server, authentication)
            assert authentication.find_fault() == "the API server does not accept the operator's credentials (401)"
            [line] = caplog.messages
            assert f"Renew the token in {file}" in line
            file.write_text("first")
            await call(server, authentication)
        assert authentication.find_fault() is None
        assert caplog.messages[1:] == ["The API server accepts the operator's credentials again."]

    async def test_credentials_that_only_a_start_reads_ask_for_a_start(self, caplog: pytest.LogCaptureFixture) -> None:
        async with TestServer(TokenServer().app) as server:
            with pytest.raises(NotAuthenticated):
                await call(server, Authentication(None))
        assert "Renew what KUBECONFIG names, and start the operator again." in caplog.messages[0]

    async def test_a_token_that_cannot_be_read_is_a_fault_of_the_same_kind(self, tmp_path: Path) -> None:
        authentication = Authentication(tmp_path / "gone")
        async with TestServer(TokenServer().app) as server:
            with pytest.raises(NotAuthenticated):
                await call(server, authentication)
        assert authentication.find_fault() == "the operator's token for the API server cannot be read"


def write_kubeconfig(path: Path, context: str, **users: dict[str, Any]) -> None:
    content = {
        "current-context": context,
        "contexts": [{"name": name, "context": {"user": name}} for name in users],
        "users": [{"name": name, "user": user} for name, user in users.items()],
    }
    path.write_text(yaml.safe_dump(content))


class TestFindTokenFile:
    INFO = kopf.ConnectionInfo(server="https://api.example")

    def test_the_file_of_the_users_context_is_found_relative_to_the_kubeconfig(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_kubeconfig(tmp_path / "config", "one", one={"tokenFile": "tokens/one"}, other={"tokenFile": "/other"})
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        assert find_token_file(self.INFO) == tmp_path / "tokens/one"

    def test_the_first_of_several_files_wins(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_kubeconfig(tmp_path / "first", "one", one={"tokenFile": "/first"})
        write_kubeconfig(tmp_path / "second", "other", one={"tokenFile": "/second"}, other={"tokenFile": "/other"})
        monkeypatch.setenv("KUBECONFIG", f"{tmp_path / 'first'}:{tmp_path / 'missing'}:{tmp_path / 'second'}")
        assert find_token_file(self.INFO) == Path("/first")

    def test_a_user_with_a_token_of_its_own_has_no_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_kubeconfig(tmp_path / "config", "one", one={"token": "whole"})
        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        assert find_token_file(self.INFO) is None

    def test_a_pod_has_the_file_of_its_service_account(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "SERVICE_ACCOUNT_TOKEN", tmp_path / "token")
        (tmp_path / "token").write_text("of the pod")
        info = kopf.ConnectionInfo(server="https://kubernetes.default.svc", token="of the pod")
        assert find_token_file(info) == tmp_path / "token"
