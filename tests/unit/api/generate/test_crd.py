"""The CRDs are current, described, bounded, and free of defaults."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrasync.api.generate.crd import graph_connection_crd, provisioning_request_crd, render, synchronization_job_crd

CRDS = Path(__file__).parents[4] / "crds"
RULES = "x-kubernetes-validations"
CEILINGS = {"maxLength", "maxItems"}
WORDLESS = {"pattern", "format", "minLength", "minItems", "minimum", "maximum", "multipleOf"}


def walk(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each property and item of a schema with its path."""
    for name, member in schema.get("properties", {}).items():
        yield f"{path}.{name}", member
        yield from walk(member, f"{path}.{name}")
    if "items" in schema:
        yield f"{path}[]", schema["items"]
        yield from walk(schema["items"], f"{path}[]")


def fields_of(crd: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return dict(walk(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]))


JOB = fields_of(synchronization_job_crd())
MIRROR = {path: field for path, field in JOB.items() if path.startswith((".status.job", ".status.synchronization"))}
KINDS = {
    "SynchronizationJob": JOB,
    "GraphConnection": fields_of(graph_connection_crd()),
    "ProvisioningRequest": fields_of(provisioning_request_crd()),
}
FIELDS = {f"{kind}{path}": field for kind, fields in KINDS.items() for path, field in fields.items()}
SPEC = {path: field for path, field in FIELDS.items() if ".spec" in path and ".status" not in path}


def test_the_files_in_crds_are_current() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in CRDS.glob("*.yaml")}

    assert written == render(), "crds/ differs from the models: run `make crds`"


def test_the_written_yaml_reads_back_as_the_crds() -> None:
    read = [yaml.safe_load(text) for text in render().values()]

    assert read == [graph_connection_crd(), provisioning_request_crd(), synchronization_job_crd()]


def test_every_field_has_a_description_for_kubectl_explain() -> None:
    undescribed = [path for path, field in FIELDS.items() if not path.endswith("[]") and not field.get("description")]

    assert undescribed == []


def test_every_description_is_one_line_and_ends_with_a_full_stop() -> None:
    for path, field in FIELDS.items():
        words = field.get("description", "A list item needs none.")
        assert "\n" not in words, path
        assert words.endswith("."), path


def test_no_field_of_spec_has_a_default() -> None:
    assert [path for path, field in SPEC.items() if "default" in field] == []


def test_the_only_default_is_the_observed_generation_minus_one() -> None:
    defaults = {path: field["default"] for path, field in FIELDS.items() if "default" in field}

    of_status = {".status": {"observedGeneration": -1}, ".status.observedGeneration": -1}
    assert defaults == {f"{kind}{path}": default for kind in KINDS for path, default in of_status.items()}


def test_every_list_and_string_of_spec_is_bounded() -> None:
    strings = [f for f in SPEC.values() if f.get("type") == "string" and "enum" not in f]
    lists = [f for f in SPEC.values() if f.get("type") == "array"]

    assert strings
    assert all("maxLength" in field for field in strings)
    assert all("maxItems" in field for field in lists)


@pytest.mark.parametrize("path", SPEC)
def test_no_refusal_of_a_field_of_spec_is_without_words(path: str) -> None:
    """A pattern is refused by the bare expression, a bound by the bare number, a format by its name."""
    assert not SPEC[path].keys() & WORDLESS


@pytest.mark.parametrize("path", [path for path in SPEC if SPEC[path].keys() & CEILINGS])
def test_a_rule_speaks_before_the_bound_on_its_cost(path: str) -> None:
    [ceiling] = [SPEC[path][keyword] for keyword in CEILINGS if keyword in SPEC[path]]
    limits = [re.search(r"size\(self\) <= (\d+)", given["rule"]) for given in SPEC[path].get(RULES, ())]
    assert [int(limit[1]) for limit in limits if limit and 4 * int(limit[1]) <= ceiling], path


def test_every_rule_speaks_in_whole_sentences() -> None:
    messages = [given["message"].partition(": ")[2] for field in SPEC.values() for given in field.get(RULES, ())]

    assert messages
    assert [words for words in messages if not re.fullmatch(r"[A-Z].*[.]", words)] == []


@pytest.mark.parametrize("path", MIRROR)
def test_the_mirror_has_only_bare_types_that_keep_unknown_members(path: str) -> None:
    """One unexpected value would otherwise make the API server refuse the whole status, conditions included."""
    field = MIRROR[path]

    allowed = {"type", "description", "items", "properties", "x-kubernetes-preserve-unknown-fields"}
    assert set(field) <= allowed
    assert (field["type"] == "object") == bool(field.get("x-kubernetes-preserve-unknown-fields"))


def test_the_message_of_every_rule_begins_with_the_path() -> None:
    rules = {path: given for path, f in SPEC.items() for given in f.get(RULES, ())}

    assert rules
    for path, given in rules.items():
        assert given["message"].startswith(path.partition(".")[2].replace("[]", "")), path


def test_the_columns_are_those_in_the_documentation() -> None:
    columns = synchronization_job_crd()["spec"]["versions"][0]["additionalPrinterColumns"]

    assert [c["name"].upper() for c in columns if not c.get("priority")] == [
        *("TEMPLATE", "STATE", "STATUS", "READY", "LAST-RUN", "RESULT", "AGE")
    ]
    assert [c["name"].upper() for c in columns if c.get("priority")] == [
        *("REASON", "EXPORTED", "ESCROWED", "QUARANTINE", "JOB-ID")
    ]
