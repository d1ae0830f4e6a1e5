"""Every kind of call meets every fault: its error, its words, how often Graph is asked, and when it is asked again."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from entrasync.core.decision.errors import (
    EntraSyncError,
    OutcomeUnknown,
    PossiblyReplicating,
    Refused,
    Transient,
)
from entrasync.core.decision.verdicts import REPLICATION_RETRY_DELAY, Halt, Wait
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls import operations
from entrasync.graph.calls.error_classifier import InvalidToken
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.operations import Operation
from entrasync.graph.calls.urls import Urls
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.transport import build_transport
from tests.support.call_pass import ask_by_engine
from tests.support.graph_troubles import TROUBLES, Trouble
from tests.support.loop_time import LoopTime
from tests.support.messages.faults import FAULTS
from tests.support.permits import AnyWrite
from tests.support.scripted_client import (
    CALLS,
    CANARY,
    READS,
    WRITES,
    RecordedCallMetrics,
    token_source,
)
from tests.support.scripted_graph import CLIENT, SECRET, ScriptedGraph, run_scripted_graph
from tests.support.still_clock import StillClock

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATIONS = {each.name: each for each in vars(operations).values() if isinstance(each, Operation)}
ROLES = ("Synchronization.ReadWrite.All", "Application.Read.All")

SOON = timedelta(seconds=1)
BY_A_PERSON = timedelta(minutes=5)
"""A person must act. Graph is asked from time to time whether that was done."""


@dataclass(frozen=True)
class Ending:
    """How a call ends: its error, after which time Graph is asked again, and how many requests reach it before."""

    error: type[EntraSyncError] | None = None
    again: timedelta = timedelta(minutes=10)
    sent: int = 1


DONE = Ending()
RETRY = Ending(Transient, SOON)
LOOK = Ending(OutcomeUnknown, SOON)
REFUSED = Ending(Refused, BY_A_PERSON)
REPLICATING = Ending(PossiblyReplicating, BY_A_PERSON)
TWICE = Ending(Transient, SOON, sent=2)
"""The HTTP client asks once more for what was only read."""


def after(seconds: int) -> Ending:
    return Ending(Transient, timedelta(seconds=seconds))


def unsent(ending: Ending) -> Ending:
    return replace(ending, sent=0)


REFUSAL = "Graph refused to {what} ({said}). Correct what Graph names, in spec or in the tenant."
NO_PERMISSION = (
    "Graph refused to {what} ({said}). The token carries the roles: Application.Read.All, "
    f"Synchronization.ReadWrite.All. That should be enough: check that app {CLIENT} is enabled "
    "and that no access policy blocks it."
)
PAUSE = "Graph asks for a pause ({said}). The operator calls again at 2030-01-01 00:00:{until} UTC."
SILENCE = "No answer from Graph when asked to {what}: {said}."
FAILURE = "Graph failed to {what} ({said})."
FOREIGNER = (
    "Something between the operator and Graph answered {said} when asked to {what}. "
    "Check the proxies and firewalls on the way to Graph."
)
UNREADABLE = "Graph gave an unreadable answer when asked to {what}: {said}."
TLS = (
    "its certificate is not trusted ({why}). "
    "Check for a proxy that opens TLS, and the certificate authority of the cloud"
)

EXPECTED: Mapping[str, tuple[Ending, Ending, str, str]] = {
    "400": (REFUSED, REFUSED, REFUSAL, '400 BadRequest: "It is not so."'),
    "401 for the token": (
        replace(RETRY, error=InvalidToken, sent=2),
        replace(RETRY, error=InvalidToken, sent=2),
        "Graph does not take our token ({said}).",
        '401 InvalidAuthenticationToken: "Expired."',
    ),
    "401 with a message": (REPLICATING, REPLICATING, NO_PERMISSION, '401 Unauthorized: "No."'),
    "401 without a message": (REPLICATING, REPLICATING, NO_PERMISSION, "401 UnknownError"),
    "403": (REPLICATING, REPLICATING, NO_PERMISSION, '403 Authorization_RequestDenied: "Insufficient."'),
    "404": (REPLICATING, REPLICATING, REFUSAL, "404 UnknownError"),
    "405": (REFUSED, REFUSED, REFUSAL, '405 MethodNotAllowed: "Not this way."'),
    "409": (
        replace(REPLICATING, again=SOON),
        replace(REPLICATING, again=SOON),
        "Graph refused to {what} ({said}).",
        '409 Conflict: "There is one."',
    ),
    "412": (REFUSED, REFUSED, REFUSAL, '412 PreconditionFailed: "It has changed."'),
    "429 in seconds": (after(25), after(25), PAUSE.replace("{until}", "25"), '429 TooManyRequests: "Slower."'),
    "429 until a date": (after(25), after(25), PAUSE.replace("{until}", "25"), "429"),
    "429 for zero seconds": (RETRY, RETRY, PAUSE.replace("{until}", "01"), "429"),
    "429 without a time": (RETRY, RETRY, PAUSE.replace("{until}", "01"), "429"),
    "500": (RETRY, LOOK, FAILURE, '500 InternalServerError: "Oh."'),
    "502": (RETRY, LOOK, FAILURE, "502"),
    "503 with a time": (after(20), LOOK, FAILURE, '503 ServiceUnavailable: "Later."'),
    "504": (RETRY, LOOK, FAILURE, "504"),
    "408": (RETRY, LOOK, FAILURE, "408"),
    "307": (
        REFUSED,
        REFUSED,
        "Graph refused to {what} ({said}). A redirect is never followed: check the cloud's endpoint and any proxy. "
        "Correct what Graph names, in spec or in the tenant.",
        "307",
    ),
    "200 with a foreign page": (RETRY, LOOK, FOREIGNER, "200"),
    "403 of a proxy": (RETRY, RETRY, FOREIGNER, "403"),
    "a refused connection": (
        unsent(RETRY),
        unsent(RETRY),
        SILENCE,
        "it refused the connection. Check the port, proxies and firewalls",
    ),
    "a certificate of another name": (
        unsent(RETRY),
        unsent(RETRY),
        SILENCE,
        TLS.format(why="IP address mismatch, certificate is not valid for '127.0.0.1'"),
    ),
    "a certificate of an unknown authority": (
        unsent(RETRY),
        unsent(RETRY),
        SILENCE,
        TLS.format(why="unable to get local issuer certificate"),
    ),
    "a reset in the middle": (RETRY, LOOK, SILENCE, "the connection was cut"),
    "an end in the middle": (RETRY, LOOK, SILENCE, "the connection was cut"),
    "50 MB": (RETRY, LOOK, UNREADABLE, "it is longer than 1048576 bytes (status 200)"),
    "50 MB in 50 KB": (RETRY, LOOK, UNREADABLE, "it is longer than 1048576 bytes (status 200)"),
    "an endless trickle": (RETRY, LOOK, SILENCE, "it took too long"),
    "no answer at all": (RETRY, LOOK, SILENCE, "it took too long"),
    "a lost answer": (TWICE, LOOK, SILENCE, "the connection was cut"),
    "no JSON": (RETRY, LOOK, UNREADABLE, "it is not JSON"),
    "truncated JSON": (RETRY, LOOK, UNREADABLE, "it is not JSON"),
    "a list for an object": (RETRY, LOOK, UNREADABLE, "it is not a JSON object"),
    "wrong types": (RETRY, LOOK, UNREADABLE, "it has no id"),
    "an error with 200": (RETRY, LOOK, UNREADABLE, "it holds an error"),
}
"""By fault: how a read and a write end, the sentence, and what it says of the fault.

