"""Workers that take objects of one kind from its queue.

Their one `except` ladder turns faults into "when to look again".
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
    """What becomes of the objects of one kind."""

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass with the world as of `since` or later.

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        ...

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        """Say in the status that passes break since then for a fault of the operator. Raises what `reconcile` does."""
        ...


class ReconcileMetrics(Protocol):
    """Is told of every pass (metrics)."""

    def passed(self, outcome: str, seconds: float) -> None:
        """A pass took so long and ended `settled`, `failed`, `changed` or `broken`."""
        ...


class NoReconcileMetrics:
    """Nobody counts them."""

    def passed(self, outcome: str, seconds: float) -> None:
        """Do nothing."""


class WorkerPool:
    """Level-triggered: whatever woke a resource, its pass looks at everything anew."""

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
        """Start the workers. Only after a complete list of the kind: claims need it."""
        if not self._store.is_complete:
            raise RuntimeError("the engine was started before a complete list of its kind was read")
        self._tasks = [asyncio.create_task(self._run_worker(), name=f"worker-{n}") for n in range(self._workers)]
        self._tasks.append(asyncio.create_task(self._queue.run_schedule(), name="schedule"))

    async def stop(self, grace: timedelta) -> None:
        """Take no new work; let passes under way finish for `grace` (real time), then cut them off."""
        self._is_stopping = True
        if self._in_flight:
            await asyncio.wait(set(self._in_flight), timeout=grace.total_seconds())
        for task in [*self._tasks, *self._in_flight]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._in_flight, return_exceptions=True)

    @property
    def is_stopping(self) -> bool:
        """Whether it takes no new work any more."""
        return self._is_stopping

    @property
    def has_started(self) -> bool:
        """Whether its workers were started."""
        return bool(self._tasks)

    @property
    def is_alive(self) -> bool:
        """Whether every worker and the agenda still run."""
        return self.has_started and not any(task.done() for task in self._tasks)

    async def _run_worker(self) -> None:
        while not self._is_stopping:
            ticket = await self._queue.take()
            if self._is_stopping:  # it was told to stop while it stood there
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
        if self._store.serialization_key(key) != serialization_key:  # the spec moved it since the ticket was taken
            self._queue.add(key, since=ticket.since, is_urgent=ticket.is_urgent)
            return "changed"
        taken = self._store.get(key)
        try:
            outcome = await self._reconciler.reconcile(key, since=ticket.since, is_urgent=ticket.is_urgent)
        except ResourceChanged:
            self._queue.back_off(key)  # the watch tells of the change at once, this is for the case that it does not
            return "changed"
        except ResourceGone:
            self._forget(key, taken)
            return "settled"
        except ApiServerUnavailable as error:
            LOG.warning(
                "The API server did not take a write; tried again.", extra={"resource": str(key), "why": str(error)}
            )
            self._queue.back_off(key)
            return "failed"
        except Exception:
            LOG.exception("A fault of the operator ended this pass; tried again.", extra={"resource": str(key)})
            self._queue.back_off(key)
            await self._record_broken(key)
            return "broken"
        return self._settle(key, outcome)

    async def _record_broken(self, key: ObjectKey) -> None:
        """Have the status say so, else it would stay as green as it was. Part of the ladder, so it raises nothing."""
        since = self._broken_since.setdefault(key, self._clock.now())
        try:
            await self._reconciler.record_broken(key, since=since)
        except (ResourceChanged, ResourceGone, ApiServerUnavailable) as error:
            LOG.warning("The status could not tell of the fault.", extra={"resource": str(key), "why": str(error)})
        except Exception:
            LOG.exception("The status could not tell of the fault.", extra={"resource": str(key)})

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
        """Drop what the API server no longer knows, unless it was made anew under the same name meanwhile."""
        self._broken_since.pop(key, None)
        if gone:
            self._store.remove(key, gone.uid)
        is_anew = self._store.get(key) is not None
        self._queue.add(key, since=self._clock.now(), is_urgent=is_anew)  # else one last pass forgets the rest
