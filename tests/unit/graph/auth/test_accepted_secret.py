"""Which client secret was accepted last, and whether its token is still there, without any login."""

from pathlib import Path

import pytest

from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretFile, SecretText
from entrasync.graph.auth.tokens import TokenSource
from tests.support.halts import stalls
from tests.support.scripted_credentials import CREDENTIALS, GLOBAL
from tests.support.scripted_graph import CLIENT, TENANT
from tests.support.scripted_login import ScriptedLogin


class TestAcceptedSecret:
    async def test_is_the_one_of_the_last_login_that_entra_accepted(self, tmp_path: Path) -> None:
        login, file = ScriptedLogin(), tmp_path / "client-secret"
        file.write_text("first")
        tokens = TokenSource(
            GLOBAL, AppCredential(TENANT, CLIENT, ClientSecret(SecretFile(file))), transport=login.transport
        )
        assert tokens.accepted_secret is None
        await tokens.log_in()
        assert tokens.accepted_secret == SecretText("first")
        file.write_text("second")
        login.refuse(7000215, "Invalid client secret provided.")
        with stalls():
            await tokens.log_in()
        assert tokens.accepted_secret == SecretText("first")
        login.answer = None
        await tokens.log_in()
        assert tokens.accepted_secret == SecretText("second")

    @pytest.mark.parametrize("kind", sorted(CREDENTIALS.keys() - {"secret"}))
    async def test_is_none_of_another_kind_of_proof(self, kind: str) -> None:
        tokens = TokenSource(GLOBAL, CREDENTIALS[kind], transport=ScriptedLogin().transport)
        await tokens.log_in()
        assert tokens.accepted_secret is None


class TestPeekToken:
    async def test_returns_the_cached_token_until_it_is_due_to_be_renewed_and_never_logs_in(self) -> None:
        login, now = ScriptedLogin(), 0.0
        tokens = TokenSource(GLOBAL, CREDENTIALS["secret"], transport=login.transport, monotonic=lambda: now)
        assert tokens.peek_token() is None
        token = await tokens.get_token()
        now = 3298.0
        assert tokens.peek_token() is token
        now = 3300.0
        assert tokens.peek_token() is None
        assert len(login.token_requests) == 1
