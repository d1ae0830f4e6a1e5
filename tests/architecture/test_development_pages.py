"""What docs/development and CONTRIBUTING say of the code is so: paths, names, links and the order of rooms."""

import re
import tokenize
import tomllib
from functools import cache
from pathlib import Path

import pytest

from entrasync.api.generate.crd import graph_connection_crd, provisioning_request_crd, synchronization_job_crd
from entrasync.api.generate.fields import fields_of

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "operator" / "entrasync"
DEVELOPMENT = ROOT / "docs" / "development"
DECISIONS = DEVELOPMENT / "decisions"
PAGES = sorted([ROOT / "CONTRIBUTING.md", *DEVELOPMENT.rglob("*.md")])
RECORDS = sorted(page for page in DECISIONS.glob("*.md") if page.name != "README.md")
GLOSSARY = (DEVELOPMENT / "glossary.md").read_text(encoding="utf-8")
LARGEST_RECIPE_OF_AN_ACTION = 5

SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"[\w.<>*-]+(/[\w.<>*-]+)*/?")
PATH_ENDINGS = (".py", ".md", ".toml", ".yaml", "/")
IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
NAME_OF_CODE = re.compile(r"[A-Z]\w*[a-z]\w*[A-Z]\w*|[a-z]\w*_\w+")
NAMES_OF_OTHERS = {"ClientAuthenticationError", "PermanentError", "PriorityQueue", "get_token"}
"""Names of libraries that the operator does not use, in the decision records that say why."""


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def spans_of(page: Path) -> list[str]:
    """The texts in code style, and each word of the blocks of code."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    return [*SPAN.findall(text), *(word for block in blocks for word in block.split())]


def paths_of(page: Path) -> list[str]:
    """The paths that a page names. Without a slash only a file at the top of the project counts."""
    spans = (span.strip() for span in spans_of(page))
    return [span for span in spans if PATH.fullmatch(span) and span.endswith(PATH_ENDINGS)]


def exists(path: str) -> bool:
    """Whether a path, with `<any>` for a name, leads somewhere from the project's root or from the product's."""
    pattern = re.sub(r"<\w+>", "*", path).rstrip("/")
    return any(any(root.glob(pattern)) for root in (ROOT, PRODUCT))


@cache
def names_in_code() -> frozenset[str]:
    """Every name of the operator's modules, and the modules' own."""
    names: set[str] = set()
    for path in PRODUCT.rglob("*.py"):
        with path.open("rb") as source:
            names |= {token.string for token in tokenize.tokenize(source.readline) if token.type == tokenize.NAME}
    return frozenset(names)


@cache
def source_of_product() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(PRODUCT.rglob("*.py")))


@cache
def words_in_code() -> str:
    """The operator's whole source in lower case, with every name cut into its words."""
    return re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", source_of_product())).lower()


def rows_of_glossary() -> list[tuple[str, str, str]]:
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", GLOSSARY, flags=re.MULTILINE)
    return [row for row in rows if row[0] != "word" and not row[0].startswith("---")]


