"""Each break of a CRD is found when it is planted, and what breaks nothing is let through."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from release.crds.baseline import CURRENT, find_breaks_since, last_record, record_crds
from release.crds.definition_rules import find_breaks
from release.errors import NotReleasableError
from tests.support.helm import ROOT

Object = dict[str, Any]
Edit = Callable[[Object], Any]

RULE = {"rule": "self.size >= 1"}
SPEC: Object = {
    "type": "object",
    "required": ["name"],
    "x-kubernetes-validations": [RULE],
    "properties": {
        "name": {"type": "string", "maxLength": 10, "minLength": 1, "pattern": "^a"},
        "state": {"type": "string", "enum": ["On", "Off"], "default": "On"},
        "size": {"type": "integer", "minimum": 1, "maximum": 9, "format": "int32", "nullable": True},
        "list": {
            "type": "array",
            "maxItems": 5,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["key"],
            "items": {"type": "object", "properties": {"key": {"type": "string"}}},
        },
        "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 63}},
        "raw": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "either": {"type": "string", "anyOf": [{"maxLength": 3}, {"pattern": "^x"}]},
    },
}
RELEASED: Object = {
    "spec": {
        "group": "example.com",
        "scope": "Namespaced",
        "names": {
            "kind": "Thing",
            "plural": "things",
            "singular": "thing",
            "shortNames": ["th"],
            "categories": ["all"],
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "selectableFields": [{"jsonPath": ".spec.name"}],
                "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": SPEC}}},
            }
        ],
    }
}


def edited(edit: Edit) -> Object:
    found = copy.deepcopy(RELEASED)
    edit(found["spec"])
    return found


def version(spec: Object) -> Object:
    found: Object = spec["versions"][0]
    return found


def root(spec: Object) -> Object:
    found: Object = version(spec)["schema"]["openAPIV3Schema"]["properties"]["spec"]
    return found


def field(spec: Object, name: str) -> Object:
    found: Object = root(spec)["properties"][name]
    return found


BREAKS: list[tuple[Edit, str]] = [
    (lambda crd: root(crd)["properties"].pop("raw"), "v1.spec: the field raw was removed"),
    (lambda crd: field(crd, "list")["items"]["properties"].pop("key"), "v1.spec.list[]: the field key was removed"),
    (lambda crd: field(crd, "list").pop("items"), "v1.spec.list: the schema of its items was removed"),
    (lambda crd: field(crd, "labels").pop("additionalProperties"), "v1.spec.labels: keys of one's own are allowed no"),
    (lambda crd: root(crd)["required"].append("size"), "v1.spec: the field size is required now"),
    (lambda crd: field(crd, "list")["items"].update(required=["key"]), "v1.spec.list[]: the field key is required now"),
    (lambda crd: field(crd, "state")["enum"].remove("Off"), "v1.spec.state: the value Off was removed"),
    (lambda crd: field(crd, "name").update(enum=["a"]), "v1.spec.name: only some values are allowed now"),
    (lambda crd: field(crd, "size").update(minimum=2), "v1.spec.size: minimum was 1 and is 2"),
    (lambda crd: field(crd, "size").update(maximum=8), "v1.spec.size: maximum was 9 and is 8"),
    (lambda crd: field(crd, "size").update(exclusiveMaximum=True), "v1.spec.size: exclusiveMaximum was added"),
    (lambda crd: field(crd, "name").update(minLength=2), "v1.spec.name: minLength was 1 and is 2"),
    (lambda crd: field(crd, "name").update(maxLength=9), "v1.spec.name: maxLength was 10 and is 9"),
    (lambda crd: field(crd, "state").update(maxLength=9), "v1.spec.state: maxLength was not set and is 9"),
    (lambda crd: field(crd, "list").update(maxItems=4), "v1.spec.list: maxItems was 5 and is 4"),
    (lambda crd: field(crd, "list").update(uniqueItems=True), "v1.spec.list: uniqueItems was added"),
    (lambda crd: field(crd, "labels").update(maxProperties=4), "v1.spec.labels: maxProperties was not set and is 4"),
    (
        lambda crd: field(crd, "labels")["additionalProperties"].update(maxLength=9),
        "v1.spec.labels.*: maxLength was 63",
    ),
    (lambda crd: field(crd, "name").update(pattern="^b"), "v1.spec.name: pattern was ^a and is ^b"),
    (lambda crd: field(crd, "state").update(pattern="^O"), "v1.spec.state: pattern was not set and is ^O"),
    (lambda crd: field(crd, "size").update(type="string"), "v1.spec.size: type was integer and is string"),
    (lambda crd: field(crd, "size").update(format="int64"), "v1.spec.size: format was int32 and is int64"),
    (lambda crd: field(crd, "size").pop("nullable"), "v1.spec.size: nullable was removed"),
    (lambda crd: field(crd, "either")["anyOf"].pop(), "v1.spec.either: anyOf was "),
    (
        lambda crd: field(crd, "raw").pop("x-kubernetes-preserve-unknown-fields"),
        "v1.spec.raw: x-kubernetes-preserve-un",
    ),
    (
        lambda crd: field(crd, "list").update({"x-kubernetes-list-type": "atomic"}),
        "v1.spec.list: x-kubernetes-list-type",
    ),
    (lambda crd: field(crd, "state").update(default="Off"), "v1.spec.state: the default was On and is Off"),
    (lambda crd: field(crd, "state").pop("default"), "v1.spec.state: the default was On and is not set"),
    (
        lambda crd: root(crd)["x-kubernetes-validations"].append({"rule": "self.size >= 2"}),
        "v1.spec: the rule 'self.size >= 2' is new",
    ),
    (
        lambda crd: root(crd)["x-kubernetes-validations"].append({"rule": "!has(self.size) || self.size >= 2"}),
        "v1.spec: the rule '!has(self.size) || self.size >= 2' is new",
    ),
    (lambda crd: crd["versions"].clear(), "the version v1 was removed"),
    (lambda crd: version(crd).update(served=False), "the version v1 is served no longer"),
    (lambda crd: version(crd)["subresources"].pop("status"), "v1 has the subresource status no longer"),
    (lambda crd: version(crd)["selectableFields"].clear(), "v1 cannot be selected by .spec.name any longer"),
    (lambda crd: crd.update(scope="Cluster"), "scope was Namespaced and is Cluster"),
    (lambda crd: crd.update(group="example.org"), "group was example.com and is example.org"),
    (lambda crd: crd["names"].update(plural="thingies"), "its plural was things and is thingies"),
    (lambda crd: crd["names"]["shortNames"].remove("th"), "th was removed from its shortNames"),
    (lambda crd: crd["names"]["categories"].remove("all"), "all was removed from its categories"),
]

HARMLESS: dict[str, Edit] = {
    "nothing at all": lambda crd: crd,
    "a new field": lambda crd: root(crd)["properties"].update(new={"type": "string", "pattern": "^n", "maxLength": 3}),
    "a new required field with a default": lambda crd: (
        root(crd)["properties"].update(new={"type": "string", "default": "n"}),
        root(crd)["required"].append("new"),
    ),
    "a field that is required no longer": lambda crd: root(crd)["required"].clear(),
    "one more value": lambda crd: field(crd, "state")["enum"].append("Auto"),
    "any value": lambda crd: field(crd, "state").pop("enum"),
    "wider bounds": lambda crd: field(crd, "size").update(minimum=0, maximum=10),
    "no bounds": lambda crd: (field(crd, "name").pop("minLength"), field(crd, "name").pop("maxLength")),
    "no pattern": lambda crd: field(crd, "name").pop("pattern"),
    "no rule": lambda crd: root(crd)["x-kubernetes-validations"].clear(),
    "a rule about changes": lambda crd: root(crd)["x-kubernetes-validations"].append({"rule": "self == oldSelf"}),
    "a rule about a new field": lambda crd: (
        root(crd)["properties"].update(new={"type": "string"}),
        root(crd)["x-kubernetes-validations"].append({"rule": "!has(self.new) || self.new == self.name"}),
    ),
    "another description": lambda crd: field(crd, "name").update(description="Another."),
    "another version": lambda crd: crd["versions"].append({"name": "v2", "served": True, "storage": False}),
    "one more short name": lambda crd: crd["names"]["shortNames"].append("thg"),
}


class TestFindBreaks:
    @pytest.mark.parametrize(("edit", "clause"), BREAKS, ids=[clause for _, clause in BREAKS])
    def test_finds_the_break(self, edit: Edit, clause: str) -> None:
        [found] = find_breaks(RELEASED, edited(edit))
        assert found.startswith(f"Thing, {clause}")

    @pytest.mark.parametrize("edit", HARMLESS.values(), ids=HARMLESS)
    def test_lets_through(self, edit: Edit) -> None:
        assert find_breaks(RELEASED, edited(edit)) == []


class TestFindBreaksSince:
    @pytest.fixture
    def record(self, tmp_path: Path) -> Path:
        return self.stored(tmp_path / "1.2.3", RELEASED)

    def stored(self, folder: Path, crd: Object) -> Path:
        folder.mkdir()
        (folder / "things.yaml").write_text(yaml.safe_dump(crd), encoding="utf-8")
        return folder

    def test_says_what_to_do(self, record: Path, tmp_path: Path) -> None:
        current = self.stored(tmp_path / "crds", edited(lambda crd: root(crd)["properties"].pop("raw")))
        assert find_breaks_since(record, current, {}) == [
            "Thing, v1.spec: the field raw was removed. That breaks objects of version 1.2.3. Undo it, or say in "
            "release/crds/accepted.py why no stored object suffers. Before 1.2.3 is released, run: make released-crds"
        ]

    def test_finds_a_crd_that_is_gone(self, record: Path, tmp_path: Path) -> None:
        [found] = find_breaks_since(record, tmp_path / "nothing", {})
        assert found.startswith("things.yaml: the CRD was removed")

    def test_lets_an_accepted_break_through(self, record: Path, tmp_path: Path) -> None:
        current = self.stored(tmp_path / "crds", edited(lambda crd: root(crd)["properties"].pop("raw")))
        assert find_breaks_since(record, current, {"Thing, v1.spec: the field raw was removed": "no reader"}) == []

    def test_finds_an_accepted_break_that_there_is_not(self, record: Path) -> None:
        [found] = find_breaks_since(record, record, {"Thing, v1: gone": "no reader"})
        assert found == (
            "release/crds/accepted.py accepts a break that there is not: Thing, v1: gone. Remove its line."
        )


class TestLastRecord:
    def test_is_the_newest_by_version(self, tmp_path: Path) -> None:
        for name in ("1.9.0", "1.10.0", "1.10.0-rc.1", "0.1.0"):
            (tmp_path / "tests/data/released-crds" / name).mkdir(parents=True)
        assert last_record(tmp_path).name == "1.10.0"

    def test_is_needed(self, tmp_path: Path) -> None:
        with pytest.raises(NotReleasableError, match=r"holds no release\. Record the CRDs of one: make released-crds"):
            last_record(tmp_path)


def test_recorded_crds_are_those_of_today(tmp_path: Path) -> None:
    (tmp_path / CURRENT).mkdir()
    for path in (ROOT / CURRENT).glob("*.yaml"):
        (tmp_path / CURRENT / path.name).write_bytes(path.read_bytes())
    record = record_crds(tmp_path, "1.2.3")
    assert find_breaks_since(record, ROOT / CURRENT, {}) == []
    assert {path.name for path in record.iterdir()} == {path.name for path in (ROOT / CURRENT).glob("*.yaml")}
