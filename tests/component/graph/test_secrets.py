"""Credentials of the target app: what each call sends, what it reads, and that no value shows."""

import asyncio
import json
import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    EntraSyncError,
    PossiblyReplicating,
    Refused,
    Transient,
)
from entrasync.core.remote.stored_secrets import StoredSecret
from entrasync.graph.calls.exchange import ExchangeLimits, Request
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.calls.operations import PUT_SECRETS
from entrasync.graph.client import GraphClient
from tests.support.permits import AnyWrite
from tests.support.scripted_client import (
    CALLS,
    CALLS_WITH_SECRETS,
    CANARY,
    ENTRIES,
    JOB,
    JOBS,
    SECRETS,
    SP,
    Call,
    ScriptedClient,
    each,
)
from tests.support.scripted_graph import Reply


def nested(code: str, message: str | None) -> Reply:
    """Build a refusal as Graph sends it: an error as JSON within the message of another one."""
    inner: dict[str, Any] = {
        "error": {"code": code, "message": message, "target": None, "details": [], "innerError": None}
    }
    return Reply(status=400, body={"error": {"code": "UnknownError", "message": json.dumps(inner, indent=2)}})


class TestListSecrets:
    async def test_reads_all_pages(self, scripted: ScriptedClient) -> None:
        root = scripted.graph.endpoint.graph_url
        more = {"@odata.nextLink": f"{root}{SECRETS}?$skiptoken=x"}
        scripted.graph.reply_with(
            Reply(body={"value": [{"key": "BaseAddress", "value": "https://scim.example"}], **more}),
            Reply(body={"value": [{"key": "SecretToken", "value": "*"}, {"key": "Domain", "value": None}]}),
        )
        secrets = await scripted.api.list_secrets(SP)
        assert secrets == (
            StoredSecret("BaseAddress", "https://scim.example"),
            StoredSecret("SecretToken", "*"),
            StoredSecret("Domain", ""),
        )
        assert [secret.is_masked for secret in secrets] == [False, True, False]
        assert "scim.example" not in repr(secrets)
        assert scripted.graph.requests[0].path == SECRETS

    @pytest.mark.parametrize(
        "entry", [3, {}, {"key": ""}, {"key": 7, "value": "x"}, {"key": "Domain", "value": [CANARY]}]
    )
    async def test_raises_when_one_entry_cannot_be_read(self, scripted: ScriptedClient, entry: Any) -> None:
        scripted.graph.reply_with(Reply(body={"value": [{"key": "UserName", "value": CANARY}, entry]}))
        with pytest.raises(Transient) as caught:
            await scripted.api.list_secrets(SP)
        assert CANARY not in "".join(traceback.format_exception(caught.value))


class TestCallsWithSecrets:
    @pytest.mark.parametrize(
        ("call", "method", "path", "document"),
        [
            (
                "put_secrets",
                "PUT",
                SECRETS,
                {"value": [{"key": key, "value": value} for key, value in ENTRIES.items()]},
            ),
            (
                "validate_credentials",
                "POST",
                f"{JOBS}/{JOB}/validateCredentials",
                {"credentials": [{"key": key, "value": value} for key, value in ENTRIES.items()]},
            ),
        ],
    )
    async def test_send_keys_and_values_as_json(
        self, scripted: ScriptedClient, call: str, method: str, path: str, document: dict[str, Any]
    ) -> None:
        scripted.graph.reply_with(Reply(status=204))
        await CALLS[call](scripted.api)
        (request,) = scripted.graph.requests
        assert (request.method, request.path, json.loads(request.body)) == (method, path, document)
        assert request.headers["content-type"] == "application/json"

    @each(CALLS_WITH_SECRETS)
    async def test_raise_graphs_innermost_code_and_message(self, scripted: ScriptedClient, call: Call) -> None:
        scripted.graph.reply_with(nested("CredentialValidationUnavailable", "The app did not answer."))
        with pytest.raises(Refused) as caught:
            await call(scripted.api)
        assert caught.value.reason is Reason.REQUEST_REFUSED
        assert (caught.value.answer.status, caught.value.answer.code) == (400, "CredentialValidationUnavailable")
        assert caught.value.answer.message == "The app did not answer."
        assert '(400 CredentialValidationUnavailable: "The app did not answer.")' in caught.value.message

    async def test_raise_the_code_of_a_refusal_without_a_message(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(nested("InvalidNotificationSettings", None))
        with pytest.raises(Refused) as caught:
            await scripted.api.put_secrets(SP, ENTRIES)
        assert "(400 InvalidNotificationSettings)" in caught.value.message


ECHO = {"error": {"code": "Bad", "message": f"Bearer {CANARY}", "innerError": {"code": CANARY}}}


TROUBLES = [
    *(Reply(status=status, body=ECHO) for status in (400, 401, 403, 404, 409, 429, 500, 503)),
    Reply(status=401, body={"error": {"code": "InvalidAuthenticationToken", "message": CANARY}}),
    Reply(status=400, body=f"<html>{CANARY}".encode()),
    Reply(status=400, body=CANARY.encode() * 1000),
    Reply(status=302, body=ECHO, headers={"location": "/elsewhere"}),
    Reply(drops_connection=True),
    Reply(status=204, headers={"content-length": "50"}, closes_after=True),
    Reply(status=200, body=CANARY.encode() * 1000),
    Reply(held_until=asyncio.Event()),
]


class TestSecrecy:
    async def test_redacts_a_value_that_graph_repeats(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(nested("Bad", f"https://scim.example did not take 'Bearer {CANARY}' (401)."))
        with pytest.raises(Refused) as caught:
            await scripted.api.validate_credentials(SP, JOB, ENTRIES)
        assert caught.value.answer.message == "* did not take 'Bearer *' (401)."

    async def test_redacts_a_value_before_the_message_is_shortened(self, scripted: ScriptedClient) -> None:
        """Otherwise the message could end with half of the value."""
        scripted.graph.reply_with(nested("Bad", "x" * 290 + CANARY))
        with pytest.raises(Refused) as caught:
            await scripted.api.validate_credentials(SP, JOB, ENTRIES)
        assert "canary" not in caught.value.message

    @pytest.mark.parametrize("reply", TROUBLES, ids=range(len(TROUBLES)))
    @each(CALLS_WITH_SECRETS)
    async def test_shows_no_value_in_errors_logs_and_metrics(
        self, scripted: ScriptedClient, caplog: pytest.LogCaptureFixture, call: Call, reply: Reply
    ) -> None:
        caplog.set_level(logging.DEBUG)
        limits = ExchangeLimits(max_body_bytes=10_000, total_timeout=timedelta(seconds=1))
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock), limits=limits).with_permit(AnyWrite())
        scripted.graph.default_reply = reply
        await scripted.tokens.get_token()
        try:
            await call(client)
        except EntraSyncError as error:
            settled = error.settled if isinstance(error, PossiblyReplicating) else error
            answer = getattr(settled, "answer", None)
            for shown in (repr(error), repr(answer), *map("".join, map(traceback.format_exception, (error, settled)))):
                assert CANARY not in shown
        else:
            assert reply.status in {200, 204}
        assert CANARY not in caplog.text
        assert CANARY not in str(scripted.metrics.calls)
        await client.aclose()

    def test_shows_no_value_in_the_representation_of_a_request(self) -> None:
        assert CANARY not in repr(Request(PUT_SECRETS, "PUT", SECRETS, CANARY.encode(), secrets=(CANARY,)))
