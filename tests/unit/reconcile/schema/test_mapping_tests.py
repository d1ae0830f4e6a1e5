"""Tests of mappings and expressions: when Graph is asked about them, and what becomes of its answers."""

from typing import Any

import pytest

from entrasync.core.remote.schema import attribute_source
from tests.support.facts import JOB, desired, minutes, resource
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schema_holders import DOWN, LOWER, MAIL, held, source_of
from tests.support.schemas import RULE, graph_schema, schema_wish


def mapping_test(name: str = "upper case", **overlay: Any) -> dict[str, Any]:
    usual = {
        "name": name,
        "rule": RULE,
        "input": {"mail": "Ann@Example.com"},
        "expect": {"userName": "ann@example.com"},
    }
    return usual | overlay


class TestMappingTests:
    async def test_a_schema_whose_tests_pass_is_written(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(LOWER, tests=[mapping_test()]))
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
        assert harness.graph.calls.count("evaluate_expression") == 1
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_a_test_that_fails_holds_the_write_back_and_says_what_came_out(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL, tests=[mapping_test()]))
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.condition(key, "Stalled") == ("True", "MappingTestFailed")
        assert harness.message(key, "Stalled") == (
            'Test "upper case" of spec.schema failed: userName is expected to be "ann@example.com" and is '
            '"Ann@Example.com". Correct the mapping or the test.'
        )

    async def test_a_corrected_mapping_is_tested_again_and_written(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, tests=[mapping_test()]))
        await harness.run(key)
        harness.edit(key, desired=desired(schema=schema_wish(LOWER, tests=[mapping_test()])))
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]

    async def test_a_new_job_is_not_started_while_a_test_of_its_schema_fails(self, harness: ReconcilerHarness) -> None:
        wish = schema_wish(MAIL, tests=[mapping_test()])
        await harness.run(harness.apply(resource(desired(schema=wish), finalizers=())))
        assert harness.graph.writes == ["create_job"]

    async def test_a_mapping_that_spec_does_not_name_is_tested_too(self, harness: ReconcilerHarness) -> None:
        tested = mapping_test(input={"userPrincipalName": "ann"}, expect={"userName": "ben"})
        wish = schema_wish({"target": "displayName", "attribute": "displayName"}, tests=[tested])
        key = held(harness, wish)
        await harness.run(key)
        assert 'userName is expected to be "ben" and is "ann"' in harness.message(key, "Stalled")

    async def test_tests_do_not_run_at_idle_polls_nor_after_a_restart(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(LOWER, tests=[mapping_test()]))
        await harness.run(key)
        await harness.run_until(key, minutes(180))
        harness.restart()
        await harness.run_until(key, minutes(180))
        assert harness.graph.calls.count("evaluate_expression") == 1

    async def test_a_failed_test_is_not_evaluated_again_before_the_spec_changes(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL, tests=[mapping_test()]))
        await harness.run_until(key, minutes(60))
        assert harness.graph.calls.count("evaluate_expression") == 1
        changed = mapping_test(expect={"userName": "Ann@Example.com"})
        harness.edit(key, desired=desired(schema=schema_wish(MAIL, tests=[changed])))
        await harness.run(key)
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_an_evaluation_that_graph_refuses_is_quoted(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, tests=[mapping_test(input={})]))
        await harness.run(key)
        assert harness.message(key, "Stalled") == (
            'Test "upper case" of spec.schema failed: Graph cannot evaluate [mail] for userName: "There is no '
            'attribute mail.". Correct the mapping or the test.'
        )

    @pytest.mark.parametrize(
        ("missing", "words"),
        [
            ({"expect": {"title": "x"}}, "title is not mapped there"),
            ({"rule": "other"}, 'the job\'s schema has no rule "other"'),
            ({"objectMapping": "other"}, f'the rule "{RULE}" has no object mapping "other"'),
        ],
    )
    async def test_a_name_that_the_schema_does_not_have_fails_its_test(
        self, harness: ReconcilerHarness, missing: dict[str, Any], words: str
    ) -> None:
        key = held(harness, schema_wish(MAIL, tests=[mapping_test(**missing)]))
        await harness.run(key)
        assert f"failed: {words}. Correct" in harness.message(key, "Stalled")

    async def test_a_failed_call_of_graph_is_no_failed_test(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(LOWER, tests=[mapping_test()]))
        harness.graph.fail("evaluate_expression", DOWN)
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.condition(key, "Stalled") == ("", "")
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]

    async def test_all_failed_tests_are_counted(self, harness: ReconcilerHarness) -> None:
        tests = [mapping_test(f"test {number}", expect={"userName": "x"}) for number in range(5)]
        key = held(harness, schema_wish(MAIL, tests=tests))
        await harness.run(key)
        assert "2 more failed." in harness.message(key, "Stalled")
        assert harness.graph.calls.count("evaluate_expression") == 1


class TestChangesMeanwhile:
    """The portal saves another mapping while this pass still asks Graph about expressions and tests."""

    @pytest.mark.parametrize("call", ["parse_expression", "evaluate_expression"])
    async def test_a_change_made_while_graph_is_asked_is_kept(self, harness: ReconcilerHarness, call: str) -> None:
        def save_in_portal() -> None:
            schema = harness.graph.schemas.setdefault(JOB, graph_schema())
            mappings = schema["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"]
            mappings[1]["source"] = attribute_source("givenName")

        key = held(harness, schema_wish(LOWER, tests=[mapping_test()]))
        harness.graph.during[call] = save_in_portal
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
        assert source_of(harness, "displayName") == attribute_source("givenName")

    @pytest.mark.parametrize("call", ["parse_expression", "evaluate_expression"])
    async def test_what_graph_has_answered_before_a_failure_is_not_asked_again(
        self, harness: ReconcilerHarness, call: str
    ) -> None:
        upper = {"target": "displayName", "expression": "ToUpper([mail])"}
        tests = [mapping_test(), mapping_test("other", input={"mail": "X"}, expect={"userName": "x"})]
        key = held(harness, schema_wish(LOWER, upper, tests=tests))
        harness.graph.during[call] = lambda: harness.graph.fail(call, DOWN)
        await harness.run(key)
        assert harness.graph.writes == []
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
        assert harness.graph.calls.count(call) == 3