A validation changes nothing, and ends as a read.
"""

ENDINGS_BY_CALL: Mapping[tuple[str, str], Ending] = {
    **{(call, "404"): DONE for call in ("delete_job", "get_job", "has_service_principal")},
    **{(call, "404"): DONE for call in ("find_service_principal", "list_client_secrets")},
    **{
        (call, "a lost answer"): RETRY for call in ("evaluate_expression", "parse_expression", "validate_credentials")
    },  # they are POSTs
    **{(call, "wrong types"): DONE for call in ("patch_interval", "patch_settings")},  # what it shows is not read
}
"""Where a call ends in another way than others of its kind."""

WITHOUT_BODY = {
    "delete_job",
    "delete_schema",
    "pause_job",
    "put_schema",
    "put_secrets",
    "restart_job",
    "start_job",
    "validate_credentials",
}
"""Graph says with 204 that these are done. It never answers 200 to them."""

UNREADABLE_AS = {
    "get_schema": "it has no list of rules",
    "get_template_schema": "it has no list of rules",
    "list_client_secrets": "it has no list of client secrets",
    "evaluate_expression": "it does not say whether the expression was read",
    "parse_expression": "it does not say whether the expression was read",
    "provision_on_demand": "it does not tell what became of the object",
}
"""What is said of an answer without the member that the operator reads."""

LISTS = {"list_jobs", "list_secrets", "list_templates"}
FAULTS_OF_BODIES = {"no JSON", "truncated JSON", "a list for an object", "wrong types", "an error with 200"}


def expect(call: str, fault: str) -> tuple[Ending, str, str]:
    """Say how a call ends at a fault, in which words, and what these say of the fault."""
    of_read, of_write, words, said = EXPECTED[fault]
    if call in WITHOUT_BODY and fault in FAULTS_OF_BODIES:
        said = "its status is 200"
    elif call in LISTS and fault in {"wrong types", "an error with 200"}:
        said = "it has no list of values"
    elif call in UNREADABLE_AS and fault in {"wrong types", *(() if call in WRITES else ("an error with 200",))}:
        said = UNREADABLE_AS[call]
    elif call in READS and fault == "an error with 200":
        said = "it has no id"
    ending = ENDINGS_BY_CALL.get((call, fault), of_write if call in WRITES else of_read)
    return ending, words.replace("{said}", said), said


@pytest.fixture(autouse=True)
def no_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrasync.graph.calls.limiter.random", lambda: 0.0)
    monkeypatch.setattr("entrasync.reconcile.engine.work_queue.random", lambda: 0.0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ScriptedGraph]:
    """One server for all: a test scripts it anew."""
    folder: Path = tmp_path_factory.mktemp("graph")
    async with run_scripted_graph(folder) as graph:
        yield graph


@pytest.fixture
def graph(server: ScriptedGraph) -> ScriptedGraph:
    server.forget()
    server.roles = ROLES
    return server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loop_time() -> AsyncIterator[LoopTime]:
    with pytest.MonkeyPatch.context() as patch:
        yield LoopTime(patch)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tokens(server: ScriptedGraph) -> TokenSource:
    """The tokens of all clients, so that not each has to log in."""
    server.roles = ROLES
    return token_source(server.endpoint)


@asynccontextmanager
async def run_client(
    graph: ScriptedGraph, tokens: TokenSource, trouble: Trouble, clock: StillClock
) -> AsyncIterator[GraphClient]:
    """Run a client that meets the trouble. It has logged in before."""
    graph.default_reply = trouble.reply
    endpoint = trouble.way(graph.endpoint) if trouble.way else graph.endpoint
    metrics, limits, transport = RecordedCallMetrics(), trouble.limits, build_transport(endpoint)
    client = GraphClient(tokens, TenantLimiter(clock), transport=transport, metrics=metrics, limits=limits)
    client._urls = Urls(endpoint.root)
    try:
        yield client.with_permit(AnyWrite())
    finally:
        await client.aclose()


@pytest.mark.chaos("Each kind of call to Graph with each kind of fault")
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("fault", TROUBLES)
async def test_a_call_meets_a_fault(
    graph: ScriptedGraph, tokens: TokenSource, loop_time: LoopTime, fault: str, name: str
) -> None:
    ending, words, said = expect(name, fault)
    clock, token = StillClock(), (await tokens.get_token()).value
    async with run_client(graph, tokens, TROUBLES[fault], clock) as client:
        asked = asyncio.create_task(ask_by_engine(lambda: CALLS[name](client), clock.now()))
        if TROUBLES[fault].is_endless:
            await graph.request_arrived.wait()
            await loop_time.move(client._exchange.limits.total_timeout)
        made, again = await asked
        assert len(graph.requests) == ending.sent
        assert again == ending.again
        assert (type(made.error) if made.error else None) is ending.error
        if made.error and made.halt:
            check_words(made.halt.message, words.replace("{what}", describe(client)), said)
            check_secrecy(made.error, token)
            check_youth(made.error, made.halt, clock.now())
        if TROUBLES[fault].way is None:
            clock.move(again)
            graph.forget()
            await CALLS[name](client)
            assert len(graph.requests) == 1, "it is done once the fault has gone, and without a pause"


def describe(client: GraphClient) -> str:
    metrics = client._exchange.metrics
    assert isinstance(metrics, RecordedCallMetrics)
    return OPERATIONS[metrics.calls[0][0]].description


def check_words(told: str, words: str, said: str) -> None:
    """Check the whole sentence that a user reads. The rules of messages hold for the operator's own part of it."""
    assert told == words
    assert [rule.__name__ for rule in FAULTS if rule(told.replace(said, "so"))] == []


