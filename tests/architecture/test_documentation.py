"""What README, CONTRIBUTING and docs/ name exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from entrasync.api import names
from entrasync.api.conditions import ConditionType
from entrasync.api.generate.crd import graph_connection_crd, provisioning_request_crd, synchronization_job_crd
from entrasync.api.generate.fields import fields_of
from entrasync.api.reason_groups import ReasonGroup
from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Wait
from entrasync.core.health.ready import ready_condition
from entrasync.core.status.job_status import build_suspended_status
from entrasync.process.observability.catalogue import METRICS
from entrasync.process.settings.operator_connection import PREFIX
from entrasync.process.settings.run import RunSettings
from tests.support.facts import NOW, facts, holder, resource

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
CHART_PAGE = ROOT / "charts" / "entra-sync-operator" / "README.md"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _id_of(page: Path) -> str:
    docs = ROOT / "docs"
    return str(page.relative_to(docs)) if page.is_relative_to(docs) else page.name


@pytest.mark.parametrize("page", PAGES, ids=_id_of)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_id_of)
def test_every_link_to_a_section_leads_to_one(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    places = [(page.parent / target if target else page, anchor) for target, anchor in targets]
    assert [anchor for place, anchor in places if anchor not in anchors_of(place)] == []


def test_every_row_of_what_is_managed_leads_to_an_example_or_to_the_guide() -> None:
    table = README.partition("### What it manages")[2].partition("\n### ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| |")]
    assert len(rows) > 10
    assert [row for row in rows if not re.search(r"\]\((examples/|docs/guide\.md#)", row)] == []


def test_every_example_is_named_in_readme() -> None:
    examples = {path.name for path in (ROOT / "examples").glob("*.yaml")}
    assert examples == set(re.findall(r"\]\(examples/([^)]+\.yaml)\)", README))


def test_every_flag_that_readme_names_is_a_setting() -> None:
    section = README.partition("### Settings")[2].partition("\n## ")[0]
    named = {flag.replace("-", "_") for flag in re.findall(r"`--([a-z-]+)`", section)}
    assert named
    assert named
    assert named <= set(RunSettings.model_fields)


def test_every_variable_that_readme_names_is_a_setting() -> None:
    named = {name.lower() for name in re.findall(rf"`{PREFIX}([A-Z_]+)`", README)}
    assert named
    assert named <= set(RunSettings.model_fields)


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "CHANGELOG.md"], ids=_id_of)
def test_every_metric_that_a_page_names_is_listed(page: Path) -> None:
    named = set(re.findall(r"\b(entrasync_[a-z_]+)\b", page.read_text(encoding="utf-8")))
    assert named - {row.exposed_name for row in METRICS} == set()


def test_readme_has_no_placeholder() -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", README, flags=re.DOTALL)
    assert re.findall(r"\b[A-Z]{3,}_[A-Z_]+\b|\bTODO\b|\bTBD\b", prose) == []


GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
TROUBLESHOOTING = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
RESOURCES = (names.KIND, names.PLURAL, names.CONNECTION_PLURAL, names.PROVISIONING_PLURAL)
OURS = {value for value in vars(names).values() if isinstance(value, str) and value.startswith(f"{names.GROUP}/")}
OURS |= {names.REQUEST_ANNOTATIONS[0], *(f"{names.GROUP}/{name}" for name in RESOURCES)}
"""What may follow the group: annotations, labels, the finalizer, the version, and the kinds as rights name them."""


CRDS = {f"{plural}.{names.GROUP}" for plural in RESOURCES[1:]}
UNKNOWN, ON_ITS_WAY = "READY is Unknown", "READY is False and Reconciling is True"
SOURCES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "operator").rglob("*.py"))
WARNED = {Reason[name] for name in re.findall(r'"Warning",\s*Reason\.([A-Z_]+)', SOURCES)}
"""Reasons of Events that are warnings, apart from those that repeat a condition."""


def rows_under(heading: str) -> set[str]:
    """Read the reasons in the first column of the table under a heading of troubleshooting."""
    section = TROUBLESHOOTING.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+?) \|", section, flags=re.MULTILINE)
    return {reason for cell in cells for reason in re.findall(r"`([A-Za-z]+)`", cell)}


def manifests() -> Iterator[dict[str, Any]]:
    """Read the manifests of examples/ and of the guide."""
    blocks = re.findall(r"```yaml\n(.*?)```", GUIDE, flags=re.DOTALL)
    for text in (*blocks, *(path.read_text(encoding="utf-8") for path in (ROOT / "examples").glob("*.yaml"))):
        yield from yaml.safe_load_all(text)


def members_of(value: Any, path: str) -> Iterator[str]:
    """Yield the path of each member below a value, as the API reference writes it."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield f"{path}.{name}"
            yield from members_of(member, f"{path}.{name}")
    if isinstance(value, list):
        for item in value:
            yield from members_of(item, f"{path}[]")


