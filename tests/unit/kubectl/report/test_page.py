"""The page of a report: what it loads, what it lets be, and what becomes of texts that look like markup."""

import base64
import hashlib
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from kubectl_entrasync.report.content import make_report
from kubectl_entrasync.report.page import render_page
from tests.support.report_fleet import HOSTILE, list_fleet

NOW = datetime(2026, 11, 30, 14, tzinfo=UTC)

LOADERS = {"script", "img", "iframe", "object", "embed", "link", "base", "form", "audio", "video", "source"}


class Elements(HTMLParser):
    """The elements of a page, and its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def render(*, context: str = "production", namespace: str | None = None, is_empty: bool = False) -> str:
    documents = [
        {"metadata": {"namespace": "identity", "name": name}, **parts}
        for name, parts in ({} if is_empty else list_fleet()).items()
    ]
    return render_page(make_report(documents, NOW, context=context, namespace=namespace))


@pytest.fixture(scope="module")
def page() -> str:
    return render()


@pytest.fixture(scope="module")
def elements(page: str) -> Elements:
    return Elements(page)


class TestLoading:
    def test_nothing_is_loaded(self, elements: Elements) -> None:
        assert [tag for tag, _ in elements.found if tag in LOADERS] == []
        assert [name for _, attributes in elements.found for name in attributes if name in ("src", "style")] == []

    def test_links_lead_to_elements_of_the_page_or_to_microsoft(self, elements: Elements) -> None:
        ids = {attributes["id"] for _, attributes in elements.found if "id" in attributes}
        links = [attributes for tag, attributes in elements.found if tag == "a"]
        away = [link for link in links if str(link["href"]).removeprefix("#") not in ids]
        assert {urlsplit(link["href"])[:2] for link in away} == {
            ("https", "entra.microsoft.com"),
            ("https", "learn.microsoft.com"),
        }
        assert {link.get("rel") for link in away} == {"noreferrer noopener"}

    def test_the_policy_lets_only_its_own_style_be(self, page: str, elements: Elements) -> None:
        [policy] = [
            str(attributes["content"])
            for _, attributes in elements.found
            if attributes.get("http-equiv") == "Content-Security-Policy"
        ]
        [style] = re.findall("<style>(.*?)</style>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        assert "url(" not in style
        assert "@import" not in style


class TestTexts:
    def test_that_look_like_markup_stay_texts(self, page: str, elements: Elements) -> None:
        assert HOSTILE not in page
        assert page.count("<style>") == 1
        assert "".join(elements.texts).count(HOSTILE) >= 10

    def test_of_the_context_are_escaped_too(self) -> None:
        assert HOSTILE not in render(context=HOSTILE)

    def test_of_errors_of_graph_are_left_out(self, page: str) -> None:
        assert "anna@example.com" not in page


class TestStructure:
    def test_every_part_of_a_table_heads_a_row_or_a_column(self, elements: Elements) -> None:
        scopes = {attributes.get("scope") for tag, attributes in elements.found if tag == "th"}
        assert scopes == {"col", "row"}

    def test_a_fleet_without_jobs_has_a_page_too(self) -> None:
        text = " ".join(Elements(render(is_empty=True, namespace="identity")).texts)
        assert "Namespace identity of context production" in " ".join(text.split())
        assert "There are no SynchronizationJobs here." in text
