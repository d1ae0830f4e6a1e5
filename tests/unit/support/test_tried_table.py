"""The README's table "What was tried" and the program that fills it."""

import re
from pathlib import Path

import pytest

from tests.support.tried_table import DESCRIPTIONS, ROOT, build_table, read_table, replace_table

ROWS = [{"name": name, "tried": 1000 + at, "lost": 0} for at, name in enumerate(DESCRIPTIONS)]


class TestFigures:
    def test_take_the_place_of_the_former_ones_and_of_nothing_else(self) -> None:
        page = (ROOT / "README.md").read_text(encoding="utf-8")
        again = replace_table(page, build_table(ROWS))
        assert "| 1,000 | 0 |" in again
        assert replace_table(again, build_table(ROWS)) == again
        before, after = (re.sub(r"\| [\d,]+ \| \d+ \|\n", "", text) for text in (page, again))
        assert before == after

    def test_of_a_name_that_was_not_tried_are_missed(self) -> None:
        with pytest.raises(SystemExit, match="Two installs whose namespaces overlap"):
            build_table([row for row in ROWS if row["name"] != "Two installs whose namespaces overlap"])


class TestReadme:
    def test_has_a_row_for_each_name_with_nothing_lost(self) -> None:
        page = (ROOT / "README.md").read_text(encoding="utf-8")
        assert read_table(page) == [(text, "0") for text in DESCRIPTIONS.values()]

    def test_describes_each_name_that_a_test_is_marked_with(self) -> None:
        texts = (
            path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__)
        )
        marked = {name for text in texts for name in re.findall(r'pytest\.mark\.chaos\("([^"]+)"\)', text)}
        assert marked == DESCRIPTIONS.keys()
