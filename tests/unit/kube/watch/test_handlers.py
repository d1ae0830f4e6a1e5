"""What the handler of events hands on."""

from typing import Any

import pytest

from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.parsing import read_resource
from entrasync.kube.watch.handlers import is_known
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
