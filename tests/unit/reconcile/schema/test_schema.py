"""Schemas over many passes: what is read, what is sent, how often, and what is reported."""

import json
from contextlib import suppress

import pytest

from entrasync.api.policies import ManagementPolicy
from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import GraphAnswer, Refused
from entrasync.core.remote.schema import attribute_source
from tests.support.facts import JOB, desired, minutes, resource
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schema_holders import DOWN, LOST, LOWER, MAIL, USER_NAME, held, source_of
from tests.support.schemas import PATH, RULE, USERS, discovered_schema, graph_schema, schema_wish


class TestWriting:
    async def test_a_change_takes_a_read_a_write_and_a_read(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "get_schema", "put_schema", "get_schema"]
        assert source_of(harness) == attribute_source("mail")
        assert harness.condition(key, "Applied") == ("True", "Applied")
        assert harness.status(key)["schema"]["generation"] == 1

    async def test_the_whole_schema_is_sent_with_what_nobody_knows(self, harness: ReconcilerHarness) -> None:
        await harness.run(held(harness, schema_wish(MAIL)))
        [sent] = harness.graph.sent_schemas
        wanted = graph_schema()
        wanted["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][0]["source"] = sent[
            "synchronizationRules"
        ][0]["objectMappings"][0]["attributeMappings"][0]["source"]
        del wanted["@odata.context"]
        assert json.dumps(sent) == json.dumps(wanted)

    async def test_an_expression_is_read_by_graph_once(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(LOWER))
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs", "parse_expression", "get_schema", "put_schema", "get_schema"]
        await harness.run_until(key, minutes(180))
        assert harness.graph.calls.count("parse_expression") == 1

    async def test_the_schema_of_a_new_job_is_written_before_its_start(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(desired(schema=schema_wish(MAIL)), finalizers=()))
        await harness.run(key)
        assert harness.graph.writes == ["create_job", "put_schema", "start_job"]
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_the_change_is_reported_by_an_event(self, harness: ReconcilerHarness) -> None:
        await harness.run(held(harness, schema_wish(MAIL)))
        assert harness.recorded.reasons == ["SchemaApplied"]
        assert harness.recorded.events[0].message == (
            f"Changed the schema: set {USER_NAME.removeprefix('spec.schema.')} to [mail] (now [userPrincipalName]), "
            f"in job {JOB}."
        )

    async def test_a_schema_that_matches_is_read_once_and_never_written(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish({"target": "userName", "attribute": "userPrincipalName"}))
        await harness.run(key)
        await harness.run_until(key, minutes(50))
        assert harness.graph.calls.count("get_schema") == 1
        assert harness.graph.writes == []

    async def test_a_restarted_operator_does_not_read_a_schema_that_matched(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(LOWER))
        await harness.run(key)
        harness.restart()
        harness.graph.calls.clear()
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs"]

    async def test_an_edit_of_the_spec_reads_the_schema_again(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        harness.edit(key, desired=desired(schema=schema_wish({"target": "userName", "constant": "x"})))
        await harness.run(key)
        assert source_of(harness)["name"] == "x"

    async def test_no_schema_in_spec_costs_no_call(self, harness: ReconcilerHarness) -> None:
        key = harness.apply_holder()
        await harness.run(key)
        assert harness.graph.calls == ["list_jobs"]
        assert "schema" not in harness.status(key)

    async def test_a_schema_that_is_taken_out_of_spec_stays_as_it_is(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        harness.edit(key, desired=desired())
        await harness.run(key)
        assert source_of(harness) == attribute_source("mail")
        assert list(harness.status(key)["schema"]) == ["backups"]


class TestDrift:
    async def test_a_change_from_outside_is_undone_within_the_hour_and_reported(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        harness.graph.schemas[JOB] = graph_schema()
        await harness.run_until(key, minutes(70))
        assert source_of(harness) == attribute_source("mail")
        assert harness.recorded.reasons == ["SchemaApplied", "DriftCorrected"]
        assert harness.status(key)["lastDrift"]["differences"] == [
            {"field": USER_NAME, "wanted": "[mail]", "found": "[userPrincipalName]"}
        ]

    async def test_a_third_change_in_a_row_within_a_day_is_said_to_be_that_of_something_else(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        for _ in range(2):
            harness.graph.schemas[JOB] = graph_schema()
            await harness.run_until(key, minutes(70))
        assert "SchemaContested" not in harness.recorded.reasons
        harness.graph.schemas[JOB] = graph_schema()
        await harness.run_until(key, minutes(70))
        told = (
            "Something else writes the job's schema: 3 changes in a row were undone within a day. Let it leave alone "
            "what spec.schema names, or take that out of spec.schema."
        )
        assert [event.message for event in harness.recorded.events if event.reason == "SchemaContested"] == [told]
        assert harness.condition(key, "Ready")[0] == "True"
        assert harness.message(key, "Ready") == f"Job {JOB} runs. {told}"
        await harness.run_until(key, minutes(24 * 60))
        assert harness.message(key, "Ready") == f"Job {JOB} runs."

    async def test_changes_that_are_undone_less_often_are_said_to_be_those_of_people(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        for _ in range(4):
            harness.graph.schemas[JOB] = graph_schema()
            await harness.run_until(key, minutes(13 * 60))
        assert "SchemaContested" not in harness.recorded.reasons

    async def test_an_edit_of_spec_ends_the_row(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        for number in range(4):
            harness.graph.schemas[JOB] = graph_schema()
            await harness.run_until(key, minutes(70))
            if number == 1:
                harness.edit(key, desired=desired(schema=schema_wish({"target": "userName", "constant": "x"})))
                await harness.run(key)
        assert "SchemaContested" not in harness.recorded.reasons

    async def test_the_row_is_kept_over_restarts_of_the_process(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        for _ in range(3):
            harness.graph.schemas[JOB] = graph_schema()
            await harness.run_until(key, minutes(70))
            harness.restart()
        assert harness.recorded.reasons.count("SchemaContested") == 1

    async def test_a_change_of_what_spec_does_not_name_is_left_alone(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        other = harness.graph.schemas[JOB]["synchronizationRules"][0]["objectMappings"][0]["attributeMappings"][1]
        other["source"] = attribute_source("givenName")
        await harness.run_until(key, minutes(130))
        assert source_of(harness, "displayName") == attribute_source("givenName")
        assert harness.graph.writes == ["put_schema"]

    async def test_an_observer_shows_what_it_would_change_and_writes_nothing(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL), management_policy=ManagementPolicy.OBSERVE)
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.condition(key, "Drifted") == ("True", "Drifted")
        assert "set rules[USER_OUTBOUND_USER]" in harness.message(key, "Drifted")

    async def test_a_part_that_vanishes_in_graph_is_reported_until_it_is_back(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        [rule, _] = harness.graph.schemas[JOB]["synchronizationRules"]
        rule["objectMappings"][0]["name"] = "Renamed"
        await harness.run_until(key, minutes(70))
        assert harness.condition(key, "Stalled") == ("True", "SchemaPartUnknown")
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "SchemaPartUnknown")
        rule["objectMappings"][0]["name"] = USERS
        harness.graph.schemas[JOB]["synchronizationRules"][0] = rule
        await harness.run_until(key, minutes(70))
        assert harness.condition(key, "Ready")[0] == "True"
        assert harness.graph.writes == ["put_schema"]


class TestApproval:
    async def test_a_change_waits_with_its_hash_until_it_is_approved(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, approval="Required"))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "ApprovalNeeded")
        assert harness.graph.writes == []
        shown = harness.status(key)["schema"]
        assert shown["differences"] == [{"field": USER_NAME, "wanted": "[mail]", "found": "[userPrincipalName]"}]
        assert shown["diffHash"] in harness.message(key, "Stalled")
        approved = schema_wish(MAIL, approval="Required", approvedDiff=shown["diffHash"])
        harness.edit(key, desired=desired(schema=approved))
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_the_approval_of_one_change_approves_no_other(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, approval="Required"))
        await harness.run(key)
        known = harness.status(key)["schema"]["diffHash"]
        other = schema_wish({"target": "userName", "constant": "x"}, approval="Required", approvedDiff=known)
        harness.edit(key, desired=desired(schema=other))
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.condition(key, "Stalled") == ("True", "ApprovalNeeded")

    async def test_a_new_job_is_not_started_before_its_schema_is_approved(self, harness: ReconcilerHarness) -> None:
        key = harness.apply(resource(desired(schema=schema_wish(MAIL, approval="Required")), finalizers=()))
        await harness.run(key)
        assert harness.graph.writes == ["create_job"]


class TestFaults:
    async def test_an_unknown_object_mapping_stalls_with_those_that_there_are(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL, name="Users"))
        await harness.run(key)
        assert harness.message(key, "Stalled") == (
            f'The job\'s schema has no spec.schema.rules[{RULE}].objectMappings[Users]. It has "{USERS}". '
            "Correct the name, or take it out of spec.schema."
        )
        assert harness.graph.writes == []

    async def test_an_unknown_attribute_stalls_with_its_directory_and_the_names_that_are_similar(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish({"target": "nikName", "attribute": "Mail"}))
        harness.graph.schemas[JOB] = discovered_schema()
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "SchemaPartUnknown")
        place = f"{PATH}.attributeMappings[nikName]"
        assert harness.message(key, "Stalled") == (
            f'{place} uses "nikName", which object "User" of directory "CustomSCIM" does not have. Similar names there '
            f'are "nickName". {place} uses "Mail", which object "User" of directory "Azure Active Directory" does not '
            'have. Similar names there are "mail". Correct the name, or add the attribute in spec.schema.directories.'
        )
        assert harness.graph.writes == []

    async def test_an_attribute_that_a_read_only_directory_lacks_cannot_be_added(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish({"target": "nickName", "attribute": "horoscope"}))
        harness.graph.schemas[JOB] = discovered_schema()
        await harness.run(key)
        assert harness.message(key, "Stalled").endswith("No name there is similar. Correct the name.")

    async def test_an_expression_that_graph_cannot_read_stalls_in_graphs_words(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish({"target": "userName", "expression": "!x"}))
        await harness.run(key)
        assert harness.condition(key, "Stalled") == ("True", "ExpressionRefused")
        assert harness.message(key, "Stalled") == (
            f"Graph cannot read an expression of spec.schema. {USER_NAME}.expression: Unexpected text at position 0. "
            "Correct the expression."
        )
        assert harness.graph.writes == []

    async def test_a_change_that_graph_ignores_is_sent_once_and_reported_after_the_bound(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")
        await harness.run_until(key, minutes(120))
        assert harness.condition(key, "Stalled") == ("True", "SchemaNotTaken")
        harness.restart()
        await harness.run_until(key, minutes(120))
        assert harness.graph.writes == ["put_schema"]

    async def test_an_edit_of_something_else_sends_no_change_again_that_graph_may_still_show(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        harness.edit(key, desired=desired(schema=schema_wish(MAIL), settings=(("a", "b"),)))
        await harness.run(key)
        assert harness.graph.writes.count("put_schema") == 1
        assert harness.condition(key, "Reconciling") == ("True", "WaitingForReplication")

    async def test_a_change_that_is_taken_back_before_graph_shows_it_is_undone_when_graph_does(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.ignores_schemas = True
        await harness.run(key)
        as_before = schema_wish({"target": "userName", "attribute": "userPrincipalName"})
        harness.edit(key, desired=desired(schema=as_before))
        await harness.run(key)
        harness.graph.ignores_schemas = False
        harness.graph.schemas[JOB] = {**graph_schema(), **harness.graph.sent_schemas[0]}
        await harness.run_until(key, minutes(30))
        assert harness.graph.writes == ["put_schema", "put_schema"]
        assert source_of(harness) == attribute_source("userPrincipalName")

    async def test_a_write_without_an_answer_is_not_repeated_where_it_has_arrived(
        self, harness: ReconcilerHarness
    ) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.fail("put_schema", LOST, is_done=True)
        await harness.run(key)
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_a_refused_write_names_what_was_asked_for(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        answer = GraphAnswer(400, "InvalidSchema", "No.", "req")
        harness.graph.fail("put_schema", Refused(Reason.REQUEST_REFUSED, "Graph says no.", answer=answer))
        await harness.run(key)
        assert "Correct what spec.schema asks for: change the schema: set rules[" in harness.message(key, "Stalled")

    @pytest.mark.parametrize("call", ["get_schema", "parse_expression"])
    async def test_a_schema_that_cannot_be_read_holds_back_its_write_and_not_the_mirror(
        self, harness: ReconcilerHarness, call: str
    ) -> None:
        key = held(harness, schema_wish(LOWER))
        harness.graph.fail(call, DOWN)
        await harness.run(key)
        assert harness.graph.writes == []
        assert harness.status(key)["job"]["id"] == JOB
        await harness.run(key)
        assert harness.condition(key, "Applied") == ("True", "Applied")

    async def test_a_failed_look_for_drift_changes_nothing(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        await harness.run(key)
        harness.clock.move(minutes(61))
        harness.graph.fail("get_schema", DOWN)
        await harness.run(key)
        assert harness.condition(key, "Ready")[0] == "True"

    async def test_a_crash_before_the_status_is_written_costs_no_second_write(self, harness: ReconcilerHarness) -> None:
        key = held(harness, schema_wish(MAIL))
        harness.graph.during["put_schema"] = harness.restart
        with suppress(Exception):
            await harness.run(key)
        await harness.run(key)
        assert harness.graph.writes == ["put_schema"]
