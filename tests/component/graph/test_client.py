"""The client of Graph over a real TLS connection, against a server that says what each test wants."""

import asyncio
import gzip
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from entrasync.api.conditions import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    OutcomeUnknown,
    PossiblyReplicating,
    Refused,
    Stalled,
    Transient,
)
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.core.remote.templates import RemoteTemplate
from entrasync.graph.auth.credentials import AppCredential, ClientSecret, SecretValue
from entrasync.graph.auth.tokens import TokenSource
from entrasync.graph.calls.exchange import ExchangeLimits, Request
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.operations import PUT_SECRETS
from entrasync.graph.client import GraphClient
from entrasync.graph.wire.clouds import GraphEndpoint
from entrasync.graph.wire.transport import GraphTransport, build_transport
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.graph_facts import VERSIONS, check_request
from tests.support.scripted_graph import CLIENT, SECRET, TENANT, Say, ScriptedGraph, run_scripted_graph
from tests.support.still_clock import StillClock

SP = "33333333-3333-3333-3333-333333333333"
APP = "55555555-5555-5555-5555-555555555555"
JOB = "scim.11111111111111111111111111111111.44444444-4444-4444-4444-444444444444"
JOBS = f"/v1.0/servicePrincipals/{SP}/synchronization/jobs"
SECRETS = f"/v1.0/servicePrincipals/{SP}/synchronization/secrets"

GONE = Say(status=404, body={"error": {"code": "UnknownError", "message": ""}})
OLD_TOKEN = Say(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": "Expired."}})
DENIED = Say(status=403, body={"error": {"code": "Authorization_RequestDenied", "message": "Insufficient."}})

CANARY = "canary/value-5d1e=="
ENTRIES = {"BaseAddress": "https://scim.example", "SecretToken": CANARY}

Call = Callable[[SyncApi], Awaitable[Any]]

READS: dict[str, Call] = {
    "list_jobs": lambda api: api.list_jobs(SP),
    "get_job": lambda api: api.get_job(SP, JOB),
    "has_service_principal": lambda api: api.has_service_principal(SP),
    "find_service_principal": lambda api: api.find_service_principal(APP),
    "list_templates": lambda api: api.list_templates(SP),
    "list_secrets": lambda api: api.list_secrets(SP),
}
WRITES: dict[str, Call] = {
    "create_job": lambda api: api.create_job(SP, "scim"),
    "start_job": lambda api: api.start_job(SP, JOB),
    "pause_job": lambda api: api.pause_job(SP, JOB),
    "delete_job": lambda api: api.delete_job(SP, JOB),
    "restart_job": lambda api: api.restart_job(SP, JOB),
    "patch_settings": lambda api: api.patch_settings(SP, JOB, [{"name": "LookaheadQueryEnabled", "value": "False"}]),
    "patch_interval": lambda api: api.patch_interval(SP, JOB, "PT20M"),
    "put_secrets": lambda api: api.put_secrets(SP, ENTRIES),
}
TRIALS: dict[str, Call] = {
    "validate_credentials": lambda api: api.validate_credentials(SP, JOB, ENTRIES),
}
UNREPEATED = {name: call for name, call in WRITES.items() if name not in {"delete_job", "put_secrets"}}
CALLS = READS | WRITES | TRIALS


def each(calls: dict[str, Call]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("call", calls.values(), ids=calls.keys())


@dataclass
class Notes:
    """An observer that writes down what it is told."""

    calls: list[tuple[str, int | None, str]] = field(default_factory=list)
    pauses: list[tuple[str, float]] = field(default_factory=list)

    def called(self, operation: str, status: int | None, seconds: float, request_id: str) -> None:
        assert seconds >= 0
        self.calls.append((operation, status, request_id))

    def throttled(self, operation: str, seconds: float) -> None:
        self.pauses.append((operation, seconds))


@dataclass
class World:
    """A scripted Graph and a client of it."""

    graph: ScriptedGraph
    clock: StillClock
    notes: Notes
    tokens: TokenSource
    client: GraphClient

    @property
    def api(self) -> SyncApi:
        """The client as the story sees it."""
        return self.client

    @property
    def count(self) -> int:
        return len(self.graph.asked)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with run_scripted_graph(tmp_path) as graph:
        clock, notes = StillClock(), Notes()
        tokens = TokenSource(graph.endpoint, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, "a test"))))
        limits = ExchangeLimits(max_body_bytes=10_000, max_pages=5, read_timeout=timedelta(seconds=20))
        client = GraphClient(tokens, TenantLimiter(clock), metrics=notes, limits=limits)
        yield World(graph, clock, notes, tokens, client)
        await client.aclose()


