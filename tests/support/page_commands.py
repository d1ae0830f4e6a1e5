"""The commands that pages, examples and the chart show to users: their blocks, and the lines of one program in them.

It imports nothing of the project, so that an interpreter of another program can read the pages with it.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(bash|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
_CLOSING = frozenset(")|;&>\n`")
_ASSIGNMENTS = r"(?:[A-Z_]+=\S+\s+)*"


@dataclass(frozen=True)
class Section:
    """A heading of a page with the blocks of commands below it, up to the next heading."""

    title: str
    blocks: tuple[str, ...]


def files_with_commands() -> list[Path]:
    """List the files that show commands to users."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    chart = [path for path in (ROOT / "charts").rglob("*") if path.suffix in {".md", ".txt", ".yaml", ".tpl"}]
    return sorted([*pages, *chart, *(ROOT / "examples").glob("*.yaml")])


def sections_of(page: Path) -> list[Section]:
    """Read the sections of a page, in order."""
    parts = _HEADING.split(page.read_text(encoding="utf-8"))[1:]
    return [Section(title, tuple(blocks_of(text))) for _, title, text in zip(*[iter(parts)] * 3, strict=True)]


def blocks_of(text: str) -> Iterator[str]:
    """Read the blocks of commands of a page, without prompts, comments of the output and the output itself."""
    for kind, block in _BLOCK.findall(text):
        yield block if kind == "bash" else "".join(_without_output(block))


def _without_output(block: str) -> Iterator[str]:
    """Keep the lines of a console that follow a prompt, and those that continue such a line."""
    is_open = False
    for line in block.splitlines(keepends=True):
        if line.startswith("$ ") or (is_open and line.startswith("    ")):
            is_open = True
            yield line.removeprefix("$ ")
        else:
            is_open = line.startswith("  ") and is_open
            if is_open:
                yield line


def lines_of(program: str, path: Path) -> list[str]:
    """Find the lines of a program that a page tells people to run, without what surrounds them, such as `$(...)`."""
    if path.suffix != ".md":
        return []
    blocks = blocks_of(path.read_text(encoding="utf-8"))
    return [line for block in blocks for line in _find(program, block.replace("\\\n", " "))]


def mentions_of(program: str, path: Path) -> list[str]:
    """Find where the text of a file names a command of a program, perhaps without all that it needs."""
    text = path.read_text(encoding="utf-8")
    sources = _SPAN.findall(text) if path.suffix == ".md" else [text]
    return [line for source in sources for line in _find(program, source)]


def _find(program: str, source: str) -> Iterator[str]:
    for match in re.finditer(rf"(?:^|[\s(`]){_ASSIGNMENTS}({program} )(?=[a-z])", source):
        yield source[match.start(1) : _end_of_command(source, match.start(1))].strip()


def _end_of_command(source: str, start: int) -> int:
    """Find where a command of a shell ends: at the first operator that is neither quoted nor in `$(...)`."""
    quote, depth, position = "", 0, start
    while position < len(source):
        character = source[position]
        if character == "\\":
            position += 1
        elif quote != "'" and source.startswith("$(", position):
            inner = _end_of_command(source, position + 2)
            position = inner
        elif character in "'\"" and quote in {"", character}:
            quote = "" if quote else character
        elif not quote and depth == 0 and character in _CLOSING:
            return position
        position += 1
    return position


def words_of(line: str) -> list[str]:
    """Split a command into words, with what a shell would put in place of variables left as it is."""
    return shlex.split(line, comments=True)
