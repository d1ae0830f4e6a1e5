"""What README, CONTRIBUTING and docs/ say is there, is there."""

import re
from pathlib import Path

import pytest

from entrasync.process.metrics import Metrics
from entrasync.process.settings import PREFIX, RunSettings

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_flag_that_readme_names_is_a_setting() -> None:
    section = README.partition("### Settings")[2].partition("\n## ")[0]
    named = {flag.replace("-", "_") for flag in re.findall(r"`--([a-z-]+)`", section)}
    assert named
    assert named <= set(RunSettings.model_fields)


def test_every_variable_that_readme_names_is_a_setting() -> None:
    named = {name.lower() for name in re.findall(rf"`{PREFIX}([A-Z_]+)`", README)}
    assert named <= set(RunSettings.model_fields)


def test_every_metric_of_calls_and_passes_that_readme_names_is_told() -> None:
    metrics = Metrics()
    metrics.called("list_jobs", 200, 0.1, "id")
    metrics.throttled("list_jobs", 1.0)
    metrics.passed("settled", 0.1)
    told = metrics.render().decode()
    named = set(re.findall(r"`(entrasync_(?:graph|reconcile)_[a-z_]+)`", README))
    assert named
    assert [name for name in named if name not in told] == []


def test_readme_has_no_gap_left_to_fill() -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", README, flags=re.DOTALL)
    assert re.findall(r"\b[A-Z]{3,}_[A-Z_]+\b|\bTODO\b|\bTBD\b", prose) == []
