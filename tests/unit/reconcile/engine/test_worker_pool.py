"""The workers, and how errors decide when a resource is requeued."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.work_queue import FIRST_BACKOFF, WorkQueue
from entrasync.reconcile.engine.worker_pool import Engine
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.listings import Sharing
from tests.support.facts import NOW, OTHER_PRINCIPAL, PRINCIPAL, desired, listing, minutes, resource, seconds
from tests.support.still_clock import StillClock


class Passes:
    """Stands in for the reconciler: each pass ends as the test says, and `gate` delays passes."""

    def __init__(self) -> None:
        self.endings: deque[Outcome | Exception] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self.began: list[str] = []
        self.ended: list[str] = []
        self.broken: list[tuple[str, datetime]] = []
        self.is_mute = False

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        self.began.append(key.name)
        await self.gate.wait()
        self.ended.append(key.name)
        ending = self.endings.popleft() if self.endings else Outcome(None)
        if isinstance(ending, Exception):
            raise ending
        return ending

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        self.broken.append((key.name, since))
        if self.is_mute:
            raise RuntimeError("the status cannot be written either")


class Counted:
    def __init__(self) -> None:
        self.outcomes: list[str] = []

    def passed(self, outcome: str, seconds: float) -> None:
        self.outcomes.append(outcome)


class FrozenClock(StillClock):
    async def sleep(self, delay: timedelta) -> None:
        await asyncio.Event().wait()


class Works:
    """An engine with its queue and reconciler. `due` has what it scheduled."""

    def __init__(self) -> None:
        self.clock = FrozenClock(NOW)
        self.passes, self.counted, self.resources = Passes(), Counted(), Resources()
        self.queue = WorkQueue(self.clock)
        self.engine = Engine(self.passes, self.queue, self.resources, clock=self.clock, watcher=self.counted)

    def add(self, name: str, principal: str = PRINCIPAL) -> ObjectKey:
        made = resource(desired(service_principal_id=principal), name=name)
        self.resources.put(made)
        self.queue.add(made.key, since=NOW)
        return made.key

    def due_in(self, key: ObjectKey) -> timedelta | None:
        due = self.queue._entries[key].due
        return None if due is None else due - NOW

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        self.resources.is_complete = True
        self.engine.start()
        try:
            await settle()
            yield
        finally:
            self.passes.gate.set()
            await self.engine.stop(seconds(5))


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.fixture
def works() -> Works:
    return Works()


class TestFailures:
    @pytest.mark.parametrize(
        ("ending", "told", "due"),
        [
            (Outcome(minutes(5)), "settled", minutes(5)),
            (Outcome(None), "settled", None),
            (Outcome(None, is_failure=True), "failed", FIRST_BACKOFF),
            (Outcome(minutes(2), is_failure=True), "failed", minutes(2)),
            (ResourceChanged("x"), "changed", FIRST_BACKOFF),
            (ApiServerUnavailable("x"), "failed", FIRST_BACKOFF),
            (RuntimeError("a fault of ours"), "broken", FIRST_BACKOFF),
        ],
    )
    async def test_an_error_decides_when_a_resource_is_requeued(
        self, works: Works, ending: Outcome | Exception, told: str, due: timedelta | None
    ) -> None:
        works.passes.endings.append(ending)
        key = works.add("a")
        async with works.run():
            assert works.counted.outcomes == [told]
            assert works.due_in(key) == due
            assert works.engine.is_alive

    async def test_failures_in_a_row_grow_the_backoff_and_a_success_resets_it(self, works: Works) -> None:
        fault = RuntimeError("x")
        works.passes.endings.extend([fault, fault, Outcome(minutes(5)), fault])
        pauses = []
        async with works.run():
            for _ in range(4):
                key = works.add("a")
                await settle()
                pauses.append(works.due_in(key))
        assert pauses == [seconds(1), seconds(2), minutes(5), seconds(1)]

    async def test_the_reconciler_records_since_when_passes_break(self, works: Works) -> None:
        fault = RuntimeError("x")
        works.passes.endings.extend([fault, ApiServerUnavailable("x"), fault, Outcome(None), fault])
        async with works.run():
            for _ in range(5):
                works.add("a")
                await settle()
                works.clock.move(minutes(1))
        assert works.passes.broken == [("a", NOW), ("a", NOW), ("a", NOW + minutes(4))]

    async def test_a_status_that_cannot_be_written_harms_nothing(self, works: Works) -> None:
        works.passes.is_mute = True
        works.passes.endings.append(RuntimeError("x"))
        key = works.add("a")
        async with works.run():
            assert works.counted.outcomes == ["broken"]
            assert works.due_in(key) == FIRST_BACKOFF
            assert works.engine.is_alive

    async def test_a_resource_that_is_gone_is_forgotten(self, works: Works) -> None:
        works.passes.endings.append(ResourceGone("x"))
        key = works.add("a")
        async with works.run():
            assert works.resources.get(key) is None
            assert key not in works.queue._entries

    async def test_a_resource_recreated_meanwhile_is_kept(self, works: Works) -> None:
        works.passes.gate.clear()
        works.passes.endings.append(ResourceGone("x"))
        key = works.add("a")
        async with works.run():
            works.resources.put(resource(name="a", uid="new"))
            works.passes.gate.set()
            await settle()
            assert works.resources.get(key) is not None
            assert works.passes.began == ["a", "a"]


class TestSerialization:
    async def test_one_service_principal_has_one_pass_at_a_time(self, works: Works) -> None:
        works.passes.gate.clear()
        for name in ("a", "b", "c"):
            works.add(name)
        works.add("elsewhere", OTHER_PRINCIPAL)
        async with works.run():
            assert works.passes.began == ["a", "elsewhere"]
            works.passes.gate.set()
            await settle()
            assert sorted(works.passes.ended) == ["a", "b", "c", "elsewhere"]

    async def test_a_resource_that_moves_while_it_waits_is_taken_under_its_new_key(self, works: Works) -> None:
        async with works.run():
            works.passes.gate.clear()
            works.add("there", OTHER_PRINCIPAL)
            await settle()
            key = works.add("mover")
            await asyncio.sleep(0)
            moved = resource(desired(service_principal_id=OTHER_PRINCIPAL), name="mover", resource_version="2")
            works.resources.put(moved)
            await settle()
            assert works.passes.began == ["there"]
            works.passes.gate.set()
            await settle()
            assert key.name in works.passes.ended

    async def test_a_list_is_shared_with_all_resources_but_those_under_way(self, works: Works) -> None:
        works.passes.gate.clear()
        works.add("a")
        works.resources.put(resource(name="b"))
        async with works.run():
            Sharing(works.resources, works.queue).among(lambda _: True)(PRINCIPAL, listing())
            works.passes.gate.set()
            await settle()
            assert works.passes.ended == ["a", "b"]


class TestLife:
    def test_workers_do_not_start_before_a_complete_list(self, works: Works) -> None:
        with pytest.raises(RuntimeError, match="complete list"):
            works.engine.start()
        assert not works.engine.is_alive

    async def test_a_stop_lets_a_pass_end_and_begins_none(self, works: Works) -> None:
        works.passes.gate.clear()
        works.add("a")
        works.add("b")
        async with works.run():
            stopping = asyncio.create_task(works.engine.stop(seconds(5)))
            await settle()
            assert not stopping.done()
            works.passes.gate.set()
            await stopping
        assert works.passes.ended == ["a"]
        assert not works.engine.is_alive

    async def test_a_stop_cancels_a_pass_that_takes_too_long(self, works: Works) -> None:
        works.passes.gate.clear()
        works.add("a")
        async with works.run():
            await works.engine.stop(timedelta(0))
            assert works.passes.ended == []
