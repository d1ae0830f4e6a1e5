"""An engine whose passes end as a test says."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

from entrasync.core.decision.verdicts import Retry
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.engine.worker_pool import WorkerPool
from entrasync.reconcile.state.jobs import JobStore
from tests.support.facts import NOW, PRINCIPAL, desired, minutes, resource, seconds
from tests.support.loop_time import settle
from tests.support.still_clock import StillClock

DEADLINE = minutes(15)


class FakeReconciler:
    """Stands in for the reconciler: each pass ends as the test says, and `gate` delays passes."""

    def __init__(self) -> None:
        self.endings: deque[Outcome | Exception] = deque()
        self.gate = asyncio.Event()
        self.gate.set()
        self.began: list[str] = []
        self.ended: list[str] = []
        self.broken: list[tuple[str, datetime]] = []
        self.faults: list[Retry] = []
        self.clings = False
        """Whether a pass goes on although it is cancelled."""
        self.is_mute = False

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        self.began.append(key.name)
        while self.clings and not self.gate.is_set():
            with suppress(asyncio.CancelledError):
                await self.gate.wait()
        await self.gate.wait()
        self.ended.append(key.name)
        ending = self.endings.popleft() if self.endings else Outcome(None)
        if isinstance(ending, Exception):
            raise ending
        return ending

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        self.broken.append((key.name, since))
        self.faults.append(fault)
        if self.is_mute:
            raise RuntimeError("the status cannot be written either")


class Counted:
    def __init__(self) -> None:
        self.outcomes: list[str] = []
        self.is_broken = False

    def passed(self, outcome: str, seconds: float) -> None:
        if self.is_broken:
            raise RuntimeError("the metrics are broken")
        self.outcomes.append(outcome)


class FrozenClock(StillClock):
    async def sleep(self, delay: timedelta) -> None:
        await asyncio.Event().wait()


class EngineHarness:
    """An engine with its queue and reconciler. `due` has what it scheduled."""

    def __init__(self) -> None:
        self.clock = FrozenClock(NOW)
        self.reconciler, self.counted, self.resources = FakeReconciler(), Counted(), JobStore()
        self.queue = WorkQueue(self.clock, serialization_key=self.resources.serialization_key)
        self.engine = WorkerPool(
            self.reconciler,
            self.queue,
            self.resources,
            clock=self.clock,
            metrics=self.counted,
            deadline=DEADLINE,
        )

    def add(self, name: str, principal: str = PRINCIPAL) -> ObjectKey:
        made = resource(desired(service_principal_id=principal), name=name)
        self.resources.put(made)
        self.queue.add(made.key, since=NOW)
        return made.key

    def due_in(self, key: ObjectKey) -> timedelta | None:
        due = self.queue.due_at(key)
        return None if due is None else due - NOW

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        self.resources.is_complete = True
        self.engine.start()
        try:
            await settle()
            yield
        finally:
            self.reconciler.gate.set()
            await self.engine.stop(seconds(5))