def section(text: str, heading: str) -> str:
    found = text.partition(f"\n{heading}\n")[2]
    assert found, heading
    return re.split(r"^#{1,3} ", found, maxsplit=1, flags=re.MULTILINE)[0]


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@cache
def contracts() -> dict[str, list[list[str]]]:
    """For each layer of the operator that has a contract of its own: its rooms, from the ground up."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        found = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    return {
        contract["containers"][0].removeprefix("entrasync."): [
            re.findall(r"\w+", level) for level in reversed(contract["layers"])
        ]
        for contract in found
        if contract.get("containers", [""])[0].startswith("entrasync.")
    }


def test_the_paths_of_the_pages_are_found() -> None:
    assert sum(len(paths_of(page)) for page in PAGES) > 100


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    assert [path for path in paths_of(page) if not exists(path)] == [], "say in the page where it is now"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_name_of_code_in_a_page_exists(page: Path) -> None:
    named = {span for span in SPAN.findall(page.read_text(encoding="utf-8")) if NAME_OF_CODE.fullmatch(span)}
    unknown = {name for name in named if not re.search(rf"\b{name}\b", source_of_product())}
    assert unknown - NAMES_OF_OTHERS == set(), "say in the page its new name"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_anchor_that_a_page_links_to_exists(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)", page.read_text(encoding="utf-8"))
    targets = [((page.parent / target).resolve() if target else page, anchor) for target, anchor in links]
    assert [anchor for target, anchor in targets if anchor not in anchors_of(target)] == []


class TestGlossary:
    def test_each_word_has_one_line_in_the_order_of_the_alphabet(self) -> None:
        words = [word for word, _, _ in rows_of_glossary()]
        assert len(words) > 50
        assert words == sorted(set(words), key=str.lower)

    @pytest.mark.parametrize(("word", "named"), [(word, named) for word, _, named in rows_of_glossary()])
    def test_each_word_names_code_that_exists(self, word: str, named: str) -> None:
        spans = SPAN.findall(named)
        assert spans, f"say what {word} is called in the code"
        identifiers = [span for span in spans if IDENTIFIER.fullmatch(span)]
        assert [span for span in identifiers if span not in names_in_code()] == [], "say in the glossary its new name"
        assert [span for span in spans if span not in identifiers and not exists(span)] == []

    @pytest.mark.parametrize("word", [word for word, _, _ in rows_of_glossary()])
    def test_each_word_is_used_in_the_code(self, word: str) -> None:
        assert re.search(rf"\b{re.sub(r'[^a-z]+', ' ', word.lower())}", words_in_code())

    def test_each_field_that_a_page_names_is_in_a_crd(self) -> None:
        fields = {
            field.path
            for crd in (synchronization_job_crd(), graph_connection_crd(), provisioning_request_crd())
            for part in ("spec", "status")
            for field in fields_of(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"][part], part)
        }
        named = [
            span for page in PAGES for span in spans_of(page) if re.fullmatch(r"(spec|status)(\.[a-zA-Z]+)+", span)
        ]
        assert named
        assert [span for span in named if span not in fields] == []


class TestMapOfTheRooms:
    text = (DEVELOPMENT / "README.md").read_text(encoding="utf-8")

    def test_every_package_of_the_operator_is_on_the_map(self) -> None:
        rooms = [
            path.relative_to(PRODUCT)
            for layer in PRODUCT.iterdir()
            if layer.is_dir()
            for path in layer.iterdir()
            if (path / "__init__.py").exists()
        ]
        assert len(rooms) > 25
        assert [str(room) for room in rooms if f"`{room}/`" not in self.text] == []

    @pytest.mark.parametrize("layer", sorted(contracts()))
    def test_the_rooms_of_a_layer_are_in_the_order_of_its_import_contract(self, layer: str) -> None:
        text = re.split(rf"^### `{layer}/`.*$", self.text, flags=re.MULTILINE)[1]
        cells = re.findall(r"^\| (`[^|]+) \|", re.split("^##", text, flags=re.MULTILINE)[0], flags=re.MULTILINE)
        rooms = re.findall(rf"`{layer}/(\w+)", "".join(cells))
        levels = [level for room in rooms for level, members in enumerate(contracts()[layer]) if room in members]
        assert len(levels) > 1
        assert levels == sorted(levels), "from the ground up, as a room imports only rooms above it in the table"

    def test_every_room_of_the_plugin_is_on_the_map(self) -> None:
        rooms = [path.parent.name for path in (ROOT / "plugin" / "kubectl_entrasync").glob("*/__init__.py")]
        assert rooms
        assert [room for room in rooms if f"`plugin/kubectl_entrasync/{room}/`" not in self.text] == []

    def test_every_part_of_the_sandbox_is_on_the_map(self) -> None:
        parts = [path.parent.name for path in (ROOT / "sandbox").glob("*/__init__.py")]
        assert len(parts) > 3
        assert [part for part in parts if f"`sandbox/{part}/`" not in self.text] == []


class TestRecipes:
    text = (DEVELOPMENT / "how-to-add.md").read_text(encoding="utf-8")

    def test_a_new_action_touches_at_most_five_files(self) -> None:
        steps = re.findall(r"^\d+\. (.*)$", section(self.text, "## An action"), flags=re.MULTILINE)
        assert 1 < len(steps) <= LARGEST_RECIPE_OF_AN_ACTION
        assert all(len([span for span in SPAN.findall(step) if "/" in span]) == 1 for step in steps)

    @pytest.mark.parametrize("what", ["An action", "A field", "A condition or a reason", "A kind"])
    def test_each_recipe_begins_with_the_file_to_touch_first(self, what: str) -> None:
        assert re.search(r"^1\. `", section(self.text, f"## {what}"), flags=re.MULTILINE)


class TestDecisionRecords:
    @pytest.mark.parametrize("record", RECORDS, ids=name_of)
    def test_each_record_has_all_parts_in_their_order(self, record: Path) -> None:
        headings = re.findall(r"^## (.+)$", record.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert headings == ["Context", "Decision", "Alternatives", "Consequences", "What we learned"]

    @pytest.mark.parametrize("record", RECORDS, ids=name_of)
    def test_each_record_fits_on_a_page(self, record: Path) -> None:
        assert len(record.read_text(encoding="utf-8").splitlines()) <= 60

    def test_each_record_is_in_the_index(self) -> None:
        index = (DECISIONS / "README.md").read_text(encoding="utf-8")
        assert len(RECORDS) >= 5
        assert [record.name for record in RECORDS if f"({record.name})" not in index] == []
