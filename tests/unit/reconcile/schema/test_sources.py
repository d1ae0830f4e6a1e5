"""A whole schema from a ConfigMap or from the template: what is written, when it is read, and what is refused."""

import gzip
import json
from typing import Any

import pytest

from entrasync.api.names import JOB_ID_ANNOTATION, SCHEMA_OF_ANNOTATION, SERVICE_PRINCIPAL_ANNOTATION
from entrasync.api.schema.spec import SchemaSpec
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.remote.schema import attribute_source
from entrasync.core.resource.config_map import ConfigMap
from tests.support.facts import JOB, PRINCIPAL, desired, minutes, remote_job
from tests.support.reconciler_harness import ReconcilerHarness
from tests.support.schema_holders import DOWN, LOST, MAIL, held, source_of
from tests.support.schemas import PATH, attribute_mapping, discovered_schema, graph_schema, replacing_wish, schema_wish

SOURCE = ObjectKey("identity", "exported")
TEMPLATE_DEFAULT = SchemaSpec.model_validate({"policy": "TemplateDefault"})


def replacing(**members: Any) -> SchemaSpec:
    """A `spec.schema` that takes the whole schema from the ConfigMap."""
    return replacing_wish(SOURCE.name, **members)


def exported(attribute: str = "mail") -> bytes:
    """A schema of the job in which an attribute flows into the user name."""
    schema = graph_schema(attribute_mapping("userName", attribute_source(attribute)))
    return json.dumps(schema | {"id": JOB}).encode()


@pytest.fixture
def shown(harness: ReconcilerHarness) -> ReconcilerHarness:
    """A process whose Graph has a schema of the job, and whose API server has another one of it."""
    harness.graph.schemas[JOB] = graph_schema() | {"id": JOB}
    harness.config_maps.put(SOURCE, schema__json=exported())
    return harness


