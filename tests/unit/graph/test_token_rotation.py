"""A credential that rotates, and one that is to be proven now."""

import asyncio
from dataclasses import dataclass, field

import httpx
import pytest

from entrasync.api.conditions import Reason
from entrasync.core.errors import Stalled, Transient
from entrasync.graph.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.endpoints import CLOUDS
from entrasync.graph.tokens import TokenSource
from tests.support.scripted_graph import CLIENT, TENANT
from tests.support.scripted_login import ScriptedLogin

OTHER = "33333333-3333-3333-3333-333333333333"


@dataclass(frozen=True)
class Gate:
    """A source that can be held back."""

    value: str
    where: str = "a test"
    is_open: asyncio.Event = field(default_factory=asyncio.Event, compare=False)

    async def read(self) -> str:
        await self.is_open.wait()
        return self.value


def secret(value: str, *, tenant: str = TENANT, client: str = CLIENT) -> AppCredential:
    return AppCredential(tenant, client, ClientSecret(SecretValue(value, "a test")))


@pytest.fixture
def login() -> ScriptedLogin:
    return ScriptedLogin()


@pytest.fixture
def tokens(login: ScriptedLogin) -> TokenSource:
    return TokenSource(CLOUDS["Global"], secret("old"), transport=login.transport)


def sent(login: ScriptedLogin) -> list[str]:
    return [form["client_secret"] for form in login.forms]


class TestAnotherCredential:
    async def test_logs_in_at_the_next_look(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        first = await tokens.token()
        tokens.use(secret("new"))
        second = await tokens.token()
        assert second.value != first.value
        assert await tokens.token() is second
        assert sent(login) == ["old", "new"]

    async def test_that_is_equal_changes_nothing(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        first = await tokens.token()
        tokens.use(secret("old"))
        assert await tokens.token() is first
        assert len(login.forms) == 1

    async def test_shows_no_roles_of_another_app(self, tokens: TokenSource) -> None:
        await tokens.token()
        tokens.use(secret("new"))
        assert tokens.roles() == ("r",)
        tokens.use(secret("new", client=OTHER))
        assert tokens.roles() == ()

    async def test_that_is_refused_ends_the_token_before(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        await tokens.token()
        tokens.use(secret("wrong"))
        login.refuse(7000215, "Invalid client secret provided.")
        for _ in range(2):
            with pytest.raises(Stalled) as caught:
                await tokens.token()
            assert caught.value.reason is Reason.CREDENTIAL_REFUSED

    async def test_leaves_the_token_before_while_entra_is_in_trouble(
        self, tokens: TokenSource, login: ScriptedLogin
    ) -> None:
        first = await tokens.token()
        tokens.use(secret("new"))
        login.answer = httpx.Response(503)
        assert await tokens.token() is first

    async def test_of_another_app_does_not_go_on_with_the_token_before(
        self, tokens: TokenSource, login: ScriptedLogin
    ) -> None:
        await tokens.token()
        tokens.use(secret("new", client=OTHER))
        login.answer = httpx.Response(503)
        with pytest.raises(Transient):
            await tokens.token()

    async def test_mends_a_refusal_at_once(self, tokens: TokenSource, login: ScriptedLogin) -> None:
        login.refuse(7000215, "Invalid client secret provided.")
        with pytest.raises(Stalled):
            await tokens.token()
        login.answer = None
        tokens.use(secret("new"))
        assert (await tokens.token()).app_id == CLIENT

    def test_of_another_tenant_is_for_another_source(self, tokens: TokenSource) -> None:
        with pytest.raises(ValueError, match="tenant"):
            tokens.use(secret("old", tenant=OTHER))

    async def test_overtakes_a_login_that_is_under_way(self, login: ScriptedLogin) -> None:
        slow = Gate("old")
        old = AppCredential(TENANT, CLIENT, ClientSecret(slow))
        tokens = TokenSource(CLOUDS["Global"], old, transport=login.transport)
        waiting = asyncio.create_task(tokens.token())
        await asyncio.sleep(0)
        tokens.use(secret("new"))
        new = await tokens.token()
        slow.is_open.set()
        assert (await waiting).value == new.value, "what became of the old one counts no more"
        assert await tokens.token() is new
        assert sent(login) == ["new", "old"]


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
