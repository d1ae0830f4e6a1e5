"""No former name of a term of the glossary is left in the code, the tests and the pages."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.sources import ALL, ROOT, name_of

PAGES = [path for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")) if path.name != "CHANGELOG.md"]
GLOSSARY = ROOT / "docs" / "development" / "glossary.md"
"""It may name a former word where it explains the present one."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FORMER_WORDS = _words("""
    PassObserver is_observer is_observed_only SilentObserver UnwatchedPasses Recollection
    tell_application tell_loss tell_overdue tell_fitness tell_schedule tell_source tell_effective tell_policies
    tell_forecast tell_settings tell_broken conclude_unseen conclude_suspended conclude_connected conclude_faulty
    remembered_application read_before overhear take_suspects PATIENCE own_settings own_connection
    working_copy WorkingCopies fitness JobParts ConnectionParts _lay_ground _join_job_parts _join_connection_parts
    Veil Teller Workplace workplace SimulatorWorld move_in ConnectionStory NotedStory connection_story
    quarantine_rest job_runs_but_should_rest job_rests_but_should_run
""")
"""Words that nothing may contain, neither code nor prose."""

FORMER_IDENTIFIERS: Mapping[str, frozenset[str]] = {
    "operator/": _words(
        "Rest Observer Story tell conclude remember home Done Seen Written Before Memory Lane Ground Parts ground"
    ),
    "sandbox/": frozenset({"Post", "Scene", "scene", "set_scene", "teller", "Conduct", "conduct", "Lane"}),
    "tests/": frozenset({"Story", "story", "House", "house", "Line", "Told", "Recollection", "Done", "Written"}),
}
"""Words of plain English that are not to name anything, by the folder in which they named something else."""

FORMER_MODULES: Mapping[str, frozenset[str]] = {
    "operator/entrasync/": _words(
        "fitness difference texts reading absence offers working_copy own_settings own_connection observer rest ground"
    ),
    "operator/entrasync/graph/": frozenset({"claims"}),
    "operator/entrasync/core/": frozenset({"claims", "references"}),
    "operator/entrasync/reconcile/": frozenset({"references"}),
    "sandbox/": frozenset({"hand", "surface", "stage", "teller", "scene", "performance", "conduct"}),
    "tests/": frozenset(
        {"test_rest", "test_which_job", "test_names", "workplace", "line", "connection_story", "test_application_story"}
    ),
}
"""Names that no module and no folder may have."""


def identifiers(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each name that a module defines, uses or imports, with its line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield line, name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.keyword(arg=str(name)):
                yield line, name
            case ast.alias(name=name, asname=alias):
                yield line, alias or name


def words_of(path: Path) -> Iterator[tuple[int, str]]:
    """Yield each word of a file, with its line."""
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        for word in re.findall(r"\w+", text):
            yield line, word


def places_of(words: Iterator[tuple[int, str]], path: Path, former: frozenset[str]) -> list[str]:
    return [f"{name_of(path)}:{line} {word}" for line, word in words if word in former]


def test_no_former_word_is_left() -> None:
    files = [path for path in (*ALL, *PAGES) if path not in {Path(__file__), GLOSSARY}]
    assert [place for path in files for place in places_of(words_of(path), path, FORMER_WORDS)] == []


@pytest.mark.parametrize("folder", FORMER_IDENTIFIERS)
def test_no_former_name_names_anything(folder: str) -> None:
    former = FORMER_IDENTIFIERS[folder]
    files = [path for path in ALL if name_of(path).startswith(folder)]
    assert [place for path in files for place in places_of(identifiers(path), path, former)] == []


@pytest.mark.parametrize("folder", FORMER_MODULES)
def test_no_module_or_folder_has_a_former_name(folder: str) -> None:
    below = [path.relative_to(ROOT / folder) for path in ALL if name_of(path).startswith(folder)]
    assert [str(path) for path in below if FORMER_MODULES[folder] & {*path.parent.parts, path.stem}] == []