def check_secrecy(error: EntraSyncError, token: str) -> None:
    shown = "".join(traceback.format_exception(error))
    assert [secret for secret in (SECRET, CANARY, token) if secret in shown] == []


def check_youth(error: EntraSyncError, settled: Halt, now: datetime) -> None:
    """Check that only a refusal by which something young may still be replicating is waited out."""
    young = error.judge(young_until=now + timedelta(minutes=5), now=now)
    if isinstance(error, PossiblyReplicating):
        assert isinstance(young, Wait)
        assert young.after == REPLICATION_RETRY_DELAY
        assert young.message.endswith("may be replication, so it is tried again until 2030-01-01 00:05:00 UTC.")
    else:
        assert young == settled


async def test_each_operation_is_called_as_what_it_is(graph: ScriptedGraph) -> None:
    """The matrix calls every operation of the table, and what it takes for a read is one for Graph."""
    clock, metrics = StillClock(), RecordedCallMetrics()
    client = GraphClient(token_source(graph.endpoint), TenantLimiter(clock), metrics=metrics).with_permit(AnyWrite())
    for call in CALLS.values():
        await call(client)
    await client.aclose()
    made = {name: request.method for name, request in zip(CALLS, graph.requests, strict=True)}
    assert {name for name, _, _ in metrics.calls} == OPERATIONS.keys()
    assert {name for name, method in made.items() if method == "GET"} == READS.keys()
    writes = {name for (called, _, _), name in zip(metrics.calls, CALLS, strict=True) if OPERATIONS[called].is_write}
    assert writes == WRITES.keys()