@pytest.mark.parametrize(
    "crd",
    [synchronization_job_crd(), graph_connection_crd(), provisioning_request_crd()],
    ids=lambda crd: crd["metadata"]["name"],
)
def test_every_field_of_spec_is_shown_in_the_guide_or_an_example(crd: dict[str, Any]) -> None:
    spec = crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    shown = {
        member
        for manifest in manifests()
        if manifest.get("kind") == crd["spec"]["names"]["kind"]
        for member in members_of(manifest["spec"], "spec")
    }
    reported = set(re.findall(r"`(?:spec\.)?([a-zA-Z.]+)", GUIDE))
    missing = [field.path for field in fields_of(spec, "spec") if field.path not in shown]
    assert [path for path in missing if path.removeprefix("spec.") not in reported] == []


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.group is ReasonGroup.NEEDS_A_PERSON])
def test_every_reason_that_asks_for_a_person_is_in_troubleshooting(reason: Reason) -> None:
    assert f"`{reason}`" in TROUBLESHOOTING, "say in docs/troubleshooting.md what it means and what to do"


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.group is ReasonGroup.IN_PROGRESS])
def test_every_reason_in_progress_is_in_troubleshooting_under_the_status_of_ready(reason: Reason) -> None:
    ready = ready_condition(facts(holder()), Wait(reason, "", NOW - NOW))
    heading = UNKNOWN if ready.status == "Unknown" else ON_ITS_WAY
    assert reason in rows_under(heading), "say in docs/troubleshooting.md what it means and what to do"
    other = ({UNKNOWN, ON_ITS_WAY} - {heading}).pop()
    assert reason not in rows_under(other) or reason is Reason.GRAPH_UNREACHABLE  # it ends as Unknown


def test_the_reason_of_a_suspended_resource_is_in_troubleshooting() -> None:
    [ready] = [
        each for each in build_suspended_status(resource(), wall=NOW).write()["conditions"] if each["type"] == "Ready"
    ]
    assert ready["status"] == "Unknown"
    assert ready["reason"] in rows_under(UNKNOWN)
    assert Reason.GRAPH_UNREACHABLE in rows_under(UNKNOWN)


@pytest.mark.parametrize("reason", sorted(WARNED))
def test_every_reason_of_a_warning_is_in_troubleshooting(reason: Reason) -> None:
    assert f"`{reason}`" in TROUBLESHOOTING, "say in docs/troubleshooting.md what it means and what to do"


@pytest.mark.parametrize("page", [*PAGES, CHART_PAGE], ids=_id_of)
def test_every_annotation_label_and_resource_that_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(rf"{re.escape(names.GROUP)}/(?!default-\.)[A-Za-z0-9-]+", text))
    assert named - OURS == set()


def test_every_word_in_the_first_columns_of_troubleshooting_is_a_reason_or_condition() -> None:
    words = re.findall(r"^\| `([A-Z][A-Za-z]+)`", TROUBLESHOOTING, flags=re.MULTILINE)
    assert words
    assert [word for word in words if word not in {*Reason, *ConditionType}] == []


@pytest.mark.parametrize("page", PAGES, ids=_id_of)
def test_whoever_deletes_the_crds_by_a_page_deletes_all(page: Path) -> None:
    commands = re.findall(r"kubectl delete crds? ([a-z. ]+)", page.read_text(encoding="utf-8"))
    assert [command for command in commands if set(command.split()) != CRDS] == []
