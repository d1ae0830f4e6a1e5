"""Workers that take objects of one kind from its queue.

Their one `except` ladder decides when to look again.
"""

import asyncio
import logging
from collections import defaultdict
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Protocol

from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey, StoredObject
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import Ticket, WorkQueue
from entrasync.reconcile.ports.kubernetes import ApiServerUnavailable, ResourceChanged, ResourceGone

LOG = logging.getLogger("entrasync.engine")

CURRENT_RESOURCE: ContextVar[str | None] = ContextVar("current_resource", default=None)
"""The resource of the pass that runs in this task, for log lines of modules that know no resource."""

DEFAULT_WORKERS = 40
"""How many passes run at the same time. Most of a pass is waiting for Graph, so many workers cost little."""


class Reconciler(Protocol):
    """Reconciles the objects of one kind."""

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass, with Graph as of `since` or later (world time).

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        ...

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        """Write into the status that passes have failed since then by a fault of the operator.

        Raises what `reconcile` does.
        """
        ...


class ReconcileMetrics(Protocol):
    """Counts passes."""

    def passed(self, outcome: str, seconds: float) -> None:
        """Count a pass that took this many seconds and ended `settled`, `failed`, `changed` or `broken`."""
        ...


class NoReconcileMetrics:
    """Counts nothing."""

    def passed(self, outcome: str, seconds: float) -> None:
        """Do nothing."""


class WorkerPool:
    """Runs passes, level-triggered: whatever enqueued an object, its pass reads everything again."""

    def __init__(
        self,
        reconciler: Reconciler,
        queue: WorkQueue,
        store: Store[Any],
        *,
        clock: Clock,
        metrics: ReconcileMetrics,
        workers: int = DEFAULT_WORKERS,
    ) -> None:
        self._reconciler = reconciler
        self._queue = queue
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._workers = workers
        self._busy: set[str] = set()
        self._waiting: defaultdict[str, list[Ticket]] = defaultdict(list)
        self._tasks: list[asyncio.Task[None]] = []
        self._in_flight: set[asyncio.Task[None]] = set()
        self._broken_since: dict[ObjectKey, datetime] = {}
        self._is_stopping = False

    def start(self) -> None:
        """Start the workers.

        Raises `RuntimeError` before a complete list of the kind was read, because claims need it.
        """
        if not self._store.is_complete:
            raise RuntimeError("the engine was started before a complete list of its kind was read")
        self._tasks = [asyncio.create_task(self._run_worker(), name=f"worker-{n}") for n in range(self._workers)]
        self._tasks.append(asyncio.create_task(self._queue.run_schedule(), name="schedule"))

    async def stop(self, grace: timedelta) -> None:
        """Take no new work. Passes in progress may finish for `grace` (real time) and are then cancelled."""
        self._is_stopping = True
        if self._in_flight:
            await asyncio.wait(set(self._in_flight), timeout=grace.total_seconds())
        for task in [*self._tasks, *self._in_flight]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._in_flight, return_exceptions=True)

    @property
    def is_stopping(self) -> bool:
        """Whether no new work is taken any more."""
        return self._is_stopping

    @property
    def has_started(self) -> bool:
        """Whether the workers were started."""
        return bool(self._tasks)

    @property
    def is_alive(self) -> bool:
        """Whether every worker and the schedule of the queue still run."""
        return self.has_started and not any(task.done() for task in self._tasks)

    async def _run_worker(self) -> None:
        while not self._is_stopping:
            ticket = await self._queue.take()
            if self._is_stopping:  # the pool was stopped while this worker waited
                return
            serialization_key = self._store.serialization_key(ticket.key)
            if serialization_key in self._busy:
                self._waiting[serialization_key].append(ticket)
                continue
            self._busy.add(serialization_key)
            task = asyncio.create_task(self._pass(ticket, serialization_key))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)
            await asyncio.shield(task)

    async def _pass(self, ticket: Ticket, serialization_key: str) -> None:
        began = asyncio.get_running_loop().time()
        CURRENT_RESOURCE.set(str(ticket.key))  # each pass is a task, with a context of its own
        try:
            ending = await self._try(ticket, serialization_key)
        finally:
            self._queue.finish(ticket.key)
            self._busy.discard(serialization_key)
            for waiting in self._waiting.pop(serialization_key, ()):
                self._queue.put_back(waiting)
        self._metrics.passed(ending, asyncio.get_running_loop().time() - began)

    async def _try(self, ticket: Ticket, serialization_key: str) -> str:
        key = ticket.key
        if self._store.serialization_key(key) != serialization_key:  # the spec has changed since the ticket was taken
            self._queue.add(key, since=ticket.since, is_urgent=ticket.is_urgent)
            return "changed"
        taken = self._store.get(key)
        try:
            outcome = await self._reconciler.reconcile(key, since=ticket.since, is_urgent=ticket.is_urgent)
        except ResourceChanged:
            self._queue.back_off(key)  # the watch normally enqueues it at once; this is for when it does not
            return "changed"
        except ResourceGone:
            self._forget(key, taken)
            return "settled"
        except ApiServerUnavailable as error:
            LOG.warning(
                "The API server did not take a write; trying again.", extra={"resource": str(key), "why": str(error)}
            )
            self._queue.back_off(key)
            return "failed"
        except Exception:
            LOG.exception("A fault of the operator ended this pass; trying again.", extra={"resource": str(key)})
            self._queue.back_off(key)
            await self._record_broken(key)
            return "broken"
        return self._settle(key, outcome)

    async def _record_broken(self, key: ObjectKey) -> None:
        """Record the fault in the status, which would otherwise stay as it was.

        Raises nothing, as part of the ladder.
        """
        since = self._broken_since.setdefault(key, self._clock.now())
        try:
            await self._reconciler.record_broken(key, since=since)
        except (ResourceChanged, ResourceGone, ApiServerUnavailable) as error:
            LOG.warning(
                "The fault could not be recorded in the status.", extra={"resource": str(key), "why": str(error)}
            )
        except Exception:
            LOG.exception("The fault could not be recorded in the status.", extra={"resource": str(key)})

    def _settle(self, key: ObjectKey, outcome: Outcome) -> str:
        self._broken_since.pop(key, None)
        if outcome.is_failure and outcome.requeue_after is None:
            self._queue.back_off(key)
            return "failed"
        if not outcome.is_failure:
            self._queue.succeed(key)
        self._queue.schedule(key, outcome.requeue_after)
        if outcome.requeue_after is None and self._store.get(key) is None:
            self._queue.forget(key)
        return "failed" if outcome.is_failure else "settled"

    def _forget(self, key: ObjectKey, gone: StoredObject | None) -> None:
        """Remove an object that the API server no longer has, unless it was created again under the same name."""
        self._broken_since.pop(key, None)
        if gone:
            self._store.remove(key, gone.uid)
        is_recreated = self._store.get(key) is not None
        self._queue.add(
            key, since=self._clock.now(), is_urgent=is_recreated
        )  # without a new object, one last pass removes what is remembered
