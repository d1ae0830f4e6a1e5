"""The schema of a job by the real client, at the simulator and at a Graph that answers oddly."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from entrasync.core.decision.errors import PossiblyReplicating, Transient
from entrasync.core.remote.schema import Evaluation, ParsedExpression, attribute_source, is_same_source, writable
from entrasync.graph.calls.limiter import TenantLimiter
from entrasync.graph.client import GraphClient
from entrasync.reconcile.ports.graph import SyncApi
from tests.support.held_computation import HeldComputation
from tests.support.permits import AnyWrite
from tests.support.scripted_client import JOB, SP, ScriptedClient
from tests.support.scripted_graph import Reply
from tests.support.simulated_graph import reach_simulator
from tests.support.simulator_client import SimulatorClient
from tests.support.still_clock import StillClock

PARSED = {"parsingSucceeded": True, "parsedExpression": {"name": "mail", "type": "Attribute"}}


@pytest.fixture
async def held(simulator: SimulatorClient) -> AsyncIterator[tuple[SyncApi, str, str]]:
    """A client of the simulator, and a job of the largest template of its gallery."""
    async with reach_simulator(simulator.directory) as graph:
        principal = await graph.add_service_principal(templates=["fullAD2AAD"])
        client = GraphClient(graph.tokens(), TenantLimiter(StillClock())).with_permit(AnyWrite())
        job = await client.create_job(principal, "fullAD2AAD")
        yield client, principal, job.id
        await client.aclose()


class TestSchema:
    async def test_is_written_back_as_it_was_read(self, held: tuple[SyncApi, str, str]) -> None:
        api, principal, job = held
        read = await api.get_schema(principal, job)
        await api.put_schema(principal, job, writable(read))
        again = await api.get_schema(principal, job)
        assert {**again, "version": ""} == {**read, "version": ""}

    async def test_is_that_of_the_template_again_after_a_reset(self, held: tuple[SyncApi, str, str]) -> None:
        api, principal, job = held
        first = await api.get_schema(principal, job)
        await api.put_schema(principal, job, {"synchronizationRules": [], "directories": []})
        await api.delete_schema(principal, job)
        again, template = await api.get_schema(principal, job), await api.get_template_schema(principal, "fullAD2AAD")
        assert {**again, "version": ""} == {**first, "version": ""}
        assert {**writable(template), "id": job, "version": ""} == {**writable(again), "version": ""}

    @pytest.mark.parametrize(
        ("module", "name"),
        [
            ("entrasync.graph.calls.json_caller", "read_large_object"),
            ("entrasync.graph.schema", "write_large_json"),
        ],
    )
    async def test_of_many_kilobytes_lets_another_task_run_while_it_is_read_and_written(
        self, held: tuple[SyncApi, str, str], module: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        api, principal, job = held
        computation = HeldComputation(monkeypatch, module, name)
        other = asyncio.create_task(computation.release())
        await api.put_schema(principal, job, writable(await api.get_schema(principal, job)))
        await other
        assert computation.was_held_up == [False]

    async def test_of_an_unknown_job_may_be_replicating(self, held: tuple[SyncApi, str, str]) -> None:
        api, principal, _ = held
        with pytest.raises(PossiblyReplicating):
            await api.get_schema(principal, "fullAD2AAD.nowhere")

    @pytest.mark.parametrize("lacking", ["synchronizationRules", "directories"])
    async def test_without_one_of_its_parts_is_not_read(self, scripted: ScriptedClient, lacking: str) -> None:
        parts: dict[str, Any] = {"synchronizationRules": [], "directories": []}
        scripted.graph.reply_with(Reply(body={"id": "an-id", **parts, lacking: None}))
        with pytest.raises(Transient, match="it has no list of"):
            await scripted.api.get_schema(SP, JOB)
        scripted.graph.reply_with(Reply(body={"id": "an-id", **parts, lacking: None}))
        with pytest.raises(Transient, match="it has no list of"):
            await scripted.api.get_template_schema(SP, "scim")


class TestExpression:
    async def test_is_read_by_graph(self, held: tuple[SyncApi, str, str]) -> None:
        api, principal, job = held
        parsed = await api.parse_expression(principal, job, "[mail]")
        assert is_same_source(parsed.source, attribute_source("mail"))

    async def test_that_graph_cannot_read_has_its_error(self, held: tuple[SyncApi, str, str]) -> None:
        api, principal, job = held
        parsed = await api.parse_expression(principal, job, "ToLower([mail]")
        assert parsed.source is None
        assert parsed.error is not None
        assert "position" in parsed.error

    async def test_without_a_reason_is_refused_without_one(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={"parsingSucceeded": False}))
        assert await scripted.api.parse_expression(SP, JOB, "x") == ParsedExpression(None, None)


class TestEvaluation:
    async def test_is_made_by_graph(self, held: tuple[SyncApi, str, str]) -> None:
        api, principal, job = held
        found = await api.evaluate_expression(principal, job, "ToLower([mail])", {"mail": "A@Example.com"})
        assert found == Evaluation(("a@example.com",))

    async def test_of_nothing_is_an_empty_value(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={**PARSED, "evaluationSucceeded": True, "evaluationResult": [None]}))
        assert await scripted.api.evaluate_expression(SP, JOB, "[mail]", {}) == Evaluation(("",))

    async def test_that_gives_no_text_is_not_read_as_if_it_were_absent(self, scripted: ScriptedClient) -> None:
        scripted.graph.reply_with(Reply(body={**PARSED, "evaluationSucceeded": True, "evaluationResult": ["a", 5]}))
        with pytest.raises(Transient, match="its result is no list of texts"):
            await scripted.api.evaluate_expression(SP, JOB, "[mail]", {})