# What each operation asks and answers


async def test_list_jobs_reads_all_pages_and_tells_when_it_began(world: World) -> None:
    root = world.graph.endpoint.graph_url
    world.graph.tell(
        Say(body={"value": [{"id": "a"}], "@odata.nextLink": f"{root}{JOBS}?$skiptoken=%5Bx%5D"}),
        Say(body={"value": [{"id": "b", "templateId": "scim"}]}),
    )
    began = world.clock.now()
    listing = await world.api.list_jobs(SP)
    assert [job.id for job in listing.jobs] == ["a", "b"]
    assert listing.jobs[1].template_id == "scim"
    assert listing.is_complete
    assert listing.read_at == began
    assert [asked.path for asked in world.graph.asked] == [JOBS, f"{JOBS}?$skiptoken=%5Bx%5D"]


async def test_an_unreadable_entry_makes_the_listing_incomplete(world: World) -> None:
    world.graph.tell(Say(body={"value": [{"id": "a"}, {"id": 7}]}))
    listing = await world.api.list_jobs(SP)
    assert listing.ids == {"a"}
    assert not listing.is_complete


async def test_a_404_on_the_list_is_raised_never_empty(world: World) -> None:
    world.graph.tell(GONE)
    with pytest.raises(PossiblyReplicating):
        await world.api.list_jobs(SP)


async def test_get_job_is_none_only_on_404(world: World) -> None:
    world.graph.tell(Say(body={"id": JOB, "schedule": {"state": "Active"}}), GONE, DENIED)
    job = await world.api.get_job(SP, JOB)
    assert job is not None
    assert job.is_active
    assert await world.api.get_job(SP, JOB) is None
    with pytest.raises(PossiblyReplicating):
        await world.api.get_job(SP, JOB)
    assert world.graph.asked[0].path == f"{JOBS}/{JOB}"


async def test_a_404_of_a_proxy_is_no_absence(world: World) -> None:
    world.graph.otherwise = Say(status=404, body=b"<html>no such host</html>", headers={"request-id": ""})
    for call in (READS["get_job"], READS["has_service_principal"], WRITES["delete_job"]):
        with pytest.raises(Transient):
            await call(world.api)


@pytest.mark.parametrize("status", [200, 201])
async def test_create_job_sends_the_template_and_returns_the_job(world: World, status: int) -> None:
    """The reference page says 200, Graph says 201."""
    world.graph.tell(Say(status=status, body={"id": JOB, "templateId": "scim"}))
    assert (await world.api.create_job(SP, "scim")).id == JOB
    asked = world.graph.asked[0]
    assert (asked.method, asked.path, json.loads(asked.body)) == ("POST", JOBS, {"templateId": "scim"})
    assert asked.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "say", [Say(201, b"<html>"), Say(201, {}), Say(201, {"id": 3}), Say(201), Say(202, {"id": "x"}), Say(204)]
)
async def test_a_create_without_a_readable_id_is_unknown(world: World, say: Say) -> None:
    world.graph.tell(say)
    with pytest.raises(OutcomeUnknown):
        await world.api.create_job(SP, "scim")


@pytest.mark.parametrize("action", ["start", "pause"])
async def test_actions_post_an_empty_body(world: World, action: str) -> None:
    world.graph.tell(Say(status=204))
    await WRITES[f"{action}_job"](world.api)
    asked = world.graph.asked[0]
    assert (asked.method, asked.path, asked.body) == ("POST", f"{JOBS}/{JOB}/{action}", b"")
    assert "content-type" not in asked.headers


async def test_delete_job_tells_whether_graph_knew_it(world: World) -> None:
    world.graph.tell(Say(status=204), GONE)
    assert await world.api.delete_job(SP, JOB) is True
    assert await world.api.delete_job(SP, JOB) is False
    assert (world.graph.asked[0].method, world.graph.asked[0].path) == ("DELETE", f"{JOBS}/{JOB}")


