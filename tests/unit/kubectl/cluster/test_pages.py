"""Lists that come in pages: what is read again, and what is kept."""

from typing import Any
from weakref import ref

import pytest

from kubectl_entrasync.cluster.pages import PAGE, keep_whole, read_pages
from kubectl_entrasync.cluster.refusals import Refused


class Document(dict[str, Any]):
    """An object that can be looked for after nobody holds it any more."""


class Pages:
    """Pages of two objects each. `alive` tells of each call how many objects of earlier pages there still are."""

    def __init__(self, count: int, *, refusals: dict[int, int] | None = None) -> None:
        self.calls: list[dict[str, Any]] = []
        self.alive: list[int] = []
        self._count, self._refusals = count, refusals or {}
        self._made: list[ref[Document]] = []

    def read(self, **options: Any) -> dict[str, Any]:
        self.calls.append(options)
        self.alive.append(sum(each() is not None for each in self._made))
        page = int(options.get("_continue", 0))
        if "limit" in options and page in self._refusals:
            raise Refused("No.", self._refusals[page])
        numbers = range(2 * page, 2 * page + 2) if "limit" in options else range(2 * self._count)
        items = [Document(name=number) for number in numbers]
        self._made += map(ref, items)
        token = str(page + 1) if "limit" in options and page + 1 < self._count else ""
        return {"metadata": {"resourceVersion": "7", "continue": token}, "items": items}


def names(found: list[dict[str, Any]]) -> list[int]:
    return [each["name"] for each in found]


def test_all_pages_are_read_in_order_with_the_version_of_the_list() -> None:
    pages = Pages(3)
    found, version = read_pages(pages.read, keep_whole)
    assert (names(found), version) == ([0, 1, 2, 3, 4, 5], "7")
    assert pages.calls == [
        {"limit": PAGE},
        {"limit": PAGE, "_continue": "1"},
        {"limit": PAGE, "_continue": "2"},
    ]


def test_a_page_is_dropped_before_the_next_is_read() -> None:
    pages = Pages(4)
    found, _ = read_pages(pages.read, lambda document: document["name"])
    assert found == list(range(8))
    assert pages.alive == [0, 0, 0, 0]


def test_a_token_that_has_expired_has_all_read_again_in_one_answer() -> None:
    pages = Pages(3, refusals={2: 410})
    found, _ = read_pages(pages.read, keep_whole)
    assert names(found) == [0, 1, 2, 3, 4, 5]
    assert pages.calls[-1] == {}


@pytest.mark.parametrize(("page", "status"), [(0, 410), (1, 403), (1, 500)])
def test_any_other_refusal_ends_the_list(page: int, status: int) -> None:
    with pytest.raises(Refused) as ended:
        read_pages(Pages(3, refusals={page: status}).read, keep_whole)
    assert ended.value.status == status


def test_a_list_of_metadata_without_items_is_empty() -> None:
    assert read_pages(lambda **_: {"metadata": {}, "items": None}, keep_whole) == ([], "")
