"""Echoes of the operator's own writes are not handed on, and all else that a watch shows is."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kopf._cogs.clients import watching

from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import read_resource
from entrasync.kube.watch.echoes import is_known, without_echoes
from entrasync.kube.watch.watched_kind import WatchedKind
from entrasync.reconcile.state.jobs import JobStore
from tests.support.resource_documents import document


def store_with(raw: dict[str, Any]) -> JobStore:
    store = JobStore()
    known: Resource = read_resource(raw)
    store.put(known)
    return store


@pytest.mark.parametrize(
    ("why", "raw", "expected"),
    [
        ("the answer to a write of our own has shown it", document(version="7"), True),
        ("it is late", document(version="6"), True),
        ("it is newer", document(version="10"), False),
        ("it was created again under the same name", document("uid-2", version="7"), False),
    ],
)
def test_an_event_of_a_known_version_is_not_read(why: str, raw: dict[str, Any], expected: bool) -> None:
    assert is_known(store_with(document(version="7")), raw) is expected, why


def test_an_event_of_an_unknown_object_is_read() -> None:
    assert not is_known(JobStore(), document())


async def hand_on(*events: Any) -> list[Any]:
    """Return what is handed on of a watch, where the store knows version 7 of the object."""

    async def watch() -> AsyncIterator[Any]:
        for event in events:
            yield event

    kind = cast("WatchedKind[Any]", SimpleNamespace(store=store_with(document(version="7"))))
    return [event async for event in without_echoes(kind, watch())]


async def test_a_change_that_is_known_is_not_handed_on_to_kopf() -> None:
    assert await hand_on({"type": "MODIFIED", "object": document(version="7")}) == []


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({"type": "MODIFIED", "object": document(version="8")}, id="a newer change"),
        pytest.param({"type": "DELETED", "object": document(version="7")}, id="a deletion"),
        pytest.param({"type": None, "object": document(version="7")}, id="an object of a list"),
        pytest.param({"type": "ADDED", "object": document(version="7")}, id="a new object"),
        pytest.param(watching.Bookmark.LISTED, id="the end of a list"),
        pytest.param({"type": "MODIFIED", "object": {}}, id="a malformed object"),
        pytest.param({"type": "MODIFIED", "object": {"metadata": None}}, id="an object without metadata"),
        pytest.param({"type": "MODIFIED", "object": document(version="later")}, id="a malformed version"),
    ],
)
async def test_all_else_is_handed_on(event: Any) -> None:
    assert await hand_on(event) == [event]