async def test_has_service_principal_is_false_only_on_404(world: World) -> None:
    world.graph.tell(Say(body={"id": SP}), GONE, DENIED)
    assert await world.api.has_service_principal(SP) is True
    assert await world.api.has_service_principal(SP) is False
    with pytest.raises(PossiblyReplicating):
        await world.api.has_service_principal(SP)
    assert world.graph.asked[0].path == f"/v1.0/servicePrincipals/{SP}?$select=id"


async def test_find_service_principal_is_none_only_on_404(world: World) -> None:
    world.graph.tell(Say(body={"id": SP}), GONE, DENIED)
    assert await world.api.find_service_principal(APP) == SP
    assert await world.api.find_service_principal(APP) is None
    with pytest.raises(PossiblyReplicating):
        await world.api.find_service_principal(APP)
    assert world.graph.asked[0].path == f"/v1.0/servicePrincipals(appId='{APP}')?$select=id"


@pytest.mark.parametrize("body", [{}, {"id": ""}, {"id": 7}])
async def test_a_service_principal_without_an_id_is_not_found_yet(world: World, body: dict[str, Any]) -> None:
    world.graph.tell(Say(body=body))
    with pytest.raises(Transient):
        await world.api.find_service_principal(APP)


async def test_an_app_id_stays_within_its_quotes(world: World) -> None:
    world.graph.tell(Say(body={"id": SP}))
    await world.api.find_service_principal("a')/b?c#'d")
    assert world.graph.asked[0].path == "/v1.0/servicePrincipals(appId='a'')%2Fb%3Fc%23''d')?$select=id"


async def test_list_templates(world: World) -> None:
    entries = [{"id": "scim", "factoryTag": "CustomSCIM"}, {"id": None}, 3, {"id": "aws", "factoryTag": None}]
    world.graph.tell(Say(body={"value": entries}))
    assert await world.api.list_templates(SP) == (RemoteTemplate("scim", "CustomSCIM"), RemoteTemplate("aws"))


async def test_list_secrets_reads_all_pages(world: World) -> None:
    root = world.graph.endpoint.graph_url
    more = {"@odata.nextLink": f"{root}{SECRETS}?$skiptoken=x"}
    world.graph.tell(
        Say(body={"value": [{"key": "BaseAddress", "value": "https://scim.example"}], **more}),
        Say(body={"value": [{"key": "SecretToken", "value": "*"}, {"key": "Domain", "value": None}]}),
    )
    secrets = await world.api.list_secrets(SP)
    assert secrets == (
        StoredSecret("BaseAddress", "https://scim.example"),
        StoredSecret("SecretToken", "*"),
        StoredSecret("Domain", ""),
    )
    assert [secret.is_masked for secret in secrets] == [False, True, False]
    assert "scim.example" not in repr(secrets)
    assert world.graph.asked[0].path == SECRETS


@pytest.mark.parametrize("entry", [3, {}, {"key": ""}, {"key": 7, "value": "x"}, {"key": "Domain", "value": [CANARY]}])
async def test_a_list_of_secrets_that_cannot_be_read_whole_is_not_read_at_all(world: World, entry: Any) -> None:
    world.graph.tell(Say(body={"value": [{"key": "UserName", "value": CANARY}, entry]}))
    with pytest.raises(Transient) as caught:
        await world.api.list_secrets(SP)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("call", "method", "path", "document"),
    [
        ("put_secrets", "PUT", SECRETS, {"value": [{"key": key, "value": value} for key, value in ENTRIES.items()]}),
        (
            "validate_credentials",
            "POST",
            f"{JOBS}/{JOB}/validateCredentials",
            {"credentials": [{"key": key, "value": value} for key, value in ENTRIES.items()]},
        ),
        (
            "restart_job",
            "POST",
            f"{JOBS}/{JOB}/restart",
            {"criteria": {"resetScope": "Watermark, Escrows, QuarantineState"}},
        ),
        (
            "patch_settings",
            "PATCH",
            f"{JOBS}/{JOB}",
            {"synchronizationJobSettings": [{"name": "LookaheadQueryEnabled", "value": "False"}]},
        ),
        ("patch_interval", "PATCH", f"{JOBS}/{JOB}", {"schedule": {"interval": "PT20M"}}),
    ],
)
async def test_what_changes_something_says_it_in_json(
    world: World, call: str, method: str, path: str, document: dict[str, Any]
) -> None:
    world.graph.tell(Say(status=204))
    await CALLS[call](world.api)
    (asked,) = world.graph.asked
    assert (asked.method, asked.path, json.loads(asked.body)) == (method, path, document)
    assert asked.headers["content-type"] == "application/json"


