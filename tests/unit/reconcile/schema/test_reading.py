"""How often a schema is read, and how many calls a pass makes for it."""

from typing import Any

import pytest

from entrasync.api.names import REQUEST_ANNOTATIONS
from entrasync.api.policies import ScheduleState
from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.schema import attribute_source
from entrasync.reconcile.schema.reader import MAX_QUESTIONS
from tests.support.facts import JOB, desired, minutes
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schema_holders import LOWER, MAIL, held
from tests.support.schemas import RULE, graph_schema, schema_wish


def request_look(harness: ReconcilerHarness, key: ObjectKey) -> None:
    harness.edit(key, annotations={**harness.server.stored[key].annotations, REQUEST_ANNOTATIONS[0]: "now"})


def show_source(harness: ReconcilerHarness, attribute: str) -> None:
    """Have Graph show that this attribute flows into the user's name."""
    [mapping, _] = harness.graph.schemas[JOB]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
    mapping["source"] = attribute_source(attribute)


class TestWhatWaitsForAPerson:
    @pytest.mark.parametrize(
        "wish",
        [
            schema_wish(MAIL, approval="Required"),
            schema_wish(MAIL, rule="other"),
            schema_wish({"target": "userName", "expression": "!x"}),
        ],
        ids=["approval", "unknown rule", "refused expression"],
    )
    async def test_is_read_once_an_hour(self, harness: ReconcilerHarness, wish: SchemaSpec) -> None:
        key = held(harness, wish)
        await harness.run_until(key, minutes(170))
        assert harness.graph.calls.count("get_schema") == 3
        assert harness.condition(key, "Stalled")[0] == "True"

    async def test_is_read_at_once_by_request(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, approval="Required"))
        await harness.run(key)
        [mapping, _] = harness.graph.schemas[JOB]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
        mapping["source"] = attribute_source("mail")
        request_look(harness, key)
        await harness.run(key)
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_is_not_kept_in_memory(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, approval="Required"))
        await harness.run(key)
        memory = harness.collaborators.schema_memories.recall(harness.server.stored[key])
        assert memory.seen is not None
        assert memory.seen.wanted is None

    async def test_a_rule_that_graph_does_not_let_be_changed_is_named(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.schemas[JOB] = graph_schema()
        harness.graph.schemas[JOB]["synchronizationRules"][0]["editable"] = False
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.message(key, "Stalled") == (
            f"Graph does not let spec.schema.rules[{RULE}] be changed: the rule is marked as not editable. "
            "Take the rule out of spec.schema."
        )


class TestAChangeThatGraphIgnores:
    async def test_is_sent_again_by_request_and_not_by_another_edit(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run_until(key, minutes(60))
        harness.edit(key, desired=desired(schema=schema_wish(MAIL), poll_interval=minutes(7)))
        await harness.run_until(key, minutes(60))
        assert harness.graph.writes == ["put_schema"]
        request_look(harness, key)
        await harness.run(key)
        assert harness.graph.writes == ["put_schema", "put_schema"]

    async def test_is_not_sent_twice_by_a_request_while_reads_may_be_stale(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        request_look(harness, key)
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]


class TestASchemaThatMatchesByAStaleRead:
    async def test_is_looked_at_again_also_where_changes_need_approval(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        before = {"target": "userName", "attribute": "userPrincipalName"}
        harness.edit(key, desired=desired(schema=schema_wish(before, approval="Required")))
        await harness.run(key)
        show_source(harness, "mail")  # the change that was taken shows late
        await harness.run_until(key, minutes(16))
        assert harness.condition(key, "Stalled") == ("True", "ApprovalNeeded")


class TestAChangeAfterWhichAnotherEarlierStateShows:
    """Reads may be stale by minutes: two edits shortly after one another show in any order."""

    async def test_is_not_sent_again_while_reads_may_be_stale(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        show_source(harness, "displayName")
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["put_schema"]
        assert harness.condition(key, "Ready") == ("False", "WaitingForReplication")

    async def test_is_sent_again_when_reads_can_no_longer_be_stale(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        show_source(harness, "displayName")
        harness.graph.ignores_schemas = False
        await harness.run_until(key, minutes(17))
        assert harness.graph.writes == ["put_schema", "put_schema"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_is_not_sent_again_for_an_edit_of_something_else(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        show_source(harness, "displayName")
        harness.edit(key, desired=desired(schema=schema_wish(MAIL), poll_interval=minutes(7)))
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["put_schema"]

    async def test_is_not_sent_again_after_it_has_shown(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"
        show_source(harness, "userPrincipalName")
        harness.edit(key, desired=desired(schema=schema_wish(MAIL), poll_interval=minutes(7)))
        await harness.run_until(key, minutes(14))
        assert harness.graph.writes == ["put_schema"]

    async def test_that_somebody_took_back_is_sent_again_and_is_no_change_that_graph_ignores(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        show_source(harness, "userPrincipalName")
        harness.edit(key, desired=desired(schema=schema_wish(MAIL), poll_interval=minutes(7)))
        await harness.run_until(key, minutes(30))
        assert harness.graph.writes == ["put_schema", "put_schema"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_does_not_keep_an_edit_of_the_spec_waiting(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        harness.graph.ignores_schemas = False
        harness.edit(key, desired=desired(schema=schema_wish(LOWER)))
        await harness.run(key)
        assert harness.graph.writes == ["put_schema", "put_schema"]


class TestALookForDrift:
    async def test_goes_on_at_the_next_poll_where_a_new_process_has_many_questions(
        self, harness: ReconcilerHarness
    ) -> None:
        mappings = [{"target": f"t{n}", "expression": f"ToLower([a{n}])"} for n in range(2 * MAX_QUESTIONS)]
        key = held(harness, schema_wish(*mappings))
        await harness.run_until(key, minutes(1))
        harness.restart()
        harness.graph.schemas[JOB] = graph_schema()
        await harness.run_until(key, minutes(90))
        assert harness.graph.writes == ["put_schema", "put_schema"]


class TestManyTests:
    def make_wish(self) -> SchemaSpec:
        tests: list[dict[str, Any]] = [
            {"name": f"test {n}", "rule": RULE, "input": {"mail": f"m{n}"}, "expect": {"userName": f"m{n}"}}
            for n in range(60)
        ]
        return schema_wish(MAIL, tests=tests)

    async def test_take_several_passes(self, harness: ReconcilerHarness) -> None:
        key = held(harness, self.make_wish())
        await harness.run(key)
        assert harness.graph.calls.count("evaluate_expression") == MAX_QUESTIONS
        assert harness.condition(key, "Reconciling") == ("True", "TestingSchema")
        await harness.run_until(key, minutes(1))
        assert harness.graph.calls.count("evaluate_expression") == 60
        assert harness.graph.writes == ["put_schema"]

    async def test_let_a_pause_come_first(self, harness: ReconcilerHarness) -> None:
        key = held(harness, self.make_wish())
        await harness.run(key)
        harness.edit(key, desired=desired(schema=self.make_wish(), schedule_state=ScheduleState.PAUSED))
        await harness.run(key)
        assert harness.graph.writes[0] == "pause_job"
        asked = harness.graph.calls[: harness.graph.calls.index("pause_job")].count("evaluate_expression")
        assert asked == 2 * MAX_QUESTIONS