class TestReplace:
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    async def test_the_schema_of_a_config_map_is_written_whole(self, shown: ReconcilerHarness, pack: Any) -> None:
        shown.config_maps.put(SOURCE, schema__json=pack(exported()))
        key = held(shown, replacing())
        await shown.run(key)
        sent = dict(shown.graph.sent_schemas[0])
        wanted = json.loads(exported())
        del wanted["@odata.context"]
        assert sent == wanted
        assert shown.condition(key, "Ready")[0] == "True"
        assert shown.status(key)["schema"]["source"] == {
            "name": SOURCE.name,
            "uid": "uid-of-exported",
            "resourceVersion": "2",
        }

    async def test_a_schema_that_is_there_already_is_not_written(self, shown: ReconcilerHarness) -> None:
        shown.graph.schemas[JOB] = json.loads(exported()) | {"version": "another"}
        key = held(shown, replacing())
        await shown.run(key)
        await shown.run_until(key, minutes(130))
        assert shown.graph.writes == []

    async def test_a_config_map_that_matches_is_not_read_again_but_for_its_version(
        self, shown: ReconcilerHarness
    ) -> None:
        key = held(shown, replacing())
        await shown.run(key)
        shown.restart()
        shown.graph.calls.clear()
        shown.config_maps.calls.clear()
        await shown.run(key)
        assert shown.config_maps.calls == [("get", SOURCE.name)]
        assert shown.graph.calls == ["list_jobs"]

    async def test_a_changed_config_map_is_written_at_the_next_pass(self, shown: ReconcilerHarness) -> None:
        key = held(shown, replacing())
        await shown.run(key)
        shown.config_maps.put(SOURCE, schema__json=exported("upn"))
        await shown.run(key)
        assert source_of(shown)["name"] == "upn"
        assert "DriftCorrected" not in shown.recorded.reasons

    async def test_a_change_from_outside_is_undone_within_the_hour(self, shown: ReconcilerHarness) -> None:
        key = held(shown, replacing())
        await shown.run(key)
        shown.graph.schemas[JOB] = graph_schema() | {"id": JOB}
        await shown.run_until(key, minutes(70))
        assert source_of(shown)["name"] == "mail"
        assert "DriftCorrected" in shown.recorded.reasons

    async def test_a_change_waits_for_its_approval(self, shown: ReconcilerHarness) -> None:
        key = held(shown, replacing(approval="Required"))
        await shown.run(key)
        assert shown.condition(key, "Stalled") == ("True", "ApprovalNeeded")
        approved = shown.status(key)["schema"]["diffHash"]
        shown.edit(key, desired=desired(schema=replacing(approval="Required", approvedDiff=approved)))
        await shown.run(key)
        assert shown.graph.writes == ["put_schema"]

    async def test_a_test_that_fails_with_it_holds_it_back(self, shown: ReconcilerHarness) -> None:
        test = {"name": "x", "rule": "USER_OUTBOUND_USER", "input": {"mail": "a"}, "expect": {"userName": "b"}}
        key = held(shown, replacing(tests=[test]))
        await shown.run(key)
        assert shown.condition(key, "Stalled") == ("True", "MappingTestFailed")
        assert shown.graph.writes == []

    async def test_an_attribute_that_no_directory_has_is_told_as_with_a_merge(self, shown: ReconcilerHarness) -> None:
        shown.graph.schemas[JOB] = discovered_schema() | {"id": JOB}
        document = discovered_schema(attribute_mapping("userName", attribute_source("emale")))
        shown.config_maps.put(SOURCE, schema__json=json.dumps(document | {"id": JOB}).encode())
        key = held(shown, replacing())
        await shown.run(key)
        assert shown.condition(key, "Stalled") == ("True", "SchemaPartUnknown")
        assert shown.message(key, "Stalled") == (
            f'{PATH}.attributeMappings[userName] uses "emale", which object "User" of directory "Azure Active '
            'Directory" does not have. Similar names there are "mail". Correct the name.'
        )
        assert shown.graph.writes == []

    async def test_an_attribute_that_may_be_added_is_told_where(self, shown: ReconcilerHarness) -> None:
        shown.graph.schemas[JOB] = discovered_schema() | {"id": JOB}
        document = discovered_schema(attribute_mapping("shoeSize", attribute_source("mail")))
        shown.config_maps.put(SOURCE, schema__json=json.dumps(document | {"id": JOB}).encode())
        key = held(shown, replacing())
        await shown.run(key)
        assert shown.message(key, "Stalled").endswith(
            "Correct the name, or add the attribute to directories of the whole schema."
        )

    @pytest.mark.parametrize(
        ("of", "principal", "is_taken"),
        [("salesforce", PRINCIPAL, True), ("salesforce", "another", False), ("slack", PRINCIPAL, False)],
    )
    async def test_a_backup_of_the_job_before_is_taken_if_it_is_that_of_the_same_resource_and_application(
        self, of: str, principal: str, is_taken: bool, shown: ReconcilerHarness
    ) -> None:
        former = JOB.rpartition(".")[0] + ".0"
        stored = shown.config_maps.stored[SOURCE]
        annotations = {SCHEMA_OF_ANNOTATION: of, JOB_ID_ANNOTATION: former, SERVICE_PRINCIPAL_ANNOTATION: principal}
        content = json.dumps(json.loads(exported()) | {"id": former}).encode()
        shown.config_maps.stored[SOURCE] = ConfigMap(stored.version, {"schema.json": content}, annotations)
        key = held(shown, replacing())
        await shown.run(key)
        assert shown.graph.writes == (["put_schema"] if is_taken else [])
        assert is_taken or shown.condition(key, "Stalled") == ("True", "SchemaSourceUnreadable")
        assert shown.graph.schemas[JOB]["id"] == JOB

    async def test_a_backup_restores_the_first_schema_and_is_kept_as_long_as_spec_names_it(
        self, shown: ReconcilerHarness
    ) -> None:
        key = held(shown, schema_wish(MAIL))
        await shown.run(key)
        [first] = shown.status(key)["schema"]["backups"]
        for text in ("a", "b"):
            shown.edit(key, desired=desired(schema=schema_wish({"target": "userName", "constant": text})))
            await shown.run(key)
        shown.edit(key, desired=desired(schema=replacing_wish(first["name"], "schema.json.gz")))
        await shown.run(key)
        found = dict(shown.graph.schemas[JOB])
        assert found == {name: value for name, value in (graph_schema() | {"id": JOB}).items() if "@" not in name}
        assert shown.condition(key, "Ready")[0] == "True"
        names = [entry["name"] for entry in shown.status(key)["schema"]["backups"]]
        assert len(names) == 4
        assert names[-1] == first["name"]