async def test_a_restart_resets_what_it_is_told_to(world: World) -> None:
    world.graph.tell(Say(status=204))
    await world.api.restart_job(SP, JOB, ("Watermark",))
    assert json.loads(world.graph.asked[0].body) == {"criteria": {"resetScope": "Watermark"}}


@each(CALLS)
async def test_each_request_is_as_microsoft_describes_it(world: World, call: Call) -> None:
    world.graph.otherwise = Say(body={"id": JOB, "value": []})
    await call(world.api)
    (asked,) = world.graph.asked
    for version in VERSIONS:
        path = asked.path.removeprefix("/v1.0")
        check_request(version, asked.method, path, asked.body, asked.headers.get("content-type", ""))


# Credentials of the target app


def nested(code: str, message: str | None) -> Say:
    """Graph's way to refuse: an error as JSON within the message of another."""
    inner: dict[str, Any] = {
        "error": {"code": code, "message": message, "target": None, "details": [], "innerError": None}
    }
    return Say(status=400, body={"error": {"code": "UnknownError", "message": json.dumps(inner, indent=2)}})


@each(TRIALS | {"put_secrets": WRITES["put_secrets"]})
async def test_refused_credentials_are_told_in_graphs_own_innermost_words(world: World, call: Call) -> None:
    world.graph.tell(nested("CredentialValidationUnavailable", "The app did not answer."))
    with pytest.raises(Refused) as caught:
        await call(world.api)
    assert caught.value.reason is Reason.REQUEST_REFUSED
    assert (caught.value.answer.status, caught.value.answer.code) == (400, "CredentialValidationUnavailable")
    assert caught.value.answer.message == "The app did not answer."
    assert '(400 CredentialValidationUnavailable: "The app did not answer.")' in caught.value.message


async def test_a_refusal_without_words_has_its_code(world: World) -> None:
    world.graph.tell(nested("InvalidNotificationSettings", None))
    with pytest.raises(Refused) as caught:
        await world.api.put_secrets(SP, ENTRIES)
    assert "(400 InvalidNotificationSettings)" in caught.value.message


async def test_a_value_that_graph_repeats_is_hidden(world: World) -> None:
    world.graph.tell(nested("Bad", f"https://scim.example did not take 'Bearer {CANARY}' (401)."))
    with pytest.raises(Refused) as caught:
        await world.api.validate_credentials(SP, JOB, ENTRIES)
    assert caught.value.answer.message == "* did not take 'Bearer *' (401)."


async def test_a_value_is_hidden_before_words_are_cut(world: World) -> None:
    """Else half of it would stand at the end."""
    world.graph.tell(nested("Bad", "x" * 290 + CANARY))
    with pytest.raises(Refused) as caught:
        await world.api.validate_credentials(SP, JOB, ENTRIES)
    assert "canary" not in caught.value.message


