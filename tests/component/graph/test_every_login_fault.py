"""A login meets every fault in both of its steps: its error, its words, its requests, and when it is tried again."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest
import pytest_asyncio

from entrasync.api.reasons import Reason
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.auth.msal_http import LOGIN_SECONDS
from entrasync.graph.auth.tokens import TokenSource
from tests.support.call_pass import ask_by_engine
from tests.support.graph_troubles import TROUBLES, Trouble
from tests.support.loop_time import LoopTime
from tests.support.messages.faults import FAULTS
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, Reply, ScriptedGraph, run_scripted_graph
from tests.support.still_clock import StillClock

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.chaos("Each step of a login with each kind of fault"),
]


def refuse(status: int, code: int, words: str) -> Trouble:
    """Refuse in Entra's words."""
    said = f"AADSTS{code}: {words} Trace ID: 1-2 Correlation ID: 3-4 Timestamp: 2026-11-21 00:00:00Z"
    return Trouble(Reply(status, {"error": "invalid_client", "error_description": said, "error_codes": [code]}))


STATUSES = (400, 401, 403, 404, 405, 409, 412)
LOGIN_TROUBLES: Mapping[str, Trouble] = {
    **{fault: trouble for fault, trouble in TROUBLES.items() if fault[:3] not in map(str, STATUSES)},
    **{f"{status} of a proxy": Trouble(Reply(status, b"<html>Blocked.")) for status in STATUSES},
    "403 of a proxy in JSON": Trouble(Reply(403, {"error": {"code": 5, "text": "Blocked."}})),
    "400 for the tenant": refuse(400, 90002, "Tenant not found."),
    "401 for the secret": refuse(401, 7000215, "Invalid client secret provided."),
    "400 for a moment": refuse(400, 90033, "A transient error has occurred."),
}
"""What may meet a login. A login has no refusals in Graph's words, but those of Entra."""

UNREACHABLE = Reason.GRAPH_UNREACHABLE
SOON, BY_A_PERSON = timedelta(seconds=2), timedelta(minutes=5)

NO_TOKEN = "{authority} gave no token (status {status})."
ON_THE_WAY = " Check the proxies and firewalls on the way to it, and the authority of the cloud."
TOO_LONG = "{authority} gave no answer that can be read." + ON_THE_WAY
SILENCE = "No answer from {authority}: "
UNTRUSTED = ". Check for a proxy that opens TLS, and the certificate authority of the cloud."

EXPECTED: Mapping[str, tuple[Reason, timedelta, str]] = {
    "400 for the tenant": (
        Reason.TENANT_NOT_FOUND,
        BY_A_PERSON,
        f"{{authority}} knows no tenant {TENANT}: AADSTS90002: Tenant not found. Check the tenant id and the cloud.",
    ),
    "401 for the secret": (
        Reason.CREDENTIAL_REFUSED,
        BY_A_PERSON,
        f"Entra refused the client secret of app {CLIENT} in tenant {TENANT}: AADSTS7000215: Invalid client secret "
        "provided. Put the secret's value (not its id) into key secret.",
    ),
    "400 for a moment": (
        UNREACHABLE,
        SOON,
        "{authority} gave no token (status 400): AADSTS90033: A transient error has occurred.",
    ),
    "429 in seconds": (UNREACHABLE, timedelta(seconds=25), NO_TOKEN),
    "429 until a date": (UNREACHABLE, timedelta(seconds=25), NO_TOKEN),
    "503 with a time": (UNREACHABLE, timedelta(seconds=20), NO_TOKEN),
    **dict.fromkeys(("429 for zero seconds", "429 without a time"), (UNREACHABLE, SOON, NO_TOKEN)),
    **dict.fromkeys(("500", "502", "504"), (UNREACHABLE, SOON, NO_TOKEN)),
    "a refused connection": (
        UNREACHABLE,
        SOON,
        SILENCE + "it refused the connection. Check the port, proxies and firewalls.",
    ),
    "a certificate of another name": (
        UNREACHABLE,
        SOON,
        SILENCE
        + "its certificate is not trusted (IP address mismatch, certificate is not valid for '127.0.0.1')"
        + UNTRUSTED,
    ),
    "a certificate of an unknown authority": (
        UNREACHABLE,
        SOON,
        SILENCE + "its certificate is not trusted (unable to get local issuer certificate)" + UNTRUSTED,
    ),
    "a reset in the middle": (UNREACHABLE, SOON, SILENCE + "the connection was cut."),
    "an end in the middle": (UNREACHABLE, SOON, SILENCE + "the connection was cut, or the answer was no HTTP."),
    "a lost answer": (UNREACHABLE, SOON, SILENCE + "the connection was cut, or the answer was no HTTP."),
    "an endless trickle": (UNREACHABLE, SOON, SILENCE + "it took too long."),
    "no answer at all": (UNREACHABLE, SOON, SILENCE + "it took too long."),
    "50 MB": (UNREACHABLE, SOON, TOO_LONG),
    "50 MB in 50 KB": (UNREACHABLE, SOON, TOO_LONG),
}
"""By fault: the reason, when the login is tried again, and the sentence. Every other fault is an answer of somebody
else, or of nobody that can give a token."""

