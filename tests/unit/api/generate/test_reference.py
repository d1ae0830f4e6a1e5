"""The generated pages of docs/ leave out nothing of the API."""

import re

import pytest

from entrasync.api import names
from entrasync.api.conditions import ConditionType
from entrasync.api.generate.reference import render_reference
from entrasync.api.reasons import Reason
from tests.unit.api.generate.test_crd import FIELDS, SPEC

API = render_reference()["api.md"]
CONDITIONS = render_reference()["conditions.md"]


def part_of(kind: str, part: str) -> str:
    return API.partition(f"### {kind}: {part}\n")[2].partition("\n### ")[0].partition("\n## ")[0]


def reasons_by_heading() -> dict[str, list[str]]:
    sections = CONDITIONS.partition("\n## Reasons\n")[2].split("\n### ")[1:]
    tables = {heading: table for heading, _, table in (section.partition("\n") for section in sections)}
    return {heading: re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for heading, table in tables.items()}


class TestApiPage:
    @pytest.mark.parametrize("place", [path for path in SPEC if ".spec." in path and not path.endswith("[]")])
    def test_has_every_field_of_spec(self, place: str) -> None:
        kind, _, path = place.partition(".")
        assert f"| `{path}` |" in part_of(kind, "spec")

    def test_has_every_field_of_status(self) -> None:
        tables = {
            kind: part_of(kind, "status") for kind in (names.KIND, names.CONNECTION_KIND, names.PROVISIONING_KIND)
        }
        fields = [place for place in FIELDS if ".status." in place and not place.endswith("[]")]
        assert fields
        assert [
            place for place in fields if f"| `{place.partition('.')[2]}` |" not in tables[place.partition(".")[0]]
        ] == []

    def test_states_each_constraint_in_words(self) -> None:
        [line] = [line for line in API.splitlines() if line.startswith("| `spec.freshness.maxAge` |")]
        assert "| required<br>A duration is written in whole hours, minutes and seconds without a sign, such as" in line
        assert "<br>The duration must be at least 1m. No job runs more often.<br>" in line
        assert "[0-9]" not in API

    def test_names_the_fields_of_spec_that_cannot_change(self) -> None:
        assert "* spec.jobId: Once set it cannot be changed or removed" in part_of(names.KIND, "spec")
        assert "* spec.tenantId: It cannot be changed" in part_of(names.CONNECTION_KIND, "spec")

    @pytest.mark.parametrize("name", [name for name in vars(names) if name.endswith(("_ANNOTATION", "_LABEL"))])
    def test_has_every_annotation_and_label(self, name: str) -> None:
        assert f"| `{getattr(names, name)}` |" in API

    def test_has_the_annotations_that_request_a_reconcile(self) -> None:
        assert all(f"`{name}`" in API for name in names.REQUEST_ANNOTATIONS)


class TestConditionsPage:
    def test_has_every_condition_and_reason(self) -> None:
        assert [word for word in (*ConditionType, *Reason) if f"| `{word}` |" not in CONDITIONS] == []

    def test_lists_each_reason_under_the_heading_of_its_group(self) -> None:
        groups = reasons_by_heading()
        assert list(groups) == [
            "The job is as wanted",
            "In progress, continues without a person",
            "A person must act",
            "Only in Events",
        ]
        assert [reason for reasons in groups.values() for reason in reasons] == list(Reason)
        assert Reason.PERMISSION_MISSING in groups["A person must act"]
        assert Reason.THROTTLED in groups["In progress, continues without a person"]
        assert Reason.HEALTHY in groups["The job is as wanted"]
        assert Reason.JOB_ADOPTED in groups["Only in Events"]