ECHO = {"error": {"code": "Bad", "message": f"Bearer {CANARY}", "innerError": {"code": CANARY}}}
TROUBLES = [
    *(Say(status=status, body=ECHO) for status in (400, 401, 403, 404, 409, 429, 500, 503)),
    Say(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": CANARY}}),
    Say(status=400, body=f"<html>{CANARY}".encode()),
    Say(status=400, body=CANARY.encode() * 1000),
    Say(status=302, body=ECHO, headers={"location": "/elsewhere"}),
    Say(is_cut=True),
    Say(status=204, headers={"content-length": "50"}, is_last=True),
    Say(status=200, body=CANARY.encode() * 1000),
    Say(release=asyncio.Event()),
]


@pytest.mark.parametrize("say", TROUBLES, ids=range(len(TROUBLES)))
@each({"put_secrets": WRITES["put_secrets"], "validate_credentials": TRIALS["validate_credentials"]})
async def test_no_value_shows_whatever_goes_wrong(
    world: World, caplog: pytest.LogCaptureFixture, call: Call, say: Say
) -> None:
    caplog.set_level(logging.DEBUG)
    limits = ExchangeLimits(max_body_bytes=10_000, total_timeout=timedelta(seconds=1))
    client = GraphClient(world.tokens, TenantLimiter(world.clock), limits=limits)
    world.graph.otherwise = say
    await world.tokens.get_token()
    try:
        await call(client)
    except EntraSyncError as error:
        settled = error.settled if isinstance(error, PossiblyReplicating) else error
        answer = getattr(settled, "answer", None)
        for shown in (repr(error), repr(answer), *map("".join, map(traceback.format_exception, (error, settled)))):
            assert CANARY not in shown
    else:
        assert say.status in {200, 204}
    assert CANARY not in caplog.text
    assert CANARY not in str(world.notes.calls)
    await client.aclose()


def test_a_request_does_not_show_what_it_carries() -> None:
    assert CANARY not in repr(Request(PUT_SECRETS, "PUT", SECRETS, CANARY.encode(), secrets=(CANARY,)))


async def test_a_change_names_the_one_permission_that_is_enough(world: World) -> None:
    world.graph.roles = ("Application.ReadWrite.OwnedBy",)
    world.graph.otherwise = DENIED
    for call in ("patch_settings", "patch_interval"):
        with pytest.raises(PossiblyReplicating) as caught:
            await WRITES[call](world.api)
        assert "the Graph application permission Synchronization.ReadWrite.All, with" in caught.value.message


async def test_to_find_a_service_principal_names_the_least_permission(world: World) -> None:
    world.graph.roles = ("Synchronization.ReadWrite.All",)
    world.graph.otherwise = DENIED
    with pytest.raises(PossiblyReplicating) as caught:
        await world.api.find_service_principal(APP)
    assert "Graph refused to find the service principal of an app" in caught.value.message
    assert "the Graph application permission Application.Read.All or" in caught.value.message


# What every request carries


async def test_each_call_carries_token_names_and_priority(world: World) -> None:
    world.graph.otherwise = Say(body={"id": "x", "value": []})
    for _ in range(2):
        await world.api.list_jobs(SP)
    await world.api.list_jobs(SP, is_urgent=True)
    await world.api.pause_job(SP, JOB)
    headers = [asked.headers for asked in world.graph.asked]
    assert [each_["x-ms-throttle-priority"] for each_ in headers] == ["Low", "Low", "Normal", "High"]
    assert all(each_["authorization"].startswith("Bearer ") for each_ in headers)
    assert all(each_["user-agent"].startswith("entra-sync-operator/") for each_ in headers)
    assert len({each_["client-request-id"] for each_ in headers}) == 4
    assert len(world.graph.token_requests) == 1


async def test_odd_ids_stay_within_their_segment(world: World) -> None:
    world.graph.otherwise = Say(status=204)
    odd = "a/b?c#d%2F ü+../..;e"
    await world.api.start_job(SP, odd)
    assert world.graph.asked[0].path == f"{JOBS}/a%2Fb%3Fc%23d%252F%20%C3%BC%2B..%2F..;e/start"


@pytest.mark.parametrize("odd", ["", ".", ".."])
async def test_an_id_that_climbs_the_path_is_never_sent(world: World, odd: str) -> None:
    """Deleting job `..` would delete all of the service principal's synchronization."""
    with pytest.raises(Stalled):
        await world.api.delete_job(SP, odd)
    assert world.count == 0


async def test_beta_is_asked_under_its_own_root(tmp_path: Path) -> None:
    async with run_scripted_graph(tmp_path) as graph:
        beta = GraphEndpoint(
            graph.endpoint.graph_url, graph.endpoint.authority, api_version="beta", ca_file=graph.endpoint.ca_file
        )
        tokens = TokenSource(beta, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, "a test"))))
        client = GraphClient(tokens, TenantLimiter(StillClock()))
        graph.tell(Say(body={"value": []}))
        await client.list_jobs(SP)
        await client.aclose()
    assert graph.asked[0].path.startswith("/beta/servicePrincipals/")


