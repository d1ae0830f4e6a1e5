"""Makes the passes over the objects of one kind, as its queue hands them out.

Its one `except` ladder decides when to look again.
"""

import asyncio
import logging
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Protocol

from entrasync.api.reasons import Reason
from entrasync.core.decision.verdicts import Retry
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.object_key import ObjectKey, StoredObject
from entrasync.core.primitives.time_limits import PASS_END_GRACE
from entrasync.reconcile.engine.outcome import Outcome
from entrasync.reconcile.engine.store import Store
from entrasync.reconcile.engine.work_queue import Ticket, WorkQueue
from entrasync.reconcile.ports.kubernetes import (
    ApiServerSilent,
    ApiServerUnavailable,
    ResourceChanged,
    ResourceGone,
    WriteRefused,
)

LOG = logging.getLogger("entrasync.engine")

CURRENT_RESOURCE: ContextVar[str | None] = ContextVar("current_resource", default=None)
"""The resource of the pass that runs in this task, for log lines of modules that know no resource."""

BROKEN = Retry(Reason.INTERNAL_ERROR, "A fault of the operator ended the pass; the log has the traceback.")


def _refused(error: WriteRefused) -> Retry:
    """Return the verdict of a pass that the API server has stopped by its answer to a write."""
    return Retry(
        Reason.API_SERVER_REFUSED,
        f"The API server refuses a write of the operator, which is tried again: {str(error).rstrip('.')}. If an "
        "admission webhook or policy stops it, make an exception for the operator's ServiceAccount.",
    )


class DeadlineExceeded(Exception):
    """A pass took longer than its deadline and was cancelled. What it has sent last may have been done or not."""


class Reconciler(Protocol):
    """Reconciles the objects of one kind."""

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass, with Graph as of `since` or later (world time).

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        ...

    async def record_broken(self, key: ObjectKey, fault: Retry, *, since: datetime) -> None:
        """Write into the status that passes have broken off since then, and by which fault.

        Raises what `reconcile` does.
        """
        ...


class ReconcileMetrics(Protocol):
    """Counts passes."""

    def passed(self, outcome: str, seconds: float) -> None:
        """Count a pass that took so many seconds and ended `settled`, `failed`, `changed`, `broken` or `timed_out`."""
        ...


