"""How a call goes on after Graph refused its token or its permissions."""

import asyncio

import pytest

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import (
    PossiblyReplicating,
    Refused,
    Transient,
)
from tests.support.scripted_client import (
    CALLS,
    DENIED,
    JOB,
    OLD_TOKEN,
    SP,
    WRITES,
    Call,
    ScriptedClient,
    each,
)
from tests.support.scripted_graph import Reply


class TestInvalidToken:
    @each(CALLS)
    async def test_is_replaced_and_the_call_repeated_once(self, scripted: ScriptedClient, call: Call) -> None:
        scripted.graph.reply_with(OLD_TOKEN)
        await call(scripted.api)
        tokens = [request.headers["authorization"] for request in scripted.graph.requests]
        assert len(tokens) == 2
        assert tokens[0] != tokens[1]

    async def test_is_not_replaced_a_second_time(self, scripted: ScriptedClient) -> None:
        scripted.graph.default_reply = OLD_TOKEN
        with pytest.raises(Transient):
            await scripted.api.create_job(SP, "scim")
        assert scripted.count == 2

    async def test_leads_to_one_login_for_many_calls(self, scripted: ScriptedClient) -> None:
        await scripted.tokens.get_token()
        scripted.graph.reply_with(*[OLD_TOKEN] * 8)
        scripted.graph.default_reply = Reply(body={"value": []})
        await asyncio.gather(*(scripted.api.list_jobs(SP, is_urgent=True) for _ in range(8)))
        assert len(scripted.graph.token_requests) <= 3


class TestMissingPermission:
    async def test_is_looked_for_in_a_new_token_at_the_next_call(self, scripted: ScriptedClient) -> None:
        scripted.graph.roles = ("User.Read.All",)
        scripted.graph.reply_with(DENIED, Reply(body={"value": []}))
        with pytest.raises(PossiblyReplicating) as caught:
            await scripted.api.list_jobs(SP)
        assert "The token carries the roles: User.Read.All." in caught.value.message
        assert isinstance(caught.value.settled, Refused)
        assert caught.value.reason is Reason.PERMISSION_MISSING
        scripted.graph.roles = ("Synchronization.Read.All",)
        await scripted.api.list_jobs(SP)
        assert (await scripted.tokens.get_token()).roles == ("Synchronization.Read.All",)

    async def test_keeps_a_token_that_has_the_role(self, scripted: ScriptedClient) -> None:
        scripted.graph.default_reply = DENIED
        for _ in range(3):
            with pytest.raises(PossiblyReplicating):
                await scripted.api.start_job(SP, JOB)
        assert len(scripted.graph.token_requests) == 1

    async def test_names_the_one_permission_that_allows_a_change(self, scripted: ScriptedClient) -> None:
        scripted.graph.roles = ("Application.ReadWrite.OwnedBy",)
        scripted.graph.default_reply = DENIED
        for call in ("patch_settings", "patch_interval"):
            with pytest.raises(PossiblyReplicating) as caught:
                await WRITES[call](scripted.api)
            assert "the Graph application permission Synchronization.ReadWrite.All, with" in caught.value.message
