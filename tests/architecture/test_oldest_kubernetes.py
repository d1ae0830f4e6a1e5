"""The CRDs use nothing that the oldest supported Kubernetes does not know.

Whether its API server takes them, and what their rules cost there, is tried by `make test-kubernetes`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.helm import CHART, ROOT

OLDEST = (1, 29)
CRDS = sorted((ROOT / "crds").glob("*.yaml"))

FUNCTIONS = frozenset(
    {
        *("has", "all", "exists", "exists_one", "map", "filter"),
        *("size", "contains", "startsWith", "endsWith", "matches", "find", "findAll"),
        *(
            "charAt",
            "indexOf",
            "lastIndexOf",
            "lowerAscii",
            "upperAscii",
            "replace",
            "split",
            "join",
            "substring",
            "trim",
        ),
        *("isSorted", "sum", "min", "max"),
        *("int", "uint", "double", "string", "duration", "timestamp", "type", "dyn"),
    }
)
"""Functions and macros that 1.29 has, by the page "Common Expression Language in Kubernetes": those of CEL, of texts
and of lists. Libraries that came later, such as `ip` and `format`, are not among them."""

KEYS_OF_A_RULE = frozenset({"rule", "message", "messageExpression", "reason", "fieldPath"})
"""`optionalOldSelf` needs a feature gate that is off in 1.29."""

KEYS_OF_A_VERSION = frozenset(
    {
        "name",
        "served",
        "storage",
        "deprecated",
        "deprecationWarning",
        "schema",
        "subresources",
        "additionalPrinterColumns",
    }
)
"""`selectableFields` came with 1.30."""


def versions_of(crd: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(crd.read_text(encoding="utf-8"))["spec"]["versions"]
    return found


def rules_of(schema: dict[str, Any]) -> Iterator[dict[str, str]]:
    yield from schema.get("x-kubernetes-validations", [])
    below = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("additionalProperties")]
    for each in below:
        if isinstance(each, dict):
            yield from rules_of(each)


def rules(crd: Path) -> list[dict[str, str]]:
    return [rule for each in versions_of(crd) for rule in rules_of(each["schema"]["openAPIV3Schema"])]


def functions_of(rule: dict[str, str]) -> set[str]:
    """The functions that a rule calls, without what its texts hold."""
    text = f"{rule['rule']} {rule.get('messageExpression', '')}"
    return set(re.findall(r"(\w+)\(", re.sub(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"", "''", text)))


@pytest.mark.parametrize("crd", CRDS, ids=lambda path: path.stem)
def test_every_rule_calls_only_functions_that_it_has(crd: Path) -> None:
    called = {name for rule in rules(crd) for name in functions_of(rule)}
    assert called
    assert called - FUNCTIONS == set()


@pytest.mark.parametrize("crd", CRDS, ids=lambda path: path.stem)
def test_every_rule_and_version_has_only_keys_that_it_has(crd: Path) -> None:
    assert {key for rule in rules(crd) for key in rule} - KEYS_OF_A_RULE == set()
    assert {key for version in versions_of(crd) for key in version} - KEYS_OF_A_VERSION == set()


def test_a_function_of_a_later_version_is_found() -> None:
    planted = {"rule": "self.name == '' || !format.dns1123Label().validate(self.name).hasValue()"}
    assert functions_of(planted) - FUNCTIONS == {"dns1123Label", "validate", "hasValue"}


def test_the_chart_is_for_that_version_and_later_ones() -> None:
    about = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert about["kubeVersion"] == f">={'.'.join(map(str, OLDEST))}.0-0"


def test_the_workflow_tries_every_minor_version_from_that_one_to_the_one_of_the_tests() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    tried = [each["version"] for each in workflow["jobs"]["kubernetes"]["strategy"]["matrix"]["include"]]
    assert [int(version.split(".")[1]) for version in tried] == list(range(OLDEST[1], 36))