OF_ANOTHER = (UNREACHABLE, SOON, NO_TOKEN + ON_THE_WAY)


@pytest.fixture(autouse=True)
def no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrasync.graph.auth.tokens.random", lambda: 0.0)
    monkeypatch.setattr("entrasync.reconcile.engine.work_queue.random", lambda: 0.0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ScriptedGraph]:
    """One server for all: a test scripts it anew."""
    async with run_scripted_graph(tmp_path_factory.mktemp("login")) as graph:
        yield graph


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loop_time() -> AsyncIterator[LoopTime]:
    with pytest.MonkeyPatch.context() as patch:
        yield LoopTime(patch)


CELLS = [
    (fault, step)
    for fault in LOGIN_TROUBLES
    for step in ("discovery", "token")
    if (fault, step) != ("401 for the secret", "discovery")  # which carries no secret
]


@pytest.mark.parametrize(("fault", "step"), CELLS)
async def test_a_login_meets_a_fault(
    server: ScriptedGraph, loop_time: LoopTime, caplog: pytest.LogCaptureFixture, fault: str, step: str
) -> None:
    caplog.set_level("DEBUG")
    server.forget()
    trouble, is_discovery = LOGIN_TROUBLES[fault], step == "discovery"
    if is_discovery:
        server.discovery = trouble.reply
    else:
        server.token_replies.append(trouble.reply)
    endpoint = trouble.way(server.endpoint) if trouble.way else server.endpoint
    credential, now = AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, "key secret"))), 0.0
    tokens = TokenSource(endpoint, credential, monotonic=lambda: now)
    asked = asyncio.create_task(ask_by_engine(tokens.get_token, StillClock().now()))
    if trouble.is_endless:
        await server.login_arrived.wait()
        await loop_time.move(timedelta(seconds=LOGIN_SECONDS))
    made, again = await asked

    reason, wait, words = EXPECTED.get(fault, OF_ANOTHER)
    assert made.error is not None
    assert made.halt is not None
    assert made.error.reason is reason
    assert again == wait
    sent = (0, 0) if trouble.way else (1, 0) if is_discovery else (1, 1)
    assert (len(server.discovery_requests), len(server.token_requests)) == sent
    told, status = made.halt.message, str(trouble.reply.status or 200)
    assert told == words.replace("{authority}", endpoint.authority).replace("{status}", status)
    assert [rule.__name__ for rule in FAULTS if rule(told.replace("'127.0.0.1'", "it"))] == []
    shown = "".join(traceback.format_exception(made.error)) + caplog.text
    assert [text for text in (SECRET, "Blocked", "network of the hotel") if text in shown] == []

    if trouble.way is None:
        server.forget()
        now = again.total_seconds()
        assert (await tokens.get_token()).app_id == CLIENT, "it works once the fault has gone, and without a pause"
