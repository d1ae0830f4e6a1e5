"""Workers that take resources from the queue. The one `except` ladder that turns faults into "when to look again"."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Protocol

from entrasync.core.clock import Clock
from entrasync.core.jobs import JobListing
from entrasync.core.resource import Resource, ResourceKey
from entrasync.reconcile.ports import ApiServerUnavailable, ResourceChanged, ResourceGone
from entrasync.reconcile.queue import Ticket, WorkQueue
from entrasync.reconcile.reconciler import Outcome, Reconciler
from entrasync.reconcile.resources import Resources

LOG = logging.getLogger("entrasync.engine")

RESOURCE_IN_HAND: ContextVar[str | None] = ContextVar("resource_in_hand", default=None)
"""The resource whose pass is under way, for log lines of parts that know nothing of resources."""

WORKERS = 40
"""Passes at the same time: most of a pass is waiting for Graph."""


class PassObserver(Protocol):
    """Is told of every pass (metrics)."""

    def passed(self, outcome: str, seconds: float) -> None:
        """A pass took so long and ended `settled`, `failed`, `changed` or `broken`."""
        ...


class Engine:
    """Level-triggered: whatever woke a resource, its pass looks at everything anew."""

    def __init__(
        self, reconciler: Reconciler, queue: WorkQueue, resources: Resources, *, clock: Clock, watcher: PassObserver
    ) -> None:
        self._reconciler = reconciler
        self._queue = queue
        self._resources = resources
        self._clock = clock
        self._watcher = watcher
        self._busy: set[str] = set()
        self._aside: defaultdict[str, list[Ticket]] = defaultdict(list)
        self._tasks: list[asyncio.Task[None]] = []
        self._in_flight: set[asyncio.Task[None]] = set()
        self._broken_since: dict[ResourceKey, datetime] = {}
        self._is_stopping = False

    def start(self) -> None:
        """Start the workers. Only after a complete list of our own kind: claims need it."""
        if not self._resources.is_complete:
            raise RuntimeError("the engine was started before a complete list of SynchronizationJobs was read")
        self._tasks = [asyncio.create_task(self._work(), name=f"worker-{n}") for n in range(WORKERS)]
        self._tasks.append(asyncio.create_task(self._queue.keep_appointments(), name="appointments"))

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

    def share(self, service_principal_id: str, listing: JobListing, *, goes_by: Callable[[Resource], bool]) -> None:
        """Let all resources of a service principal look at a listing that one of them fetched.

        Those that go by another connection read their own: what one tenant's key shows is not for others.
        """
        for key in self._resources.keys_on(service_principal_id):
            resource = self._resources.get(key)
            if resource is None or not goes_by(resource):
                continue
            if not self._queue.is_taken(key):  # one in hand, the fetching one or one put aside, sees the listing anyway
                self._queue.add(key, since=listing.read_at)

    async def _work(self) -> None:
        while not self._is_stopping:
            ticket = await self._queue.take()
            if self._is_stopping:  # it was told to stop while it stood there
                return
            home = self._home(ticket.key)
            if home in self._busy:
                self._aside[home].append(ticket)
                continue
            self._busy.add(home)
            task = asyncio.create_task(self._pass(ticket, home))
            self._in_flight.add(task)
            task.add_done_callback(self._in_flight.discard)
            await asyncio.shield(task)

    async def _pass(self, ticket: Ticket, home: str) -> None:
        began = asyncio.get_running_loop().time()
        RESOURCE_IN_HAND.set(str(ticket.key))  # each pass is a task, with a context of its own
        try:
            ending = await self._try(ticket, home)
        finally:
            self._queue.finish(ticket.key)
            self._busy.discard(home)
            for waiting in self._aside.pop(home, ()):
                self._queue.put_back(waiting)
        self._watcher.passed(ending, asyncio.get_running_loop().time() - began)

    async def _try(self, ticket: Ticket, home: str) -> str:
        key = ticket.key
        if self._home(key) != home:  # its spec moved it since it was taken; two passes of one home never overlap
            self._queue.add(key, since=ticket.since, is_urgent=ticket.is_urgent)
            return "changed"
        taken = self._resources.get(key)
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
            await self._tell_broken(key)
            return "broken"
        return self._settle(key, outcome)

    async def _tell_broken(self, key: ResourceKey) -> None:
        """Have the status say so, else it would stay as green as it was. Part of the ladder, so it raises nothing."""
        since = self._broken_since.setdefault(key, self._clock.now())
        try:
            await self._reconciler.tell_broken(key, since=since)
        except (ResourceChanged, ResourceGone, ApiServerUnavailable) as error:
            LOG.warning("The status could not tell of the fault.", extra={"resource": str(key), "why": str(error)})
        except Exception:
            LOG.exception("The status could not tell of the fault.", extra={"resource": str(key)})

    def _settle(self, key: ResourceKey, outcome: Outcome) -> str:
        self._broken_since.pop(key, None)
        if outcome.is_failure and outcome.look_again is None:
            self._queue.back_off(key)
            return "failed"
        if not outcome.is_failure:
            self._queue.succeed(key)
        self._queue.schedule(key, outcome.look_again)
        if self._resources.get(key) is None:
            self._queue.forget(key)
        return "failed" if outcome.is_failure else "settled"

    def _forget(self, key: ResourceKey, gone: Resource | None) -> None:
        """Drop what the API server no longer knows, unless it was made anew under the same name meanwhile."""
        self._broken_since.pop(key, None)
        if gone:
            self._resources.remove(key, gone.uid)
        is_anew = self._resources.get(key) is not None
        self._queue.add(key, since=self._clock.now(), is_urgent=is_anew)  # else one last pass forgets the rest

    def _home(self, key: ResourceKey) -> str:
        """What passes are serialised by: one service principal has one create in flight and shares its list calls."""
        resource = self._resources.get(key)
        return (resource.service_principal_id if resource else None) or str(key)
