"""Restarts of a job whose schema cannot be written: they wait for Graph, and never for a person."""

from typing import Any

import pytest

from entrasync.api.job.periodic_restart import PeriodicRestartSpec
from entrasync.api.policies import ScheduleState
from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.primitives.object_key import ObjectKey
from tests.support.facts import JOB, hours, minutes
from tests.support.graph_answers import DOWN
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.restart_passes import DEFAULT, annotate, ask, settle, wish
from tests.support.schema_holders import MAIL
from tests.support.schemas import discovered_schema, replacing_wish, schema_wish

FAILED_TEST = {"name": "mail", "rule": "USER_OUTBOUND_USER", "input": {"mail": "a"}, "expect": {"userName": "b"}}

FAULTY = [
    ("MappingTestFailed", schema_wish(MAIL, tests=[FAILED_TEST])),
    ("SchemaPartUnknown", schema_wish(MAIL, name="Nobody")),
    ("SchemaPartUnknown", schema_wish({"target": "userName", "attribute": "unknown"})),
    ("ExpressionRefused", schema_wish({"target": "userName", "expression": "!x"})),
    ("ApprovalNeeded", schema_wish(MAIL, approval="Required")),
    ("SchemaSourceUnreadable", replacing_wish("missing")),
]


async def stall(harness: ReconcilerHarness, schema: SchemaSpec, **spec: Any) -> ObjectKey:
    """Have a resource that has held its running job for a while, and whose schema then waits for a person."""
    key = await settle(harness)
    harness.graph.schemas[JOB] = discovered_schema()
    harness.edit(key, desired=wish("zero", schema=schema, **spec))
    await harness.run(key)
    harness.graph.restarts.clear()
    return key


class TestSchemaThatWaitsForAPerson:
    @pytest.mark.parametrize(("reason", "schema"), FAULTY)
    async def test_lets_a_restart_by_token_and_by_annotation_be_sent(
        self, reason: str, schema: SchemaSpec, harness: ReconcilerHarness
    ) -> None:
        key = await stall(harness, schema)
        assert harness.condition(key, "Stalled") == ("True", reason)
        await ask(harness, key, "one", schema=schema)
        annotate(harness, key, restart_requested_at="two")
        await harness.run_until(key, hours(2))
        assert harness.graph.restarts == [DEFAULT, DEFAULT]
        assert harness.condition(key, "Stalled") == ("True", reason)
        assert "put_schema" not in harness.graph.writes

    async def test_lets_each_run_of_a_timetable_be_sent(self, harness: ReconcilerHarness) -> None:
        timetable = PeriodicRestartSpec.model_validate({"cron": "0 * * * *"})
        key = await stall(harness, FAULTY[0][1], periodic_restart=timetable)
        await harness.run_until(key, hours(3.5))
        assert harness.graph.restarts == [DEFAULT] * 3

    async def test_lets_no_paused_job_be_started(self, harness: ReconcilerHarness) -> None:
        key = await stall(harness, FAULTY[0][1], schedule_state=ScheduleState.PAUSED)
        await ask(harness, key, "one", schema=FAULTY[0][1], schedule_state=ScheduleState.PAUSED)
        await harness.run_until(key, hours(2))
        assert harness.graph.restarts == []


class TestSchemaThatGraphIsAskedAbout:
    async def test_a_restart_waits_until_graph_shows_what_was_written(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.schemas[JOB] = discovered_schema()
        harness.graph.ignores_schemas = True
        await ask(harness, key, "one", schema=schema_wish(MAIL))
        assert harness.graph.writes == ["put_schema"]
        assert harness.condition(key, "Ready")[1] == "WaitingForReplication"
        await harness.run_until(key, minutes(14))
        assert harness.graph.restarts == []
        await harness.run_until(key, minutes(10))
        assert harness.condition(key, "Stalled") == ("True", "SchemaNotTaken")
        assert harness.graph.restarts == [DEFAULT]

    async def test_a_restart_waits_for_an_answer_about_the_schema(self, harness: ReconcilerHarness) -> None:
        key = await settle(harness)
        harness.graph.fail("get_schema", DOWN, times=2)
        await ask(harness, key, "one", schema=schema_wish(MAIL))
        assert harness.graph.restarts == []
        for _ in range(2):
            harness.clock.move(minutes(1))
            await harness.run(key)
        assert harness.graph.writes == ["put_schema", "restart_job"]
