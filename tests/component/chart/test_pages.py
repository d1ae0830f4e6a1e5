"""What pages say of the chart's values is so, and config/ is what the chart renders."""

import json
import re
import shlex
from typing import Any

import pytest

from tests.support.helm import CHART, ROOT, Helm
from tests.support.kustomize_base import BASE, CRDS, render_operator

PAGE = (ROOT / "docs" / "chart.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))

CHOICES = re.findall(r"`(--set [^`]+)`", (ROOT / "README.md").read_text(encoding="utf-8"))
SEEN_IN_A_CLUSTER = "--set connection.checkSecret=false"
"""What it chooses, an install shows (`tests/ecosystem/chart/test_install.py`): a rendering asks no cluster."""


def has_value(path: str) -> bool:
    """Return whether the chart's schema has a value."""
    schema = SCHEMA
    for name in path.split("."):
        schema = schema.get("properties", {}).get(name, {})
    return bool(schema)


def test_the_page_beside_other_charts_names_only_values_that_there_are() -> None:
    rows = [line.split("|") for line in PAGE.split("## What has none")[0].splitlines() if line.startswith("| ")]
    named = [name for row in rows[1:] for name in re.findall(r"`([A-Za-z.]+)`", row[2])]
    assert len(named) > 50
    assert [name for name in named if not has_value(name)] == []


def test_the_page_beside_other_charts_names_every_group_of_values() -> None:
    ours = PAGE.split("## What has none")[0]
    own = {
        "connection",
        "clouds",
        "defaults",
        "deletionLimit",
        "pollInterval",
        "apiServerSilence",
        "httpPort",
        "enabled",
    }
    untold = {name for name in SCHEMA["properties"] if f"`{name}" not in ours} - own
    assert untold == set()


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_that_the_readme_offers_is_taken_and_changes_what_is_rendered(helm3: Helm, choice: str) -> None:
    chosen = helm3.render("operator", *shlex.split(choice))
    assert (chosen != helm3.render("operator")) is (choice != SEEN_IN_A_CLUSTER)


def test_the_readme_offers_choices() -> None:
    assert SEEN_IN_A_CLUSTER in CHOICES


def test_the_kustomize_base_is_what_the_chart_renders(helm3: Helm) -> None:
    assert (BASE / "operator.yaml").read_text(encoding="utf-8") == render_operator(helm3), "run `make golden`"
    copies = {path.name: path.read_bytes() for path in (BASE / "crds").glob("*.yaml")}
    assert copies == {path.name: path.read_bytes() for path in CRDS.glob("*.yaml")}, "run `make golden`"


def test_the_kustomize_base_has_nothing_of_helm() -> None:
    assert re.findall(r"[Hh]elm", (BASE / "operator.yaml").read_text(encoding="utf-8")) == []