async def test_a_compressed_answer_is_read(world: World) -> None:
    body = gzip.compress(b'{"value": [{"id": "a"}]}')
    world.graph.tell(Say(body=body, headers={"content-encoding": "gzip"}))
    assert (await world.api.list_jobs(SP)).ids == {"a"}


# Lost answers


@each(WRITES)
async def test_a_write_whose_answer_is_lost_is_unknown(world: World, call: Call) -> None:
    world.graph.otherwise = Say(is_cut=True)
    with pytest.raises(OutcomeUnknown):
        await call(world.api)


@each(UNREPEATED)
async def test_what_may_harm_is_never_repeated_by_itself(world: World, call: Call) -> None:
    """Neither on a new connection nor on one that was kept and is closed by the other side just now."""
    world.graph.tell(Say(body={"value": []}))
    await world.api.list_jobs(SP)
    world.graph.tell(Say(is_cut=True))
    world.graph.otherwise = Say(status=201, body={"id": JOB})
    with pytest.raises(OutcomeUnknown):
        await call(world.api)
    assert world.count == 2


@each(READS | TRIALS)
async def test_a_read_or_trial_whose_answer_is_lost_is_tried_again_later(world: World, call: Call) -> None:
    world.graph.otherwise = Say(is_cut=True)
    with pytest.raises(Transient) as caught:
        await call(world.api)
    assert caught.value.reason is Reason.GRAPH_UNREACHABLE


async def test_an_answer_that_ends_too_early_is_lost(world: World) -> None:
    short = Say(status=201, body={"id": JOB}, headers={"content-length": "500"}, is_last=True)
    world.graph.tell(short, short)
    with pytest.raises(OutcomeUnknown):
        await world.api.create_job(SP, "scim")
    with pytest.raises(Transient):
        await world.api.get_job(SP, JOB)


@pytest.mark.parametrize(
    "limits",
    [ExchangeLimits(read_timeout=timedelta(seconds=0.2)), ExchangeLimits(total_timeout=timedelta(seconds=0.2))],
)
async def test_an_answer_that_does_not_come_is_lost(world: World, limits: ExchangeLimits) -> None:
    client = GraphClient(world.tokens, TenantLimiter(world.clock), limits=limits)
    await world.tokens.get_token()
    held = Say(status=201, release=asyncio.Event())
    world.graph.tell(held, held)
    with pytest.raises(OutcomeUnknown):
        await client.create_job(SP, "scim")
    with pytest.raises(Transient):
        await client.get_job(SP, JOB)
    await client.aclose()


@each(CALLS)
async def test_nothing_was_done_when_there_is_no_connection(tmp_path: Path, call: Call) -> None:
    async with run_scripted_graph(tmp_path) as graph:
        tokens = TokenSource(graph.endpoint, AppCredential(TENANT, CLIENT, ClientSecret(SecretValue(SECRET, "a test"))))
        await tokens.get_token()
    notes = Notes()
    client = GraphClient(tokens, TenantLimiter(StillClock()), metrics=notes)
    with pytest.raises(Transient):
        await call(client)
    assert [status for _, status, _ in notes.calls] == [None]
    await client.aclose()


async def test_nothing_was_done_when_the_certificate_is_a_strangers(world: World) -> None:
    stranger = GraphEndpoint(world.graph.endpoint.graph_url, world.graph.endpoint.authority)
    client = GraphClient(world.tokens, TenantLimiter(world.clock), transport=build_transport(stranger))
    with pytest.raises(Transient):
        await client.create_job(SP, "scim")
    assert world.count == 0
    await client.aclose()


async def test_a_full_pool_means_that_nothing_was_sent(world: World) -> None:
    """`httpx-aiohttp` has no word of its own for it."""
    transport = build_transport(world.graph.endpoint)
    assert isinstance(transport, GraphTransport)
    release = asyncio.Event()
    limits = ExchangeLimits(connect_timeout=timedelta(seconds=0.3))
    client = GraphClient(world.tokens, TenantLimiter(world.clock, concurrency=500), transport=transport, limits=limits)
    await world.tokens.get_token()
    world.graph.otherwise = Say(status=201, body={"id": JOB}, release=release)
    calls = [asyncio.create_task(client.create_job(SP, "scim")) for _ in range(70)]
    done, _ = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    while len(done) < 6:
        done, _ = await asyncio.wait(calls, timeout=0.1)
    release.set()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert {type(outcome) for outcome in failed} == {Transient}
    assert world.count == 70 - len(failed)
    await client.aclose()


