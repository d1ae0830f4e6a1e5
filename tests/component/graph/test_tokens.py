"""Logins at Entra: one for all callers, and errors that say what to do."""

import asyncio
import logging
import time
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Halted, Transient
from entrasync.graph.auth import msal_http
from entrasync.graph.auth import tokens as tokens_module
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretFile, SecretSource, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import GraphEndpoint
from tests.support.halts import stalls
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, Reply, ScriptedGraph, make_token, run_scripted_graph

WHERE = "key clientSecret of Secret team-a/entra"


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[ScriptedGraph]:
    async with run_scripted_graph(tmp_path) as graph:
        yield graph


@pytest.fixture(autouse=True)
def _no_memory_of_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "RETRY_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(tokens_module, "REFUSED_PROOF_DELAY_SECONDS", 0.0)


def make_source(
    graph: ScriptedGraph,
    secret: SecretSource | None = None,
    *,
    monotonic: Callable[[], float] = time.monotonic,
) -> TokenSource:
    credential = AppCredential(TENANT, CLIENT, ClientSecret(secret or SecretValue(SECRET, WHERE)))
    return TokenSource(graph.endpoint, credential, monotonic=monotonic)


def refusal(code: int, words: str, *, error: str = "invalid_client") -> Reply:
    description = f"AADSTS{code}: {words} Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-21 00:00:00Z"
    return Reply(status=401, body={"error": error, "error_description": description, "error_codes": [code]})


class TestGetToken:
    async def test_shares_one_login_between_a_hundred_callers(self, graph: ScriptedGraph) -> None:
        tokens = make_source(graph)
        answers = await asyncio.gather(*(tokens.get_token() for _ in range(100)))
        assert len(graph.token_requests) == 1
        assert {answer.value for answer in answers} == {make_token(*graph.roles, serial=1)}
        assert graph.token_requests[0]["scope"] == [f"{graph.endpoint.graph_url}/.default"]

    async def test_continues_the_login_of_others_when_a_caller_gives_up(self, graph: ScriptedGraph) -> None:
        tokens = make_source(graph)
        impatient, patient = (asyncio.create_task(tokens.get_token()) for _ in range(2))
        await asyncio.sleep(0)
        impatient.cancel()
        assert (await patient).roles == graph.roles
        assert len(graph.token_requests) == 1

    async def test_returns_the_same_token_until_it_is_dropped(self, graph: ScriptedGraph) -> None:
        tokens = make_source(graph)
        first = await tokens.get_token()
        assert await tokens.get_token() is first
        assert first.roles == graph.roles
        tokens.drop(first)
        second = await tokens.get_token()
        assert second.value != first.value
        tokens.drop(first)  # a late caller, whose token was already replaced
        assert await tokens.get_token() is second
        assert len(graph.token_requests) == 2

    async def test_keeps_a_token_with_a_short_lifetime(self, graph: ScriptedGraph) -> None:
        graph.token_replies.append(
            Reply(body={"token_type": "Bearer", "expires_in": 60, "access_token": make_token("a")})
        )
        tokens = make_source(graph)
        await tokens.get_token()
        await tokens.get_token()
        assert len(graph.token_requests) == 1

    async def test_returns_an_expiring_token_during_an_outage_of_the_login(self, graph: ScriptedGraph) -> None:
        now = 0.0
        tokens = TokenSource(
            graph.endpoint,
            AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, WHERE))),
            monotonic=lambda: now,
        )
        first = await tokens.get_token()
        now = 3599 - 200
        graph.token_replies.append(Reply(status=503, body=b"<html>"))
        assert await tokens.get_token() is first
        assert (await tokens.get_token()).value != first.value

    async def test_does_not_return_an_expired_token(self, graph: ScriptedGraph) -> None:
        now = 0.0
        tokens = TokenSource(
            graph.endpoint,
            AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, WHERE))),
            monotonic=lambda: now,
        )
        await tokens.get_token()
        now = 3600
        graph.token_replies.append(Reply(status=503, body=b"<html>"))
        with pytest.raises(Transient):
            await tokens.get_token()

    async def test_replaces_a_token_without_the_role_at_most_once_a_minute(self, graph: ScriptedGraph) -> None:
        tokens = make_source(graph)
        first = await tokens.get_token()
        tokens.drop_for_missing_role(first)
        second = await tokens.get_token()
        assert second is not first
        tokens.drop_for_missing_role(second)
        assert await tokens.get_token() is second


