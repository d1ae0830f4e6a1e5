"""The informer of GraphConnections: it enqueues what is new and has the registry expect it."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.reconcile.connection.informer import ConnectionInformer
from entrasync.reconcile.connection.registry import Connections, UntriedConnection
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from tests.support.connection_harness import KEY, connection
from tests.support.facts import NOW
from tests.support.still_clock import StillClock


class InformerHarness:
    """A complete store of GraphConnections, its queue, its informer and the registry."""

    def __init__(self) -> None:
        clock = StillClock(NOW)
        self.connections, self.queue = Connections(None, serves_namespace=lambda _: True), WorkQueue(clock)
        self.informer = ConnectionInformer(Store(), self.connections, self.queue, clock=clock)
        self.informer.store.is_complete = True

    async def enqueued(self) -> list[tuple[str, bool]]:
        """Empty the queue: names, and whether each is urgent."""
        found = []
        while len(self.queue):
            ticket = await self.queue.take()
            self.queue.finish(ticket.key)
            found.append((ticket.key.name, ticket.is_urgent))
        return found


@pytest.fixture
def harness() -> InformerHarness:
    return InformerHarness()


async def test_a_new_connection_is_expected_and_enqueued(harness: InformerHarness) -> None:
    harness.informer.handle_event("ADDED", connection())
    assert harness.connections.get(KEY) == UntriedConnection()
    assert await harness.enqueued() == [(KEY.name, True)]


async def test_a_status_does_not_enqueue_a_connection(harness: InformerHarness) -> None:
    harness.informer.handle_event("ADDED", connection())
    await harness.enqueued()
    harness.informer.handle_event("MODIFIED", replace(connection(), resource_version="2", status={"roles": ["A"]}))
    assert await harness.enqueued() == []


@pytest.mark.parametrize(
    "change",
    [{"generation": 2}, {"annotations": {"entrasync.io/requested-at": "now"}}],
    ids=["new spec", "request"],
)
async def test_what_a_login_depends_on_enqueues_a_connection(harness: InformerHarness, change: dict[str, Any]) -> None:
    harness.informer.handle_event("ADDED", connection())
    await harness.enqueued()
    harness.informer.handle_event("MODIFIED", connection(resource_version="2", **change))
    assert await harness.enqueued() == [(KEY.name, True)]


async def test_a_deleted_connection_is_enqueued_once_more(harness: InformerHarness) -> None:
    harness.informer.handle_event("ADDED", connection())
    await harness.enqueued()
    harness.informer.handle_event("DELETED", connection())
    assert await harness.enqueued() == [(KEY.name, True)]
    assert len(harness.informer.store) == 0


async def test_connections_of_a_namespace_that_answers_again_are_urgent_as_their_jobs_wait(
    harness: InformerHarness,
) -> None:
    harness.informer.handle_event("ADDED", connection())
    await harness.enqueued()
    harness.informer.enqueue_all(KEY.namespace)
    assert await harness.enqueued() == [(KEY.name, True)]