@each(WRITES)
async def test_a_server_fault_on_a_write_is_unknown(world: World, call: Call) -> None:
    world.graph.otherwise = Say(status=503, body={"error": {"code": "serviceNotAvailable"}})
    with pytest.raises(OutcomeUnknown):
        await call(world.api)
    assert world.count == 1


# Unreadable, endless and misleading answers


@each(READS)
async def test_an_unreadable_answer_to_a_read_is_tried_again_later(world: World, call: Call) -> None:
    world.graph.otherwise = Say(body=b"<html>Sign in to the hotel's network</html>")
    with pytest.raises(Transient) as caught:
        await call(world.api)
    assert "unreadable" in caught.value.message
    assert "hotel" not in caught.value.message


@pytest.mark.parametrize("is_packed", [False, True])
async def test_no_more_is_read_than_the_bound(world: World, is_packed: bool) -> None:
    body = b'{"id": "' + b"x" * 1_000_000 + b'"}'
    say = Say(body=gzip.compress(body), headers={"content-encoding": "gzip"}) if is_packed else Say(body=body)
    world.graph.otherwise = say
    with pytest.raises(Transient):
        await world.api.get_job(SP, JOB)
    with pytest.raises(OutcomeUnknown):
        await world.api.create_job(SP, "scim")


async def test_a_list_without_end_is_given_up(world: World) -> None:
    root = world.graph.endpoint.graph_url
    world.graph.otherwise = Say(body={"value": [{"id": "a"}], "@odata.nextLink": f"{root}{JOBS}"})
    with pytest.raises(Transient):
        await world.api.list_jobs(SP)
    assert world.count == 5


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/v1.0/jobs",
        "http://localhost:{port}/v1.0/jobs",
        "https://localhost:1/v1.0/jobs",
        "https://me:secret@localhost:{port}/v1.0/jobs",
        "https://localhost:{port}@evil.example/v1.0/jobs",
        "//evil.example/jobs",
        "/v1.0/jobs",
    ],
)
async def test_a_next_page_elsewhere_is_not_followed(world: World, link: str) -> None:
    port = world.graph.endpoint.graph_url.rpartition(":")[2]
    world.graph.tell(Say(body={"value": [], "@odata.nextLink": link.replace("{port}", port)}))
    with pytest.raises(Stalled) as caught:
        await world.api.list_jobs(SP)
    assert "another host" in caught.value.message
    assert world.count == 1


async def test_a_next_page_without_a_readable_address_is_no_page(world: World) -> None:
    world.graph.tell(Say(body={"value": [], "@odata.nextLink": "https://[x\x00"}))
    with pytest.raises(Transient):
        await world.api.list_jobs(SP)


@each(CALLS)
async def test_a_redirect_is_an_error(world: World, call: Call) -> None:
    world.graph.otherwise = Say(status=307, headers={"location": f"{world.graph.endpoint.graph_url}/elsewhere"})
    with pytest.raises(Refused):
        await call(world.api)
    assert world.count == 1


# Tokens and permissions


@each(CALLS)
async def test_an_invalid_token_is_replaced_once(world: World, call: Call) -> None:
    world.graph.tell(OLD_TOKEN)
    world.graph.otherwise = Say(body={"id": JOB, "value": []})
    await call(world.api)
    tokens = [asked.headers["authorization"] for asked in world.graph.asked]
    assert len(tokens) == 2
    assert tokens[0] != tokens[1]


async def test_a_token_that_stays_invalid_is_not_tried_for_ever(world: World) -> None:
    world.graph.otherwise = OLD_TOKEN
    with pytest.raises(Transient):
        await world.api.create_job(SP, "scim")
    assert world.count == 2


async def test_many_calls_with_the_same_old_token_log_in_once(world: World) -> None:
    await world.tokens.get_token()
    world.graph.tell(*[OLD_TOKEN] * 8)
    world.graph.otherwise = Say(body={"value": []})
    await asyncio.gather(*(world.api.list_jobs(SP, is_urgent=True) for _ in range(8)))
    assert len(world.graph.token_requests) <= 3


