"""A pass that consists of one call to Graph, made by the engine as it makes those over jobs."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.decision.verdicts import Halt, Retry
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import JOB_PASS_DEADLINE
from entrasync.reconcile.controller.status_report import outcome_of
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import WorkQueue
from entrasync.reconcile.engine.worker_pool import WorkerPool
from tests.support.still_clock import StillClock

KEY = ObjectKey("team-a", "contoso")
POLL_INTERVAL = timedelta(minutes=10)


class StandingClock(StillClock):
    """A clock by which nobody ever wakes up, so that no second pass begins."""

    async def sleep(self, delay: timedelta) -> None:
        await asyncio.get_running_loop().create_future()


@dataclass
class CallPass:
    """A `Reconciler` whose pass is one call, and what came of it."""

    call: Callable[[], Awaitable[Any]]
    now: datetime
    answer: Any = None
    error: EntraSyncError | None = None
    halt: Halt | None = None
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make the call. What it raises is judged as for a resource that is no longer young."""
        try:
            self.answer = await self.call()
        except EntraSyncError as error:
            self.error, self.halt = error, error.judge(young_until=self.now, now=self.now)
            return outcome_of(self.halt, POLL_INTERVAL)
        return Outcome(POLL_INTERVAL)

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        """Fail, because a call may raise nothing that the operator does not know."""
        raise AssertionError(fault.message)

    def passed(self, outcome: str, seconds: float) -> None:
        """Note that the pass is over."""
        self.ended.set()


async def ask_by_engine(call: Callable[[], Awaitable[Any]], now: datetime) -> tuple[CallPass, timedelta]:
    """Make a pass of one call; return what came of it, and after which time the engine makes the next."""
    made = CallPass(call, now)
    queue, store = WorkQueue(StandingClock(now)), Store[Any]()
    store.is_complete = True
    engine = WorkerPool(made, queue, store, clock=StandingClock(now), metrics=made, deadline=JOB_PASS_DEADLINE)
    queue.add(KEY, since=now)
    engine.start()
    await made.ended.wait()
    await engine.stop(timedelta())
    due = queue.due_at(KEY)
    assert due is not None
    return made, due - now
