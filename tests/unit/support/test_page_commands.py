"""Which commands are read from a page."""

from pathlib import Path

import pytest

from tests.support.page_commands import blocks_of, lines_of, mentions_of, sections_of


@pytest.mark.parametrize(
    ("block", "lines"),
    [
        ("az a b --c d\n", ["az a b --c d"]),
        ("az a \\\n  --b c\n", ["az a    --b c"]),
        ("X=$(az a --b c)\n", ["az a --b c"]),
        ("az a | kubectl b\naz c > file\n", ["az a", "az c"]),
        ("""az a --b "x | y; (z)" --c '$(q)'\n""", ["""az a --b "x | y; (z)" --c '$(q)'"""]),
        ('az a --b "$(az c --d "$E")" --f\n', ['az a --b "$(az c --d "$E")" --f', 'az c --d "$E"']),
        ("FOLDER=$PWD/x az a\n", ["az a"]),
        ("bazaz a\naz-b c\n", []),
    ],
)
def test_the_lines_of_a_program_are_found_in_a_block(tmp_path: Path, block: str, lines: list[str]) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"Text with `az z`.\n\n```bash\n{block}```\n", encoding="utf-8")
    assert lines_of("az", page) == lines
    assert mentions_of("az", page) == ["az z"]


def test_a_console_gives_what_follows_a_prompt_and_not_what_was_printed() -> None:
    console = "```console\n$ az a \\\n    --b\nprinted\n    printed too\n$ az c\n```\n"
    assert list(blocks_of(console)) == ["az a \\\n    --b\naz c\n"]


def test_the_sections_of_a_page_have_their_blocks_in_order(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n\n## One\n\n```bash\na\n```\n\n```bash\nb\n```\n\n### Two\n\n```yaml\nc: d\n```\n", "utf-8"
    )
    assert [(section.title, section.blocks) for section in sections_of(page)] == [("One", ("a\n", "b\n")), ("Two", ())]