async def test_a_newly_granted_permission_is_seen_without_waiting_for_the_token(world: World) -> None:
    world.graph.roles = ("User.Read.All",)
    world.graph.tell(DENIED, Say(body={"value": []}))
    with pytest.raises(PossiblyReplicating) as caught:
        await world.api.list_jobs(SP)
    assert "The token carries the roles: User.Read.All." in caught.value.message
    assert isinstance(caught.value.settled, Refused)
    assert caught.value.reason is Reason.PERMISSION_MISSING
    world.graph.roles = ("Synchronization.Read.All",)
    await world.api.list_jobs(SP)
    assert (await world.tokens.get_token()).roles == ("Synchronization.Read.All",)


async def test_a_refusal_despite_the_right_role_keeps_the_token(world: World) -> None:
    world.graph.otherwise = DENIED
    for _ in range(3):
        with pytest.raises(PossiblyReplicating):
            await world.api.start_job(SP, JOB)
    assert len(world.graph.token_requests) == 1


# Throttling


@each(CALLS)
async def test_a_429_stops_all_calls_of_the_tenant_for_as_long_as_asked(world: World, call: Call) -> None:
    world.graph.tell(Say(status=429, headers={"retry-after": "25"}))
    with pytest.raises(Transient) as caught:
        await call(world.api)
    assert caught.value.reason is Reason.THROTTLED
    assert caught.value.after == timedelta(seconds=25)
    world.clock.move(timedelta(seconds=5))
    with pytest.raises(Transient) as kept:
        await world.api.pause_job(SP, JOB)
    assert kept.value.after == timedelta(seconds=20)
    assert world.count == 1
    assert [seconds for _, seconds in world.notes.pauses] == [25]


async def test_a_pause_given_as_a_date_is_measured_by_the_answers_own_clock(world: World) -> None:
    dates = {"retry-after": "Sun, 06 Nov 1994 08:50:07 GMT", "date": "Sun, 06 Nov 1994 08:49:37 GMT"}
    world.graph.tell(Say(status=429, headers=dates))
    with pytest.raises(Transient) as caught:
        await world.api.list_jobs(SP)
    assert caught.value.after == timedelta(seconds=30)


async def test_no_more_calls_at_once_than_the_limiter_lets_through(world: World) -> None:
    world.graph.otherwise = Say(body={"value": []})
    await asyncio.gather(*(world.api.list_jobs(SP) for _ in range(200)))
    assert world.graph.most_in_flight <= 24
    assert world.count == 200


# What others see


async def test_the_observer_is_told_of_each_exchange(world: World) -> None:
    world.graph.tell(Say(body={"value": []}), GONE)
    await world.api.list_jobs(SP)
    assert await world.api.get_job(SP, JOB) is None
    assert world.notes.calls == [("list_jobs", 200, "their-id"), ("get_job", 404, "their-id")]


async def test_a_caller_that_gives_up_leaves_no_place_taken(world: World) -> None:
    client = GraphClient(world.tokens, TenantLimiter(world.clock, concurrency=1))
    await world.tokens.get_token()
    world.graph.tell(Say(release=asyncio.Event()), Say(body={"value": []}))
    held = asyncio.create_task(client.get_job(SP, JOB))
    await world.graph.is_asked.wait()
    held.cancel()
    assert (await client.list_jobs(SP)).jobs == ()
    await client.aclose()


async def test_neither_token_nor_secret_nor_body_shows_in_logs_and_errors(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = (await world.tokens.get_token()).value
    world.graph.tell(Say(body=b"canary body"), Say(is_cut=True), DENIED)
    shown = []
    for call in (READS["get_job"], WRITES["start_job"], WRITES["pause_job"]):
        with pytest.raises((Transient, OutcomeUnknown, PossiblyReplicating)) as caught:
            await call(world.api)
        shown.append("".join(traceback.format_exception(caught.value)))
    for text in (caplog.text, *shown):
        assert token not in text
        assert SECRET not in text
        assert "canary body" not in text


async def test_the_seam_takes_any_transport(world: World) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, json={"value": [{"id": "a"}]}))
    client = GraphClient(world.tokens, TenantLimiter(world.clock), transport=transport)
    assert (await client.list_jobs(SP)).ids == {"a"}
    await client.aclose()
