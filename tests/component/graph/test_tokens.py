"""Logging in at Entra: once for all who ask, and errors that say what to mend."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import Stalled, Transient
from entrasync.graph.auth import tokens
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretFile, SecretSource, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.wire.clouds import GraphEndpoint
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, Reply, ScriptedGraph, make_token, run_scripted_graph

WHERE = "key clientSecret of Secret team-a/entra"


@pytest.fixture
async def graph(tmp_path: Path) -> AsyncIterator[ScriptedGraph]:
    async with run_scripted_graph(tmp_path) as graph:
        yield graph


@pytest.fixture(autouse=True)
def _no_memory_of_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "RETRY_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(tokens, "REFUSED_PROOF_DELAY_SECONDS", 0.0)


def source(graph: ScriptedGraph, secret: SecretSource | None = None) -> TokenSource:
    return TokenSource(
        graph.endpoint, AppCredential(TENANT, CLIENT, ClientSecret(secret or SecretValue(SECRET, WHERE)))
    )


def refusal(code: int, words: str, *, error: str = "invalid_client") -> Reply:
    description = f"AADSTS{code}: {words} Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-21 00:00:00Z"
    return Reply(status=401, body={"error": error, "error_description": description, "error_codes": [code]})


async def test_a_hundred_callers_share_one_login(graph: ScriptedGraph) -> None:
    source_ = source(graph)
    answers = await asyncio.gather(*(source_.get_token() for _ in range(100)))
    assert len(graph.token_requests) == 1
    assert {answer.value for answer in answers} == {make_token(*graph.roles, serial=1)}
    assert graph.token_requests[0]["scope"] == [f"{graph.endpoint.graph_url}/.default"]


async def test_a_caller_that_gives_up_does_not_end_the_login_of_others(graph: ScriptedGraph) -> None:
    source_ = source(graph)
    impatient, patient = (asyncio.create_task(source_.get_token()) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).roles == graph.roles
    assert len(graph.token_requests) == 1


async def test_a_token_is_kept_until_it_is_dropped(graph: ScriptedGraph) -> None:
    source_ = source(graph)
    first = await source_.get_token()
    assert await source_.get_token() is first
    assert first.roles == graph.roles
    source_.drop(first)
    second = await source_.get_token()
    assert second.value != first.value
    source_.drop(first)  # somebody late, whose token was already replaced
    assert await source_.get_token() is second
    assert len(graph.token_requests) == 2


async def test_a_short_lived_token_is_not_asked_for_at_each_call(graph: ScriptedGraph) -> None:
    graph.token_replies.append(Reply(body={"token_type": "Bearer", "expires_in": 60, "access_token": make_token("a")}))
    source_ = source(graph)
    await source_.get_token()
    await source_.get_token()
    assert len(graph.token_requests) == 1


async def test_a_token_near_its_end_outlives_an_outage_of_the_login(graph: ScriptedGraph) -> None:
    now = 0.0
    source_ = TokenSource(
        graph.endpoint, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, WHERE))), monotonic=lambda: now
    )
    first = await source_.get_token()
    now = 3599 - 200
    graph.token_replies.append(Reply(status=503, body=b"<html>"))
    assert await source_.get_token() is first
    assert (await source_.get_token()).value != first.value


async def test_a_token_past_its_end_is_not_used(graph: ScriptedGraph) -> None:
    now = 0.0
    source_ = TokenSource(
        graph.endpoint, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, WHERE))), monotonic=lambda: now
    )
    await source_.get_token()
    now = 3600
    graph.token_replies.append(Reply(status=503, body=b"<html>"))
    with pytest.raises(Transient):
        await source_.get_token()


@pytest.mark.parametrize(
    ("code", "words", "advice"),
    [
        (7000215, "Invalid client secret provided.", f"put the secret's value (not its id) into {WHERE}"),
        (7000222, "The provided client secret keys are expired.", f"make a new one and put it into {WHERE}"),
        (700016, "Application was not found in the directory.", "check the client id and the tenant id"),
        (999, "Something new.", WHERE),
    ],
)
async def test_a_refused_secret_names_app_tenant_code_and_place(
    graph: ScriptedGraph, code: int, words: str, advice: str
) -> None:
    graph.token_replies.append(refusal(code, words))
    with pytest.raises(Stalled) as caught:
        await source(graph).get_token()
    assert caught.value.reason is Reason.CREDENTIAL_REFUSED
    for part in (CLIENT, TENANT, f"AADSTS{code}: {words}", advice):
        assert part in caught.value.message
    assert "Trace ID" not in caught.value.message, "it is new each time, and a message must stay the same"


async def test_a_mended_secret_works_at_the_next_look(graph: ScriptedGraph) -> None:
    """MSAL itself would repeat a 400 from its memory for a minute, so the same secret must be asked about anew."""
    source_ = source(graph)
    wrong = refusal(7000215, "Invalid client secret provided.")
    graph.token_replies.append(Reply(status=400, body=wrong.body))
    with pytest.raises(Stalled):
        await source_.get_token()
    assert (await source_.get_token()).roles == graph.roles


async def test_a_rotated_file_is_read_at_the_next_login(graph: ScriptedGraph, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("old\n")
    source_ = source(graph, SecretFile(file))
    await source_.get_token()
    file.write_text("new\n")
    source_.drop()
    await source_.get_token()
    assert [request["client_secret"] for request in graph.token_requests] == [["old"], ["new"]]


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe\x00canary"])
async def test_a_missing_or_odd_secret_file_is_named(
    graph: ScriptedGraph, tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Stalled) as caught:
        await source(graph, SecretFile(file)).get_token()
    assert caught.value.reason is Reason.CREDENTIAL_REFUSED
    assert str(file) in caught.value.message
    assert graph.token_requests == []


async def test_an_unknown_tenant_is_named(graph: ScriptedGraph) -> None:
    body = {"error": "invalid_tenant", "error_description": "AADSTS90002: Tenant not found.", "error_codes": [90002]}
    graph.discovery = Reply(status=400, body=body)
    with pytest.raises(Stalled) as caught:
        await source(graph).get_token()
    assert caught.value.reason is Reason.TENANT_NOT_FOUND
    assert TENANT in caught.value.message
    assert "AADSTS90002: Tenant not found." in caught.value.message


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize("is_discovery", [True, False])
async def test_trouble_at_entra_passes(graph: ScriptedGraph, status: int, is_discovery: bool) -> None:
    trouble = Reply(status=status, body=b"busy", headers={"retry-after": "7"})
    if is_discovery:
        graph.discovery = trouble
    else:
        graph.token_replies.append(trouble)
    source_ = source(graph)
    with pytest.raises(Transient) as caught:
        await source_.get_token()
    assert caught.value.reason is Reason.GRAPH_UNREACHABLE
    assert caught.value.after is not None
    assert caught.value.after.total_seconds() == 7
    graph.discovery = None
    assert (await source_.get_token()).roles == graph.roles


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", {"token_type": "Bearer"}, {"access_token": 3}, b'{"access_token": "canary']
)
async def test_a_success_without_a_token_passes(graph: ScriptedGraph, body: Any) -> None:
    graph.token_replies.append(Reply(body=body))
    with pytest.raises(Transient):
        await source(graph).get_token()


async def test_a_cut_connection_passes(graph: ScriptedGraph) -> None:
    graph.token_replies.append(Reply(drops_connection=True))
    with pytest.raises(Transient) as caught:
        await source(graph).get_token()
    assert caught.value.reason is Reason.GRAPH_UNREACHABLE


async def test_an_authority_of_unknown_certificate_gets_no_secret(graph: ScriptedGraph) -> None:
    stranger = GraphEndpoint(graph.endpoint.graph_url, graph.endpoint.authority)
    with pytest.raises(Transient):
        await TokenSource(stranger, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, WHERE)))).get_token()
    assert graph.token_requests == []


async def test_a_redirect_does_not_carry_the_secret_on(graph: ScriptedGraph) -> None:
    graph.token_replies.append(Reply(status=307, headers={"location": f"{graph.endpoint.authority}/elsewhere"}))
    with pytest.raises(Transient):
        await source(graph).get_token()
    assert graph.requests == []


async def test_a_refusal_is_not_asked_for_by_thousands(graph: ScriptedGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "RETRY_DELAY_SECONDS", 60.0)
    graph.token_replies.extend([refusal(7000215, "Invalid client secret provided.")] * 200)
    source_ = source(graph)
    for _ in range(2):
        answers = await asyncio.gather(*(source_.get_token() for _ in range(100)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {Stalled}
    assert len(graph.token_requests) == 1


async def test_a_token_without_the_role_is_replaced_at_most_once_a_minute(graph: ScriptedGraph) -> None:
    source_ = source(graph)
    first = await source_.get_token()
    source_.drop_for_missing_role(first)
    second = await source_.get_token()
    assert second is not first
    source_.drop_for_missing_role(second)
    assert await source_.get_token() is second


async def test_neither_secret_nor_token_shows(graph: ScriptedGraph, caplog: pytest.LogCaptureFixture) -> None:
    """Logs of every library at their most talkative, errors with their causes, and representations."""
    caplog.set_level(logging.DEBUG)
    source_ = source(graph)
    token = await source_.get_token()
    source_.drop()
    graph.token_replies.append(Reply(body=f'{{"access_token": "{token.value}'.encode()))
    with pytest.raises(Transient) as cut_short:
        await source_.get_token()
    graph.token_replies.append(refusal(7000215, "Invalid client secret provided."))
    with pytest.raises(Stalled) as refused:
        await source_.get_token()
    tracebacks = ("".join(traceback.format_exception(error.value)) for error in (cut_short, refused))
    shown = [caplog.text, repr(token), *tracebacks]
    for text in shown:
        assert SECRET not in text
        assert token.value not in text
