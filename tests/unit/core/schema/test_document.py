"""Reading a whole schema from the bytes of a ConfigMap."""

import gzip
import json
from typing import Any

import pytest

from entrasync.core.schema import document
from entrasync.core.schema.backup import pack_schema
from entrasync.core.schema.document import MAX_DEPTH, MAX_RAW_BYTES, NoSchema, read_document
from tests.support.schemas import graph_schema

JOB = "scim.tenant.1"
OWN: dict[str, Any] = {"id": JOB, "synchronizationRules": [{"name": "Rule"}], "directories": []}


def as_bytes(value: object) -> bytes:
    return json.dumps(value).encode()


def refusal(content: bytes) -> str:
    with pytest.raises(NoSchema) as refused:
        read_document(content, JOB)
    return str(refused.value)


class TestSchema:
    @pytest.mark.parametrize("pack", [bytes, gzip.compress])
    def test_is_read_plain_and_packed(self, pack: Any) -> None:
        assert read_document(pack(as_bytes(OWN)), JOB) == OWN

    def test_is_read_from_a_backup_with_its_members_in_their_order(self) -> None:
        schema = {**graph_schema(), "id": JOB}
        read = read_document(pack_schema(schema), JOB)
        assert list(read.items()) == [item for item in schema.items() if item[0] != "@odata.context"]

    @pytest.mark.parametrize("known", [JOB, JOB.upper(), f"SCIM.{'0' * 32}", None, 5])
    def test_is_that_of_the_job_or_of_its_template_or_has_no_id(self, known: object) -> None:
        assert read_document(as_bytes(OWN | {"id": known}), JOB)["directories"] == []

    def test_of_another_job_is_refused_with_both_ids_and_the_way_out(self) -> None:
        assert refusal(as_bytes(OWN | {"id": "scim.tenant.2"})) == (
            'is the schema of "scim.tenant.2", and this job is "scim.tenant.1". If it is meant for this job too, take '
            'its member "id" out'
        )

    @pytest.mark.parametrize("former", ["scim.tenant.0", "SCIM.Tenant.0"])
    def test_of_the_job_before_is_read(self, former: str) -> None:
        read = read_document(as_bytes(OWN | {"id": "scim.tenant.0"}), JOB, former_job_id=former)
        assert read["id"] == "scim.tenant.0"

    @pytest.mark.parametrize("former", ["slack.tenant.0", "scim.elsewhere.0", "scim.tenant.3"])
    def test_of_a_job_before_is_refused_if_it_was_of_another_template_or_is_another(self, former: str) -> None:
        shown = former if former != "scim.tenant.3" else "scim.tenant.2"
        with pytest.raises(NoSchema, match="is the schema of"):
            read_document(as_bytes(OWN | {"id": shown}), JOB, former_job_id=former)

    def test_of_another_template_is_refused(self) -> None:
        assert "is the schema of" in refusal(as_bytes(OWN | {"id": f"slack.{'0' * 32}"}))

    @pytest.mark.parametrize("member", ["synchronizationRules", "directories"])
    @pytest.mark.parametrize("odd", [None, "x", {}, [5]])
    def test_without_one_of_its_lists_is_refused(self, member: str, odd: object) -> None:
        assert (
            refusal(as_bytes(OWN | {member: odd}))
            == f"is no synchronization schema: it has no list of objects {member}"
        )

    @pytest.mark.parametrize(
        ("members", "message"),
        [
            (
                {"synchronizationRules": [{"objectMappings": 5}]},
                "is no synchronization schema: its objectMappings are no list of objects",
            ),
            (
                {"synchronizationRules": [{"objectMappings": [{"attributeMappings": ["x"]}]}]},
                "is no synchronization schema: its attributeMappings are no list of objects",
            ),
            (
                {"directories": [{"objects": [{"attributes": [{"name": 5}]}]}]},
                'is no synchronization schema: one of its attributes has a member "name" that is no text',
            ),
            (
                {"directories": [{"name": ["x"]}]},
                'is no synchronization schema: one of its directories has a member "name" that is no text',
            ),
            (
                {"synchronizationRules": [{"objectMappings": [{"attributeMappings": [{"targetAttributeName": {}}]}]}]},
                'is no synchronization schema: one of its attributeMappings has a member "targetAttributeName" that '
                "is no text",
            ),
        ],
        ids=["number", "list of texts", "name is a number", "name is a list", "target is an object"],
    )
    def test_of_another_shape_is_refused_with_the_part_that_is_wrong(
        self, members: dict[str, Any], message: str
    ) -> None:
        assert refusal(as_bytes(OWN | members)) == message

    def test_may_lack_lists_and_names_as_in_graph(self) -> None:
        rule = {"name": None, "objectMappings": [{"attributeMappings": None}]}
        content = OWN | {"synchronizationRules": [rule], "directories": [{"objects": None}]}
        assert read_document(as_bytes(content), JOB) == content

    def test_with_a_member_twice_is_refused_because_one_of_them_would_be_lost(self) -> None:
        content = as_bytes(OWN).replace(b'{"name": "Rule"}', b'{"name": "Rule", "priority": 1, "priority": 2}')
        assert refusal(content) == 'has an object with more than one member "priority"'

    def test_that_is_nested_deeper_than_any_mapping_is_refused(self) -> None:
        def nested(depth: int) -> bytes:
            return as_bytes(OWN | {"x": None}).replace(b"null", b"[" * depth + b"]" * depth)

        assert read_document(nested(MAX_DEPTH - 1), JOB)["x"]
        assert refusal(nested(MAX_DEPTH)) == f"is nested more than {MAX_DEPTH} deep, which is the most that is read"


class TestOtherBytes:
    @pytest.mark.parametrize(
        "content", [b"", b"no JSON", b"\xff\xfe\x00", b"[" * 100_000, b'{"a": NaN}', b'{"a": 1e999}', b'{"a": 1} x']
    )
    def test_that_are_no_json_are_refused(self, content: bytes) -> None:
        assert refusal(content).startswith("is neither JSON nor packed by gzip (")

    @pytest.mark.parametrize("value", [None, [], "text", 5])
    def test_that_are_no_object_are_refused(self, value: object) -> None:
        assert refusal(as_bytes(value)) == "is JSON, but no object"

    def test_of_a_broken_file_are_refused(self) -> None:
        packed = gzip.compress(as_bytes(OWN))
        assert refusal(packed[:-9]) == "cannot be unpacked by gzip (its end is missing)"
        assert refusal(packed[:4] + b"\xff" * 30).startswith("cannot be unpacked by gzip (Error -3")

    def test_that_unpack_to_too_many_are_not_unpacked_any_further(self) -> None:
        bomb = gzip.compress(b" " * (MAX_RAW_BYTES * 40))
        assert len(bomb) < 300_000
        assert refusal(bomb) == "has more than 5242880 bytes of JSON, which is the most that is read"

    def test_that_are_just_few_enough_are_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        content = as_bytes(OWN)
        monkeypatch.setattr(document, "MAX_RAW_BYTES", len(content))
        assert read_document(gzip.compress(content), JOB) == read_document(content, JOB) == OWN
        monkeypatch.setattr(document, "MAX_RAW_BYTES", len(content) - 1)
        assert refusal(gzip.compress(content)).startswith("has more than")
        assert refusal(content).startswith("has more than")
