"""The story: observe, plan, perform, status. Watch events, due polls and changed spec all end here."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from entrasync.api.reasons import Reason
from entrasync.core.decision.errors import EntraSyncError
from entrasync.core.decision.event import Event
from entrasync.core.decision.verdicts import Halt, Retry, Stall, Wait
from entrasync.core.deletion import needs_resolution, release_without_graph
from entrasync.core.facts.facts import Facts
from entrasync.core.polling import until_next_deadline, until_next_poll
from entrasync.core.primitives.clock import Clock
from entrasync.core.primitives.merge_patch import merge_patch
from entrasync.core.primitives.object_key import ObjectKey
from entrasync.core.primitives.time_limits import Bounds
from entrasync.core.resource.desired import Desired
from entrasync.core.resource.job_resource import Resource
from entrasync.core.resource.object_meta import has_news
from entrasync.core.schedule.state import hold_of
from entrasync.core.status.events import events_between
from entrasync.core.status.job_status import (
    build_status,
    build_suspended_status,
    build_unseen_status,
    record_observation,
)
from entrasync.reconcile.controller.apply import Convergence
from entrasync.reconcile.controller.observe import FactsReader
from entrasync.reconcile.controller.perform import Performer
from entrasync.reconcile.controller.resolver import Resolver
from entrasync.reconcile.engine.outcome import WHILE_STALLED, Outcome
from entrasync.reconcile.ports.kubernetes import EventSink, ResourceApi
from entrasync.reconcile.state.jobs import Resources
from entrasync.reconcile.state.memory import JobMemory, MemoryStore
from entrasync.reconcile.state.namespace_defaults import NamespaceDefaults


class JobReconciler:
    """Brings one resource a step nearer to its wish, as often as it is asked."""

    def __init__(
        self,
        resources: Resources,
        memory: MemoryStore,
        *,
        observer: FactsReader,
        namespaces: NamespaceDefaults,
        resolver: Resolver,
        performer: Performer,
        resource_api: ResourceApi,
        events: EventSink,
        clock: Clock,
        bounds: Bounds,
    ) -> None:
        self._resources = resources
        self._memory = memory
        self._observer = observer
        self._namespaces = namespaces
        self._resolver = resolver
        self._convergence = Convergence(
            resources, memory, observer=observer, performer=performer, clock=clock, bounds=bounds
        )
        self._resource_api = resource_api
        self._events = events
        self._clock = clock
        self._bounds = bounds

    async def reconcile(self, key: ObjectKey, *, since: datetime, is_urgent: bool = False) -> Outcome:
        """Make one pass with Graph as of `since` or later.

        Raises `ResourceChanged`, `ResourceGone`, `ApiServerUnavailable`.
        """
        known = self._resources.get(key)
        if known is not None and known.desired is not None and not known.is_suspended:
            await self._namespaces.refresh(known)
        resource = self._resources.get(key)
        if resource is None:
            self._observer.forget(key)
            return Outcome(None)
        if resource.is_deleting:
            return await self._delete(resource, since)
        if resource.desired is None:
            return await self._refuse(resource)
        if resource.is_suspended:
            return await self._write(resource, build_suspended_status(resource, wall=self._clock.wall()), Outcome(None))
        if self._observer.awaits_connection(resource):
            return Outcome(None)
        if not resource.desired.is_resolved:
            return await self._resolve(resource, resource.desired)
        return await self._apply(resource, since, is_urgent=is_urgent)

    async def record_broken(self, key: ObjectKey, *, since: datetime) -> None:
        """Say in the status that passes break since then for a fault of the operator. Raises what `reconcile` does."""
        if resource := self._resources.get(key):
            fault = Retry(Reason.INTERNAL_ERROR, "A fault of the operator ended the pass; the log has the traceback.")
            await self._end_unseen(resource, fault, broken_since=since)

    async def _refuse(self, resource: Resource) -> Outcome:
        stall = Stall(
            Reason.INVALID_SPEC, f"The stored spec cannot be read: {resource.invalid_spec}. Correct the manifest."
        )
        status = build_unseen_status(resource, stall, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, status, Outcome(None))

    async def _resolve(self, resource: Resource, desired: Desired) -> Outcome:
        """Look up what the spec says by name; the next pass, begun at once, goes on among those of its home."""
        try:
            self._convergence.enter_tenant(resource)
            await self._resolver.resolve(resource, desired, is_young=self._convergence.is_young(resource))
        except EntraSyncError as error:
            return await self._end_unseen(resource, self._convergence.judge(resource, error))
        return Outcome(timedelta(0))

    async def _apply(self, resource: Resource, since: datetime, *, is_urgent: bool) -> Outcome:
        job_memory = self._memory.recall(resource, self._clock.now())
        try:
            seen = await self._convergence.converge(resource, since=since, is_urgent=is_urgent)
        except EntraSyncError as error:
            if error.reason is Reason.SERVICE_PRINCIPAL_NOT_FOUND:
                self._resources.unlearn(resource)  # its app may have got another one
            return await self._end_unseen(resource, self._convergence.judge(resource, error))
        if isinstance(seen.halt, Stall) and seen.halt.reason is Reason.TEMPLATE_NOT_OFFERED:
            self._resources.unlearn(resource)  # its factory tag may stand for another one
        written = record_observation(seen.facts)
        self._complain(seen.facts, written.complaints, job_memory)
        facts = replace(seen.facts, resource=replace(seen.facts.resource, status=written.status))
        status = build_status(facts, seen.halt, wall=self._clock.wall())
        return await self._write(facts.resource, status, self._outcome(facts, seen.halt))

    def _complain(self, facts: Facts, complaints: tuple[str, ...], job_memory: JobMemory) -> None:
        """Tell once what could not be read in Graph's answer and in the annotations."""
        if complaints and complaints != job_memory.complaints:
            message = f"Left out of the mirror: {'; '.join(complaints[:5])}."
            self._events.record(facts.resource, Event("Warning", Reason.MIRROR_CUT, message))
        fault = hold_of(facts).fault
        if fault and fault != job_memory.hold_fault:
            self._events.record(facts.resource, Event("Warning", Reason.INVALID_ANNOTATION, fault))
        job_memory.complaints, job_memory.hold_fault = complaints, fault

    async def _end_unseen(self, resource: Resource, halt: Halt, *, broken_since: datetime | None = None) -> Outcome:
        job_memory, now = self._memory.recall(resource, self._clock.now()), self._clock.now()
        poll = resource.desired.poll_interval if resource.desired else timedelta(minutes=5)
        seen_at = min(job_memory.read_at, broken_since or now)  # a pass may read Graph well, and break afterwards
        is_blind = now - seen_at >= self._bounds.blind_polls * poll
        status = build_unseen_status(resource, halt, is_blind=is_blind, wall=self._clock.wall())
        return await self._write(resource, status, _outcome_of(halt, poll))

    def _outcome(self, facts: Facts, halt: Halt | None) -> Outcome:
        poll = facts.desired.poll_interval
        outcome = (
            _outcome_of(halt, poll) if halt else Outcome(until_next_poll(facts.job, poll_interval=poll, now=facts.now))
        )
        turn = until_next_deadline(facts)
        if turn is None or outcome.look_again is None or outcome.is_failure:
            return outcome
        return Outcome(min(turn, outcome.look_again))

    async def _delete(self, resource: Resource, since: datetime) -> Outcome:
        may_go = release_without_graph(resource) is not None
        if not resource.has_finalizer or (not may_go and self._observer.awaits_connection(resource)):
            return Outcome(None)
        try:
            if resource.desired and needs_resolution(resource):
                self._convergence.enter_tenant(resource)
                await self._resolver.resolve(resource, resource.desired, is_young=False)
                return Outcome(timedelta(0))
            halt, resource = await self._convergence.let_go(resource, since)
        except EntraSyncError as error:
            halt = self._convergence.judge(resource, error)
            resource = self._resources.get(resource.key) or resource  # what was settled on the way is written there
        if halt is None:
            return Outcome(None)
        if not isinstance(halt, Wait) or halt.reason is Reason.CONNECTION_NOT_READY:
            halt = _blocked(halt)
        status = build_unseen_status(resource, halt, is_blind=False, wall=self._clock.wall())
        return await self._write(resource, status, _outcome_of(halt, timedelta(minutes=1)))

    async def _write(self, resource: Resource, status: dict[str, Any], outcome: Outcome) -> Outcome:
        """Write the status if it differs from what is stored; an idle poll writes nothing."""
        stored = newest = self._resources.get(resource.key) or resource
        if patch := merge_patch(stored.status, status):
            newest = await self._resource_api.patch_status(resource, patch)
            for event in events_between(stored.status, status):
                self._events.record(newest, event)
        # The answer to a write of ours may be the first to show a user's change; the watch does not tell it again.
        return Outcome(timedelta(0)) if has_news(resource, newest) else outcome


def _outcome_of(halt: Halt, poll_interval: timedelta) -> Outcome:
    match halt:
        case Stall():
            return Outcome(min(poll_interval, WHILE_STALLED))
        case Wait():
            return Outcome(halt.after)
        case Retry():
            return Outcome(halt.after, is_failure=True)


def _blocked(halt: Halt) -> Halt:
    """Tell the way out of a deletion that nobody can say when it ends."""
    message = halt.message
    if "entrasync.io/abandon" not in message:
        hint = 'To let go without touching Graph, annotate the resource with entrasync.io/abandon: "true".'
        message = f"The job could not be settled: {message} {hint}"
    return replace(halt, message=message) if isinstance(halt, Retry) else Stall(Reason.DELETION_BLOCKED, message)
