"""The permit of a pass: every write to Graph asks it directly before it is sent, and no read does."""

import asyncio
from contextlib import suppress

import pytest

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.decision.write_permit import UnpermittedWrite
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from tests.support.permits import CountedWrites, NoWrite
from tests.support.scripted_client import (
    ENTRIES,
    JOB,
    OLD_TOKEN,
    READS,
    SP,
    VALIDATIONS,
    WRITES,
    Call,
    ScriptedClient,
    each,
)
from tests.support.scripted_graph import Reply


class HeldBack(Exception):
    """What the permit of these tests raises."""


class TestWrite:
    @each(WRITES)
    async def test_is_not_sent_when_its_permit_holds_it_back(self, scripted: ScriptedClient, call: Call) -> None:
        with pytest.raises(HeldBack):
            await call(scripted.client.with_permit(NoWrite(HeldBack())))
        assert scripted.count == 0
        assert scripted.metrics.calls == []

    @each(WRITES)
    async def test_is_not_sent_by_a_client_without_a_permit(self, scripted: ScriptedClient, call: Call) -> None:
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock))
        with pytest.raises(UnpermittedWrite):
            await call(client)
        assert scripted.count == 0
        await client.aclose()

    async def test_asks_only_when_its_token_and_its_slot_are_there(self, scripted: ScriptedClient) -> None:
        permit = CountedWrites()
        client = GraphClient(scripted.tokens, TenantLimiter(scripted.clock, concurrency=1)).with_permit(permit)
        end = asyncio.Event()
        scripted.graph.reply_with(Reply(body={"value": []}, held_until=end))
        reading = asyncio.create_task(client.list_jobs(SP))
        await scripted.graph.request_arrived.wait()
        writing = asyncio.create_task(client.start_job(SP, JOB))
        await scripted.tokens.get_token()
        assert permit.asked == []
        end.set()
        await asyncio.gather(reading, writing)
        assert permit.asked == [False]
        await client.aclose()

    async def test_asks_again_when_it_is_repeated_with_a_new_token(self, scripted: ScriptedClient) -> None:
        permit = CountedWrites()
        scripted.graph.reply_with(OLD_TOKEN)
        await scripted.client.with_permit(permit).start_job(SP, JOB)
        assert permit.asked == [False, False]

    async def test_of_secrets_says_so(self, scripted: ScriptedClient) -> None:
        permit = CountedWrites()
        await scripted.client.with_permit(permit).put_secrets(SP, ENTRIES)
        assert permit.asked == [True]


@each(READS | VALIDATIONS)
async def test_what_changes_nothing_needs_no_permit(scripted: ScriptedClient, call: Call) -> None:
    scripted.graph.default_reply = Reply(status=204) if call in VALIDATIONS.values() else Reply(body={"value": []})
    client = scripted.client.with_permit(NoWrite(HeldBack()))
    with suppress(EntraSyncError):  # what the answer means is not at issue here
        await call(client)
    assert scripted.count == 1
