"""Logins by a managed identity of the machine."""

from datetime import timedelta

import httpx
import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Transient
from entrasync.graph.auth.tokens import TokenSource
from tests.support.halts import stalls
from tests.support.scripted_credentials import (
    CREDENTIALS,
    GLOBAL,
    log_in_refused,
    make_source,
)
from tests.support.scripted_graph import CLIENT, make_jwt
from tests.support.scripted_login import ScriptedLogin


class TestManagedIdentityLogin:
    async def test_names_an_identity_that_is_not_assigned(self) -> None:
        body = {"error": "invalid_request", "error_description": "Identity not found"}
        error = await log_in_refused(ScriptedLogin(answer=httpx.Response(400, json=body)), CREDENTIALS["managed"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert f"no token for managed identity {CLIENT}: Identity not found" in error.message
        assert "to which this identity is assigned" in error.message

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.ConnectError("refused"),
            httpx.Response(401, text="<html>"),
            httpx.Response(403, json={}),
            httpx.Response(400, json=["x"]),
        ],
    )
    async def test_stalls_on_a_machine_outside_of_azure(self, answer: httpx.Response | Exception) -> None:
        error = await log_in_refused(ScriptedLogin(answer=answer), CREDENTIALS["machine"])
        assert error.reason is Reason.CREDENTIAL_REFUSED
        assert "the machine's own managed identity" in error.message
        assert "Run the operator on a machine of Azure" in error.message

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.ConnectTimeout("slow"),
            httpx.ReadTimeout("slow"),
            httpx.ReadError("cut"),
            *(httpx.Response(status, json={"error": "busy"}) for status in (404, 410, 429, 500, 503)),
            *(httpx.Response(status, text="<html>") for status in (404, 503)),
            httpx.Response(200, text="<html>"),
            httpx.Response(201, json={"access_token": "canary", "expires_in": "3599"}),
            httpx.Response(302, headers={"location": "http://169.254.169.254/elsewhere"}),
        ],
    )
    async def test_is_transient_while_the_endpoint_is_in_trouble(self, answer: httpx.Response | Exception) -> None:
        login = ScriptedLogin(answer=answer)
        with pytest.raises(Transient) as caught:
            await make_source(login, CREDENTIALS["machine"]).get_token()
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE
        assert len(login.requests) == 1

    async def test_works_at_the_next_login_after_a_429(self) -> None:
        """MSAL itself would answer a 429 from its cache."""
        now = 0.0
        login = ScriptedLogin(answer=httpx.Response(429, json={"error": "busy"}, headers={"retry-after": "9"}))
        tokens = TokenSource(GLOBAL, CREDENTIALS["machine"], transport=login.transport, monotonic=lambda: now)
        with pytest.raises(Transient) as caught:
            await tokens.get_token()
        assert caught.value.after == timedelta(seconds=9)
        now, login.answer = 9.0, None
        assert (await tokens.get_token()).app_id == CLIENT

    @pytest.mark.parametrize("claims", [{}, {"tid": 7}])
    async def test_refuses_a_token_that_does_not_name_its_tenant(self, claims: dict[str, object]) -> None:
        body = {"access_token": make_jwt(claims), "expires_in": "3599"}
        error = await log_in_refused(ScriptedLogin(answer=httpx.Response(200, json=body)), CREDENTIALS["machine"])
        assert "does not say to which tenant" in error.message

    async def test_uses_no_proxy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:2")
        with stalls():
            await TokenSource(GLOBAL, CREDENTIALS["machine"]).get_token()
