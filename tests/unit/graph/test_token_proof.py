"""A credential that is to be proven now."""

import asyncio

import httpx
import pytest

from entrasync.core.errors import Stalled, Transient
from entrasync.graph.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.endpoints import CLOUDS
from entrasync.graph.tokens import TokenSource
from tests.support.scripted_graph import CLIENT, TENANT
from tests.support.scripted_login import ScriptedLogin


@pytest.fixture
def login() -> ScriptedLogin:
    return ScriptedLogin()


@pytest.fixture
def tokens(login: ScriptedLogin) -> TokenSource:
    credential = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue("secret", "a test")))
    return TokenSource(CLOUDS["Global"], credential, transport=login.transport)


class TestAProof:
    async def test_logs_in_though_a_token_is_cached(self, tokens: TokenSource) -> None:
        first = await tokens.token()
        second = await tokens.log_in()
        assert second.value != first.value
        assert await tokens.token() is second

    async def test_shares_a_login_that_is_under_way(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        one, two = await asyncio.gather(tokens.log_in(), tokens.token())
        assert one is two
        assert len(login.forms) == 1

    async def test_tells_of_trouble_though_the_token_before_is_good(
        self, tokens: TokenSource, login: ScriptedLogin
    ) -> None:
        first = await tokens.token()
        login.answer = httpx.Response(503)
        with pytest.raises(Transient):
            await tokens.log_in()
        assert await tokens.token() is first

    async def test_asks_anew_after_a_refusal(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        login.refuse(7000215, "Invalid client secret provided.")
        for _ in range(2):
            with pytest.raises(Stalled):
                await tokens.log_in()
        assert len(login.forms) == 2