class TestRefusedLogin:
    @pytest.mark.parametrize(
        ("code", "words", "advice"),
        [
            (7000215, "Invalid client secret provided.", f"Put the secret's value (not its id) into {WHERE}"),
            (7000222, "The provided client secret keys are expired.", f"make a new one and put it into {WHERE}"),
            (700016, "Application was not found in the directory.", "Check the client id and the tenant id"),
            (999, "Something new.", WHERE),
        ],
    )
    async def test_names_app_tenant_code_and_place_of_the_secret(
        self, graph: ScriptedGraph, code: int, words: str, advice: str
    ) -> None:
        graph.token_replies.append(refusal(code, words))
        with stalls() as caught:
            await make_source(graph).get_token()
        assert caught.value.reason is Reason.CREDENTIAL_REFUSED
        for part in (CLIENT, TENANT, f"AADSTS{code}: {words}", advice):
            assert part in caught.value.message
        assert "Trace ID" not in caught.value.message, "it is new each time, and a message must stay the same"

    async def test_is_not_remembered_when_the_secret_becomes_valid(self, graph: ScriptedGraph) -> None:
        """MSAL itself would repeat a 400 from its cache for a minute, so each login needs a new MSAL application."""
        tokens = make_source(graph)
        wrong = refusal(7000215, "Invalid client secret provided.")
        graph.token_replies.append(Reply(status=400, body=wrong.body))
        with stalls():
            await tokens.get_token()
        assert (await tokens.get_token()).roles == graph.roles

    async def test_reads_a_rotated_file_at_the_next_login(self, graph: ScriptedGraph, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_text("old\n")
        tokens = make_source(graph, SecretFile(file))
        await tokens.get_token()
        file.write_text("new\n")
        tokens.drop()
        await tokens.get_token()
        assert [request["client_secret"] for request in graph.token_requests] == [["old"], ["new"]]

    @pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe\x00canary"])
    async def test_names_a_missing_or_unreadable_secret_file(
        self, graph: ScriptedGraph, tmp_path: Path, content: bytes | None
    ) -> None:
        file = tmp_path / "secret"
        if content is not None:
            file.write_bytes(content)
        with stalls() as caught:
            await make_source(graph, SecretFile(file)).get_token()
        assert caught.value.reason is Reason.CREDENTIAL_REFUSED
        assert str(file) in caught.value.message
        assert graph.token_requests == []

    async def test_names_an_unknown_tenant(self, graph: ScriptedGraph) -> None:
        body = {
            "error": "invalid_tenant",
            "error_description": "AADSTS90002: Tenant not found.",
            "error_codes": [90002],
        }
        graph.discovery = Reply(status=400, body=body)
        with stalls() as caught:
            await make_source(graph).get_token()
        assert caught.value.reason is Reason.TENANT_NOT_FOUND
        assert TENANT in caught.value.message
        assert "AADSTS90002: Tenant not found." in caught.value.message

    async def test_is_not_repeated_by_thousands_of_callers(
        self, graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tokens_module, "RETRY_DELAY_SECONDS", 60.0)
        graph.token_replies.extend([refusal(7000215, "Invalid client secret provided.")] * 200)
        tokens = make_source(graph)
        for _ in range(2):
            answers = await asyncio.gather(*(tokens.get_token() for _ in range(100)), return_exceptions=True)
            assert {type(answer) for answer in answers} == {Halted}
        assert len(graph.token_requests) == 1


class TestTransientTrouble:
    @pytest.mark.parametrize("status", [429, 500, 503])
    @pytest.mark.parametrize("is_discovery", [True, False])
    async def test_is_an_error_status_of_entra(self, graph: ScriptedGraph, status: int, is_discovery: bool) -> None:
        trouble = Reply(status=status, body=b"busy", headers={"retry-after": "7"})
        if is_discovery:
            graph.discovery = trouble
        else:
            graph.token_replies.append(trouble)
        now = 0.0
        tokens = make_source(graph, monotonic=lambda: now)
        with pytest.raises(Transient) as caught:
            await tokens.get_token()
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE
        assert caught.value.after == timedelta(seconds=7)
        now, graph.discovery = 7.0, None
        assert (await tokens.get_token()).roles == graph.roles

    @pytest.mark.parametrize(
        "body", [b"<html>", b"[]", {"token_type": "Bearer"}, {"access_token": 3}, b'{"access_token": "canary']
    )
    async def test_is_a_success_without_a_token(self, graph: ScriptedGraph, body: Any) -> None:
        graph.token_replies.append(Reply(body=body))
        with pytest.raises(Transient):
            await make_source(graph).get_token()

    async def test_is_a_cut_connection(self, graph: ScriptedGraph) -> None:
        graph.token_replies.append(Reply(drops_connection=True))
        with pytest.raises(Transient) as caught:
            await make_source(graph).get_token()
        assert caught.value.reason is Reason.GRAPH_UNREACHABLE


class TestHangingLogin:
    @pytest.fixture(autouse=True)
    def _short_deadline(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(msal_http, "LOGIN_SECONDS", 0.5)

    @pytest.mark.parametrize("is_discovery", [True, False])
    @pytest.mark.parametrize("trickles", [True, False])
    async def test_ends_at_the_deadline_of_the_whole_login(
        self, graph: ScriptedGraph, trickles: bool, is_discovery: bool
    ) -> None:
        slow = Reply(body=b" " * 100_000, trickles=True) if trickles else Reply(held_until=asyncio.Event())
        if is_discovery:
            graph.discovery = slow
        else:
            graph.token_replies.append(slow)
        with pytest.raises(Transient) as caught:
            await make_source(graph).get_token()
        assert caught.value.message == f"No answer from {graph.endpoint.authority}: it took too long."

    async def test_leaves_threads_to_dns_and_files(self, graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(msal_http, "LOGIN_SECONDS", 120.0)
        released = asyncio.Event()
        graph.discovery = Reply(status=503, held_until=released)
        logins = [asyncio.create_task(make_source(graph).get_token()) for _ in range(40)]
        async with asyncio.timeout(60):
            await graph.wait_for_requests_in_flight(len(logins))
        await asyncio.get_running_loop().getaddrinfo("localhost", 443)
        assert await asyncio.to_thread(lambda: "a file")
        released.set()
        outcomes = await asyncio.gather(*logins, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Transient}


class TestSecrecy:
    async def test_sends_no_secret_to_an_authority_with_an_unknown_certificate(self, graph: ScriptedGraph) -> None:
        stranger = GraphEndpoint(graph.endpoint.graph_url, graph.endpoint.authority)
        with pytest.raises(Transient):
            await TokenSource(
                stranger, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, WHERE)))
            ).get_token()
        assert graph.token_requests == []

    async def test_sends_no_secret_along_a_redirect(self, graph: ScriptedGraph) -> None:
        graph.token_replies.append(Reply(status=307, headers={"location": f"{graph.endpoint.authority}/elsewhere"}))
        with pytest.raises(Transient):
            await make_source(graph).get_token()
        assert graph.requests == []

    async def test_shows_no_secret_and_no_token_in_logs_and_errors(
        self, graph: ScriptedGraph, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Looks at the debug logs of every library, at errors with their causes, and at representations."""
        caplog.set_level(logging.DEBUG)
        tokens = make_source(graph)
        token = await tokens.get_token()
        tokens.drop()
        graph.token_replies.append(Reply(body=f'{{"access_token": "{token.value}'.encode()))
        with pytest.raises(Transient) as cut_short:
            await tokens.get_token()
        graph.token_replies.append(refusal(7000215, "Invalid client secret provided."))
        with stalls() as refused:
            await tokens.get_token()
        tracebacks = ("".join(traceback.format_exception(error.value)) for error in (cut_short, refused))
        shown = [caplog.text, repr(token), *tracebacks]
        for text in shown:
            assert SECRET not in text
            assert token.value not in text
