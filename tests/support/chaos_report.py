"""Counts how often the tests tried to double or lose something, and how often they did, for the README's table.

A test marked `chaos` with a name counts as one try of that name, or as many as its property `tried` says.
"""

import fcntl
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

VARIABLE = "CHAOS_REPORT"
"""Names the file. Without it nothing is written, so that a run of a few tests changes no figure."""

_NAME, _TRIED = "chaos", "tried"


def name_try(item: pytest.Item) -> None:
    """Give the reports of a marked test its name, which a worker sends to the process that writes the file."""
    if (marker := item.get_closest_marker("chaos")) is not None:
        item.user_properties.append((_NAME, marker.args[0]))


class ChaosReport:
    """Writes the rows of its run into the file, and leaves those of other runs in it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._tried: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count a test when it is done, or when it could not begin."""
        said: dict[str, Any] = dict(report.user_properties)
        if _NAME in said and (report.when == "call" or (report.when == "setup" and report.failed)):
            self._tried[said[_NAME]] += said.get(_TRIED, 1)
            self._lost[said[_NAME]] += report.failed

    def pytest_sessionfinish(self) -> None:
        """Write the file. Two runs may end at the same time."""
        if not self._tried:
            return
        self._file.parent.mkdir(exist_ok=True)
        with self._file.open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            rows = merge_rows(json.loads(file.read() or "[]"), self._tried, self._lost)
            file.truncate(0)
            file.write(json.dumps(rows, indent=2) + "\n")


def merge_rows(before: list[dict[str, Any]], tried: Counter[str], lost: Counter[str]) -> list[dict[str, Any]]:
    """Return the rows with those of a run in the place of former ones of the same name, sorted by name."""
    rows = {row["name"]: row for row in before}
    rows |= {name: {"name": name, "tried": times, "lost": lost[name]} for name, times in tried.items()}
    return [rows[name] for name in sorted(rows)]
