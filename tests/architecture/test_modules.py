"""What holds for every module and every folder of the project."""

import ast
import re
from collections import Counter
from pathlib import Path

from tests.support.sources import ALL, BENCHMARKS, ROOT, SOURCES, TESTS, comments, functions, length, name_of

LONGEST_MODULE = 300
LONGEST_TEST_FILE = 400
LONGEST_FUNCTION = 35
LARGEST_FOLDER = 14
"""In modules; `__init__.py` is not counted."""

SHORTEST_SENTENCE = 4
"""In words."""

EXEMPTION = re.compile(
    r"#\s*(noqa|type:\s*ignore)\b"
    r"(?P<codes>(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[a-z-]+(,\s*[a-z-]+)*\])?)"
    r"(?P<reason>.*)"
)


def opening(path: Path) -> str:
    """Return the first paragraph of a module's docstring."""
    doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(doc.partition("\n\n")[0].split())


def has_sentence(path: Path) -> bool:
    first = opening(path)
    return first.endswith(".") and len(first.split()) >= SHORTEST_SENTENCE


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_source_files_are_found() -> None:
    assert len(SOURCES) > 80


def test_the_source_root_is_no_package() -> None:
    """A package named `operator` would shadow the standard library's."""
    assert not (ROOT / "operator" / "__init__.py").exists()


def test_modules_are_short() -> None:
    lengths = {name_of(path): lines_of(path) for path in SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_test_files_are_short() -> None:
    lengths = {name_of(path): lines_of(path) for path in TESTS}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_TEST_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {f"{name_of(path)} {each.name}": length(each) for path in SOURCES for each in functions(path)}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_folders_are_small() -> None:
    sizes = Counter(name_of(path.parent) for path in SOURCES if path.name != "__init__.py")
    assert {folder: modules for folder, modules in sizes.items() if modules > LARGEST_FOLDER} == {}


def test_each_module_opens_with_a_sentence() -> None:
    assert [name_of(path) for path in (*SOURCES, *BENCHMARKS) if not has_sentence(path)] == []


def test_each_exemption_has_its_reason_on_the_same_line() -> None:
    bare = []
    for path in ALL:
        for line, comment in comments(path):
            found = EXEMPTION.search(comment)
            if found and not (found["codes"] and re.search(r"\w{3}", found["reason"])):
                bare.append(f"{name_of(path)}:{line} {comment}")
    assert bare == []
