"""Repeated logins: after a refusal, and to check a credential now."""

import asyncio
from pathlib import Path

import httpx
import pytest

from entrasync.core.decision.errors import Transient
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretFile, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import CLOUDS
from tests.support.halts import stalls
from tests.support.scripted_graph import CLIENT, TENANT
from tests.support.scripted_login import ScriptedLogin


@pytest.fixture
def login() -> ScriptedLogin:
    return ScriptedLogin()


@pytest.fixture
def tokens(login: ScriptedLogin) -> TokenSource:
    credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
    return TokenSource(CLOUDS["Global"], credential, transport=login.transport)


class TestRefusedProof:
    async def test_is_not_used_again_for_30_seconds(self) -> None:
        login, now = ScriptedLogin(), 0.0
        credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
        tokens = TokenSource(CLOUDS["Global"], credential, transport=login.transport, monotonic=lambda: now)
        login.refuse(7000215, "Invalid client secret provided.")
        for moment in (0.0, 3.0, 6.0, 29.0):
            now = moment
            with stalls(match="AADSTS7000215"):
                await tokens.get_token()
        assert len(login.forms) == 1
        now, login.answer = 31.0, None
        await tokens.get_token()

    async def test_is_replaced_by_another_within_seconds(self, tmp_path: Path) -> None:
        login, now, file = ScriptedLogin(), 0.0, tmp_path / "secret"
        credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretFile(file)))
        tokens = TokenSource(CLOUDS["Global"], credential, transport=login.transport, monotonic=lambda: now)
        file.write_text("old")
        login.refuse(7000215, "Invalid client secret provided.")
        with stalls():
            await tokens.get_token()
        file.write_text("new")
        now, login.answer = 3.0, None
        await tokens.get_token()
        assert [form["client_secret"] for form in login.forms] == ["old", "new"]

    async def test_is_told_apart_from_transient_trouble(self) -> None:
        login, now = ScriptedLogin(answer=httpx.Response(503)), 0.0
        credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
        tokens = TokenSource(CLOUDS["Global"], credential, transport=login.transport, monotonic=lambda: now)
        with pytest.raises(Transient):
            await tokens.get_token()
        now, login.answer = 3.0, None
        await tokens.get_token()


class TestLogIn:
    async def test_requests_a_token_although_one_is_cached(self, tokens: TokenSource) -> None:
        first = await tokens.get_token()
        second = await tokens.log_in()
        assert second.value != first.value
        assert await tokens.get_token() is second

    async def test_shares_a_login_that_is_under_way(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        one, two = await asyncio.gather(tokens.log_in(), tokens.get_token())
        assert one is two
        assert len(login.forms) == 1

    async def test_raises_although_the_last_token_is_still_valid(
        self, tokens: TokenSource, login: ScriptedLogin
    ) -> None:
        first = await tokens.get_token()
        login.answer = httpx.Response(503)
        with pytest.raises(Transient):
            await tokens.log_in()
        assert await tokens.get_token() is first

    async def test_asks_entra_again_after_a_refusal(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        login.refuse(7000215, "Invalid client secret provided.")
        for _ in range(2):
            with stalls():
                await tokens.log_in()
        assert len(login.forms) == 2
