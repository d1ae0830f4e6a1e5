"""The metadata that all our kinds share, and how an invalid spec is put into words."""

from typing import Any

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.resource.object_meta import EPOCH, has_news, read_meta, read_spec, read_status
from entrasync.core.resource.parsing import read_resource
from tests.support.facts import PRINCIPAL

METADATA: dict[str, Any] = {"name": "salesforce", "namespace": "identity", "uid": "uid-1", "resourceVersion": "7"}
SPEC = {"servicePrincipal": {"objectId": PRINCIPAL}, "template": {"id": "scim"}}


class TestReadMeta:
    def test_reads_an_object_that_has_only_what_every_object_has(self) -> None:
        meta = read_meta({"metadata": METADATA})
        assert (meta.key, meta.uid, meta.resource_version) == (ObjectKey("identity", "salesforce"), "uid-1", "7")
        assert (meta.generation, meta.created_at, meta.is_deleting) == (0, EPOCH, False)
        assert (meta.finalizers, meta.annotations) == ((), {})

    def test_reads_a_deletion_and_null_lists_as_empty(self) -> None:
        deleted = {"deletionTimestamp": "2026-11-01T12:00:00Z", "finalizers": None, "annotations": None}
        meta = read_meta({"metadata": METADATA | deleted})
        assert (meta.is_deleting, meta.finalizers, meta.annotations) == (True, (), {})


class TestHasNews:
    @pytest.mark.parametrize(
        "change",
        [
            {"uid": "uid-2"},
            {"generation": 2},
            {"deletionTimestamp": "2026-11-01T12:00:00Z"},
            {"annotations": {"entrasync.io/abandon": "true"}},
        ],
        ids=["created again", "new spec", "deletion", "annotation of a user"],
    )
    def test_is_true_for_what_users_decide(self, change: dict[str, Any]) -> None:
        known, seen = (read_resource({"metadata": each, "spec": SPEC}) for each in (METADATA, METADATA | change))
        assert has_news(known, seen)

    @pytest.mark.parametrize(
        "change",
        [
            {"resourceVersion": "8"},
            {"finalizers": ["entrasync.io/job"]},
            {"annotations": {"entrasync.io/job-id": "scim.1"}},
        ],
        ids=["status", "our finalizer", "our annotation"],
    )
    def test_is_false_for_what_the_operator_writes(self, change: dict[str, Any]) -> None:
        known, seen = (read_resource({"metadata": each, "spec": SPEC}) for each in (METADATA, METADATA | change))
        assert not has_news(known, seen)


@pytest.mark.parametrize("status", [None, "x", []])
def test_read_status_reads_anything_but_an_object_as_empty(status: object) -> None:
    assert read_status({"status": {"a": 1}}) == {"a": 1}
    assert read_status({"status": status}) == {}


def test_read_spec_returns_what_validate_returns() -> None:
    assert read_spec({"spec": {"a": 1}}, dict) == ({"a": 1}, None)
    assert read_spec({}, dict) == ({}, None)


def test_an_invalid_spec_names_each_field_and_repeats_no_value() -> None:
    read = read_resource({"metadata": METADATA, "spec": SPEC | {"template": {"id": ["canary"]}, "suspend": "canary"}})
    assert read.desired is None
    assert read.invalid_spec is not None
    assert "spec.template.id: " in read.invalid_spec
    assert "; spec.suspend: " in read.invalid_spec
    assert "canary" not in read.invalid_spec