class WorkerPool:
    """Runs passes, level-triggered: whatever enqueued an object, its pass reads everything again.

    A pass that takes longer than `deadline` (real time) is cancelled where it waits.
    """

    def __init__(
        self,
        reconciler: Reconciler,
        queue: WorkQueue,
        store: Store[Any],
        *,
        clock: Clock,
        metrics: ReconcileMetrics,
        deadline: timedelta,
    ) -> None:
        self._reconciler = reconciler
        self._queue = queue
        self._store = store
        self._clock = clock
        self._metrics = metrics
        self._deadline = deadline
        self._tasks: list[asyncio.Task[None]] = []
        self._in_flight: dict[asyncio.Task[None], asyncio.TimerHandle] = {}
        """The passes in progress, each with what happens if it does not end after its deadline either."""
        self._stuck: set[asyncio.Task[None]] = set()
        self._broken_since: dict[ObjectKey, datetime] = {}
        self._has_faulty_pass = False
        self._is_stopping = False

    def start(self) -> None:
        """Start to make passes.

        Raises `RuntimeError` before a complete list of the kind was read, because claims need it.
        """
        if not self._store.is_complete:
            raise RuntimeError("the engine was started before a complete list of its kind was read")
        self._tasks = [
            asyncio.create_task(self._make_passes(), name="passes"),
            asyncio.create_task(self._queue.run_schedule(), name="schedule"),
        ]

    async def stop(self, grace: timedelta) -> None:
        """Take no new work. Passes in progress may end for `grace` (real time) and are then cancelled.

        They begin no further write to Graph, because its guard holds that back from now on.
        """
        self._is_stopping = True
        if self._in_flight:
            await asyncio.wait(set(self._in_flight), timeout=grace.total_seconds())
        for task in [*self._tasks, *self._in_flight]:
            task.cancel()
        await asyncio.gather(*self._tasks, *self._in_flight, return_exceptions=True)

    def cut(self) -> None:
        """Take no new work, and cancel all passes where they wait, because another process may act now."""
        self._is_stopping = True
        for task in self._in_flight:
            task.cancel()

    @property
    def is_stopping(self) -> bool:
        """Whether no new work is taken any more."""
        return self._is_stopping

    @property
    def has_started(self) -> bool:
        """Whether passes are made since `start`."""
        return bool(self._tasks)

    @property
    def is_alive(self) -> bool:
        """Whether passes and the schedule of the queue still run, and no pass has ended outside its ladder."""
        return self.has_started and not self._has_faulty_pass and not any(task.done() for task in self._tasks)

    @property
    def is_stuck(self) -> bool:
        """Whether a pass has not ended although it was cancelled at its deadline. The log names its resource."""
        return bool(self._stuck)

    async def _make_passes(self) -> None:
        while not self._is_stopping:
            ticket = await self._queue.take()
            if self._is_stopping:  # the pool was stopped while the queue was empty
                return
            task = asyncio.create_task(self._pass(ticket))
            end = (self._deadline + PASS_END_GRACE).total_seconds()
            self._in_flight[task] = asyncio.get_running_loop().call_later(end, self._note_stuck, task, ticket.key)
            task.add_done_callback(self._end_pass)

    def _note_stuck(self, task: asyncio.Task[None], key: ObjectKey) -> None:
        self._stuck.add(task)
        LOG.error("A pass was cancelled and does not end; liveness fails.", extra={"resource": str(key)})

    def _end_pass(self, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(task).cancel()
        self._stuck.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self._has_faulty_pass = True
            LOG.error("A pass has ended by a fault outside its ladder.", exc_info=fault)

    async def _pass(self, ticket: Ticket) -> None:
        began = asyncio.get_running_loop().time()
        CURRENT_RESOURCE.set(str(ticket.key))  # each pass is a task, with a context of its own
        try:
            ending = await self._try(ticket)
        finally:
            self._queue.finish(ticket.key)
        self._metrics.passed(ending, asyncio.get_running_loop().time() - began)

    async def _try(self, ticket: Ticket) -> str:
        key = ticket.key
        if self._queue.has_moved(key):  # the spec has changed since the ticket was taken
            self._queue.add(key, since=ticket.since, is_urgent=ticket.is_urgent)
            return "changed"
        taken = self._store.get(key)
        try:
            outcome = await self._reconcile(ticket)
        except DeadlineExceeded as error:
            LOG.warning("A pass was cancelled and is tried again.", extra={"resource": str(key), "why": str(error)})
            self._queue.back_off(key)
            await self._record_broken(key, Retry(Reason.GRAPH_UNREACHABLE, str(error)))
            return "timed_out"
        except ApiServerSilent as error:
            LOG.warning("A write to Graph was held back.", extra={"resource": str(key), "why": str(error)})
            self._queue.back_off(key)
            return "failed"
        except ResourceChanged:
            self._queue.back_off(key)  # the watch normally enqueues it at once; this is for when it does not
            return "changed"
        except ResourceGone:
            self._forget(key, taken)
            return "settled"
        except ApiServerUnavailable as error:
            LOG.warning("The API server did not take a write.", extra={"resource": str(key), "why": str(error)})
            self._queue.back_off(key)
            if isinstance(error, WriteRefused):
                await self._record_broken(key, _refused(error))
            return "failed"
        except Exception:
            LOG.exception("A fault of the operator ended this pass. It is tried again.", extra={"resource": str(key)})
            self._queue.back_off(key)
            await self._record_broken(key, BROKEN)
            return "broken"
        return self._settle(key, outcome)

    async def _reconcile(self, ticket: Ticket) -> Outcome:
        """Make the pass, and cancel it at its deadline. Raises `DeadlineExceeded`, and what the pass raises."""
        try:
            async with asyncio.timeout(self._deadline.total_seconds()) as limit:
                return await self._reconciler.reconcile(ticket.key, since=ticket.since, is_urgent=ticket.is_urgent)
        except TimeoutError as error:
            if not limit.expired():
                raise
            minutes = self._deadline.total_seconds() / 60
            raise DeadlineExceeded(
                f"The pass over this resource took longer than {minutes:.0f} minutes, so it was ended and is tried "
                "again. Check how fast Graph, the login and the API server answer."
            ) from error

    async def _record_broken(self, key: ObjectKey, fault: Retry) -> None:
        """Record the fault in the status, which would otherwise stay as it was.

        Raises nothing, as part of the ladder.
        """
        since = self._broken_since.setdefault(key, self._clock.now())
        try:
            await self._reconciler.record_broken(key, fault, since=since)
        except (ResourceChanged, ResourceGone, ApiServerUnavailable) as error:
            LOG.warning(
                "The fault could not be recorded in the status.", extra={"resource": str(key), "why": str(error)}
            )
        except Exception:
            LOG.exception("The fault could not be recorded in the status.", extra={"resource": str(key)})

    def _settle(self, key: ObjectKey, outcome: Outcome) -> str:
        self._broken_since.pop(key, None)
        if outcome.is_postponed and outcome.requeue_after is not None:
            self._queue.wait_out_pause(key, outcome.requeue_after)
            return "failed"
        if outcome.is_failure:
            self._queue.back_off(key, at_least=outcome.requeue_after, is_throttled=outcome.is_throttled)
            return "failed"
        self._queue.succeed(key)
        if outcome.requeue_after == timedelta(0):
            self._queue.go_on(key, is_urgent=outcome.has_news)
            return "settled"
        self._queue.schedule(key, outcome.requeue_after)
        if outcome.requeue_after is None and self._store.get(key) is None:
            self._queue.forget(key)
        return "settled"

    def _forget(self, key: ObjectKey, gone: StoredObject | None) -> None:
        """Remove an object that the API server no longer has, unless it was created again under the same name."""
        self._broken_since.pop(key, None)
        if gone:
            self._store.remove(key, gone.uid)
        is_recreated = self._store.get(key) is not None
        self._queue.add(
            key, since=self._clock.now(), is_urgent=is_recreated
        )  # without a new object, one last pass removes what is remembered
