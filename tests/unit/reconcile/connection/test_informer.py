"""The informer of GraphConnections: the registry knows of each before its first login."""

from dataclasses import replace
from typing import Any

import pytest

from entrasync.reconcile.connection.informer import ConnectionInformer
from entrasync.reconcile.connection.registry import Awaited, Connections
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from tests.support.connection_harness import KEY, connection
from tests.support.facts import NOW
from tests.support.still_clock import StillClock


class Desk:
    """A store of GraphConnections at work, with its queue and the registry."""

    def __init__(self) -> None:
        clock = StillClock(NOW)
        self.connections, self.queue = Connections(None, serves=lambda _: True), WorkQueue(clock)
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
def desk() -> Desk:
    return Desk()


async def test_a_new_connection_is_expected_and_enqueued(desk: Desk) -> None:
    desk.informer.handle_event("ADDED", connection())
    assert desk.connections.get(KEY) == Awaited()
    assert await desk.enqueued() == [(KEY.name, True)]


async def test_a_status_does_not_enqueue_a_connection(desk: Desk) -> None:
    desk.informer.handle_event("ADDED", connection())
    await desk.enqueued()
    desk.informer.handle_event("MODIFIED", replace(connection(), resource_version="2", status={"roles": ["A"]}))
    assert await desk.enqueued() == []


@pytest.mark.parametrize(
    "change",
    [{"generation": 2}, {"annotations": {"entrasync.io/requested-at": "now"}}],
    ids=["new spec", "request"],
)
async def test_what_a_login_depends_on_enqueues_a_connection(desk: Desk, change: dict[str, Any]) -> None:
    desk.informer.handle_event("ADDED", connection())
    await desk.enqueued()
    desk.informer.handle_event("MODIFIED", connection(resource_version="2", **change))
    assert await desk.enqueued() == [(KEY.name, True)]


async def test_a_deleted_connection_is_enqueued_once_more(desk: Desk) -> None:
    desk.informer.handle_event("ADDED", connection())
    await desk.enqueued()
    desk.informer.handle_event("DELETED", connection())
    assert await desk.enqueued() == [(KEY.name, True)]
    assert len(desk.informer.store) == 0
