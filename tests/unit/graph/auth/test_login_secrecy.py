"""Neither a proof nor a token shows in errors, logs and representations."""

import logging
import traceback

import httpx
import pytest

from entrasync.core.decision.errors import EntraSyncError
from tests.support.scripted_credentials import (
    ACCOUNT_TOKEN,
    APPS,
    CREDENTIALS,
    PAIR,
    log_in_refused,
    make_source,
)
from tests.support.scripted_graph import SECRET
from tests.support.scripted_login import ScriptedLogin
from tests.support.secret_forms import find_pieces


class TestQuotedResponse:
    """Entra, or a proxy before it, may repeat what it received."""

    @pytest.mark.parametrize("kind", APPS)
    async def test_shows_nothing_that_was_sent(self, kind: str) -> None:
        login = ScriptedLogin(repeats_proof=True)
        login.refuse(50027, "It was refused.")
        error = await log_in_refused(login, CREDENTIALS[kind])
        [form] = login.forms
        sent = [form[name] for name in ("client_secret", "client_assertion") if name in form]
        assert find_pieces(error.message, *sent) == []
        assert "Got '*'" in error.message
        assert "AADSTS50027: It was refused." in error.message

    async def test_shows_nothing_of_a_private_key(self) -> None:
        login = ScriptedLogin()
        login.refuse(700027, f"Signed by {' '.join(PAIR.private_key.splitlines()[1:4])}, it seems.")
        error = await log_in_refused(login, CREDENTIALS["certificate"])
        assert "Signed by *, it seems." in error.message

    async def test_shows_no_header_that_authenticates_to_the_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("IDENTITY_ENDPOINT", "http://localhost/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "canary-of-the-machine")
        body = {"error": "invalid_request", "error_description": "Bad header canary-of-the-machine."}
        error = await log_in_refused(ScriptedLogin(answer=httpx.Response(400, json=body)), CREDENTIALS["managed"])
        assert "Bad header *." in error.message

    @pytest.mark.parametrize("status", [200, 400, 403, 429, 503])
    @pytest.mark.parametrize("is_discovery", [True, False])
    async def test_shows_no_page_of_a_proxy(
        self, status: int, is_discovery: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        """MSAL would log it whole, with all that it repeats and any number of lines."""
        caplog.set_level(logging.DEBUG)
        login, page = ScriptedLogin(), httpx.Response(status, text=f"<html>You sent {SECRET}")
        login.discovery, login.answer = (page, None) if is_discovery else (None, page)
        with pytest.raises(EntraSyncError) as caught:
            await make_source(login, CREDENTIALS["secret"]).get_token()
        for text in (caplog.text, "".join(traceback.format_exception(caught.value))):
            assert "You sent" not in text


class TestLoginSecrecy:
    """Looks at the debug logs of every library, at errors with their causes, and at representations."""

    @pytest.mark.parametrize("kind", CREDENTIALS)
    async def test_shows_no_proof_and_no_token_in_errors_logs_and_representations(
        self, kind: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        login, credential = ScriptedLogin(), CREDENTIALS[kind]
        token = await make_source(login, credential).get_token()
        secrets = [SECRET, ACCOUNT_TOKEN, token.value, PAIR.private_key.splitlines()[3]]
        secrets += [form["client_assertion"] for form in login.forms if "client_assertion" in form]
        shown = [repr(credential), repr(await credential.read())]
        for answer in self._troubles(token.value):
            login.answer = answer
            with pytest.raises(EntraSyncError) as caught:
                await make_source(login, credential).get_token()
            shown.append("".join(traceback.format_exception(caught.value)))
        secrets += [form["client_assertion"] for form in login.forms if "client_assertion" in form]
        for text in [*shown, caplog.text]:
            assert [secret for secret in secrets if secret in text] == []

    def _troubles(self, token: str) -> list[httpx.Response | Exception]:
        refused = {"error": "invalid_client", "error_description": "AADSTS1: No.", "error_codes": [1]}
        return [
            httpx.Response(400, json=refused),
            httpx.Response(401, json=refused),
            httpx.Response(500, text="<html>"),
            httpx.Response(200, text=f'{{"access_token": "{token}'),
            httpx.Response(200, json={"access_token": [token]}),
            httpx.ReadTimeout("slow"),
            httpx.ConnectTimeout("slow"),
        ]
