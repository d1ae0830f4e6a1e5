"""Checks what a run of tests writes of its tries."""

import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.support.chaos_report import ChaosReport, merge_rows


def report(name: str, *, when: str = "call", failed: bool = False, **properties: Any) -> Any:
    """What pytest says of a phase of a test."""
    said = {"chaos": name, **properties}
    return SimpleNamespace(user_properties=list(said.items()), when=when, failed=failed)


def write(file: Path, *reports: Any) -> Any:
    """Write the rows of a run, and read the file."""
    made = ChaosReport(file)
    for each in reports:
        made.pytest_runtest_logreport(each)
    made.pytest_sessionfinish()
    return json.loads(file.read_text())


class TestChaosReport:
    def test_counts_each_test_once_and_each_failure_as_a_loss(self, tmp_path: Path) -> None:
        phases = [report("kill", when="setup"), report("kill"), report("kill", when="teardown")]
        rows = write(tmp_path / "chaos.json", *phases, report("kill", failed=True))
        assert rows == [{"name": "kill", "tried": 2, "lost": 1}]

    def test_counts_a_test_that_could_not_begin_as_a_loss(self, tmp_path: Path) -> None:
        rows = write(tmp_path / "chaos.json", report("kill", when="setup", failed=True))
        assert rows == [{"name": "kill", "tried": 1, "lost": 1}]

    def test_counts_as_many_tries_as_a_test_says(self, tmp_path: Path) -> None:
        assert write(tmp_path / "chaos.json", report("take-over", tried=10))[0]["tried"] == 10

    def test_counts_no_test_without_a_name(self, tmp_path: Path) -> None:
        file = tmp_path / "chaos.json"
        unnamed: Any = SimpleNamespace(user_properties=[], when="call", failed=True)
        assert write(file, report("kill"), unnamed) == [{"name": "kill", "tried": 1, "lost": 0}]

    def test_keeps_the_rows_of_other_runs(self, tmp_path: Path) -> None:
        file = tmp_path / "chaos.json"
        write(file, report("kill"), report("take-over", failed=True))
        assert write(file, report("take-over")) == [
            {"name": "kill", "tried": 1, "lost": 0},
            {"name": "take-over", "tried": 1, "lost": 0},
        ]


def test_rows_are_sorted_by_name() -> None:
    assert [row["name"] for row in merge_rows([], Counter(b=1, a=1), Counter())] == ["a", "b"]