class TestTemplateDefault:
    async def test_a_schema_that_differs_from_the_templates_is_reset_by_graph_itself(
        self, shown: ReconcilerHarness
    ) -> None:
        shown.graph.schemas[JOB] = json.loads(exported())
        key = held(shown, TEMPLATE_DEFAULT)
        await shown.run(key)
        assert shown.graph.writes == ["delete_schema"]
        assert shown.condition(key, "Ready")[0] == "True"
        assert len(shown.status(key)["schema"]["backups"]) == 1
        [event] = [event for event in shown.recorded.events if str(event.reason) == "SchemaApplied"]
        assert event.message.startswith("Reset the schema: set rules[USER_OUTBOUND_USER]")

    async def test_a_schema_that_is_that_of_the_template_is_left_alone(self, shown: ReconcilerHarness) -> None:
        key = held(shown, TEMPLATE_DEFAULT)
        await shown.run(key)
        await shown.run_until(key, minutes(130))
        assert shown.graph.writes == []
        assert shown.condition(key, "Ready")[0] == "True"

    async def test_the_template_is_the_one_that_graph_says_the_job_has(self, shown: ReconcilerHarness) -> None:
        key = held(shown, TEMPLATE_DEFAULT, template_id=JOB.partition(".")[0])
        shown.graph.add(remote_job(template="another"))
        await shown.run(key)
        assert set(shown.graph.asked_templates) == {"another"}

    async def test_a_reset_whose_answer_is_lost_is_not_repeated_where_it_has_arrived(
        self, shown: ReconcilerHarness
    ) -> None:
        shown.graph.schemas[JOB] = json.loads(exported())
        key = held(shown, TEMPLATE_DEFAULT)
        shown.graph.fail("delete_schema", LOST, is_done=True)
        await shown.run(key)
        await shown.run(key)
        assert shown.graph.writes == ["delete_schema"]

    async def test_a_template_that_cannot_be_read_holds_the_reset_back(self, shown: ReconcilerHarness) -> None:
        shown.graph.schemas[JOB] = json.loads(exported())
        key = held(shown, TEMPLATE_DEFAULT)
        shown.graph.fail("get_template_schema", DOWN)
        await shown.run(key)
        assert shown.graph.writes == []
        await shown.run(key)
        assert shown.graph.writes == ["delete_schema"]


class TestUnreadableSource:
    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (
                None,
                "There is no ConfigMap identity/exported. spec.schema.from.configMapKeyRef needs it: create it, or "
                "correct the reference.",
            ),
            (
                {"other__json": b"{}", "more": b""},
                "ConfigMap identity/exported has no key schema.json. It has: more, other.json. "
                "spec.schema.from.configMapKeyRef needs the key: add it, or correct the reference.",
            ),
            (
                {},
                "ConfigMap identity/exported has no key schema.json. It is empty. spec.schema.from.configMapKeyRef "
                "needs the key: add it, or correct the reference.",
            ),
            (
                {"schema__json": b"[]"},
                "Key schema.json of ConfigMap identity/exported is JSON, but no object. Put a schema of this job "
                "there, as Graph shows it or as a backup has it.",
            ),
            (
                {"schema__json": b"\x1f\x8b" + b"x" * 20},
                "Key schema.json of ConfigMap identity/exported cannot be unpacked by gzip (Error -3 while "
                "decompressing data: unknown compression method). Put a schema of this job there, as Graph shows it "
                "or as a backup has it.",
            ),
            (
                {"schema__json": b'{"id": "another", "synchronizationRules": [], "directories": []}'},
                'Key schema.json of ConfigMap identity/exported is the schema of "another", and this job is '
                f'"{JOB}". If it is meant for this job too, take its member "id" out. Put a schema of this job there, '
                "as Graph shows it or as a backup has it.",
            ),
        ],
        ids=["missing", "no key", "empty", "no object", "broken gzip", "another job"],
    )
    async def test_is_told_with_what_is_wrong_and_changes_nothing(
        self, shown: ReconcilerHarness, data: dict[str, bytes] | None, message: str
    ) -> None:
        del shown.config_maps.stored[SOURCE]
        if data is not None:
            shown.config_maps.put(SOURCE, **data)
        key = held(shown, replacing())
        await shown.run(key)
        assert shown.condition(key, "Stalled") == ("True", "SchemaSourceUnreadable")
        assert shown.message(key, "Stalled") == message
        assert "get_schema" not in shown.graph.calls
        shown.config_maps.put(SOURCE, schema__json=exported())
        await shown.run(key)
        assert shown.graph.writes == ["put_schema"]

    async def test_is_told_with_the_missing_right(self, shown: ReconcilerHarness) -> None:
        shown.config_maps.refused.add("get")
        key = held(shown, replacing())
        await shown.run(key)
        assert shown.message(key, "Stalled") == (
            "ConfigMap identity/exported may not be read: the operator lacks the right get on configmaps in namespace "
            "identity. Grant it to the operator's ServiceAccount there. The API server says: 403 configmaps is "
            "forbidden: cannot get resource."
        )

    async def test_is_told_although_the_schema_was_as_wanted_before(self, shown: ReconcilerHarness) -> None:
        key = held(shown, replacing())
        await shown.run(key)
        kept = shown.config_maps.stored.pop(SOURCE)
        await shown.run(key)
        assert shown.condition(key, "Stalled") == ("True", "SchemaSourceUnreadable")
        shown.config_maps.stored[SOURCE] = kept
        await shown.run(key)
        assert shown.condition(key, "Ready")[0] == "True"
        assert shown.graph.writes == ["put_schema"]
